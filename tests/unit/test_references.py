"""Booking references: random, and easy to read out."""

from __future__ import annotations

from core.bookings.intake.references import ALPHABET, LENGTH, draw


def test_references_have_six_symbols_and_no_look_alikes() -> None:
    assert len(ALPHABET) == 32
    assert not set("01OI") & set(ALPHABET)
    for reference in (draw() for _ in range(1_000)):
        assert len(reference) == LENGTH
        assert set(reference) <= set(ALPHABET)


def test_every_symbol_is_drawn_at_every_place() -> None:
    drawn = [draw() for _ in range(5_000)]
    assert all({reference[place] for reference in drawn} == set(ALPHABET) for place in range(LENGTH))
