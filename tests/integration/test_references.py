"""References are random: nobody can compute one from others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from core.bookings.errors import BookingNotFound
from core.bookings.intake import references
from core.bookings.intake.references import ALPHABET
from core.bookings.intake.requests import Accepted, BookingRequest
from core.bookings.reading.queries import get_by_reference
from tests.support.intake import new_intake
from tests.support.pipeline import Pipeline
from tests.support.steps import Steps

LOOK_UPS = 50
MASK = (1 << 30) - 1


def spell(number: int) -> str:
    """How references were made from a counter, in a public way."""
    number ^= 0x1B873593
    number ^= number >> 15
    number = number * 0x2C1B3C6D & MASK
    number ^= number >> 12
    number = number * 0x297A2D39 & MASK
    number ^= number >> 15
    return "".join(ALPHABET[number >> shift & 31] for shift in (25, 20, 15, 10, 5, 0))


def number_of(reference: str) -> int:
    """What an attacker does, who reads the source: the way back."""

    def unshift(value: int, by: int) -> int:
        original = value
        for _ in range(30 // by + 1):
            original = value ^ original >> by
        return original

    number = 0
    for symbol in reference:
        number = number << 5 | ALPHABET.index(symbol)
    number = unshift(number, 15)
    number = number * pow(0x297A2D39, -1, 1 << 30) & MASK
    number = unshift(number, 12)
    number = number * pow(0x2C1B3C6D, -1, 1 << 30) & MASK
    return unshift(number, 15) ^ 0x1B873593


def found_by_counting(pipeline: Pipeline) -> int:
    """How many bookings of strangers an attacker finds in `LOOK_UPS` tries, who counts on from a booking of their own."""
    flight = pipeline.flight(200)
    pipeline.accept_many(1, flight)
    with pipeline.db.snapshot() as connection:
        row = connection.execute("SELECT reference FROM bookings").fetchone()
    assert row is not None
    own = number_of(row[0])
    pipeline.accept_many(100, flight)
    found = 0
    with pipeline.db.snapshot() as connection:
        for turn in range(1, LOOK_UPS + 1):
            try:
                get_by_reference(connection, spell(own + turn & MASK), None)
            except BookingNotFound:
                continue
            found += 1
    return found


def test_the_number_of_a_reference_can_be_computed_in_these_tests() -> None:
    assert [number_of(spell(number)) for number in (0, 1, 999, MASK)] == [0, 1, 999, MASK]


def test_references_near_a_known_one_do_not_exist(pipeline: Pipeline) -> None:
    assert found_by_counting(pipeline) == 0


def test_references_from_a_counter_could_be_guessed(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    numbers = count(1)
    monkeypatch.setattr(references, "draw", lambda: spell(next(numbers)))
    assert found_by_counting(pipeline) == LOOK_UPS


def drawing(monkeypatch: pytest.MonkeyPatch, *drawn: str) -> Callable[[], int]:
    """Let these references be drawn in turn, then others by chance; returns how many were."""
    draw, turns = references.draw, count()

    def next_one() -> str:
        turn = next(turns)
        return drawn[turn] if turn < len(drawn) else draw()

    monkeypatch.setattr(references, "draw", next_one)
    return lambda: next(turns)


def test_a_reference_that_exists_is_drawn_again(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    flight, traveller = pipeline.flight(10), pipeline.account().id
    drawing(monkeypatch, "AAAAAA", "AAAAAA", "BBBBBB", "AAAAAA", "BBBBBB")
    pipeline.accept(BookingRequest(traveller, (flight,), 1))
    first = BookingRequest(traveller, (flight,), 1, allow_duplicate=True)
    same_key = [replace(first, idempotency_key="k", request_hash=b"a") for _ in range(2)]
    results = new_intake(pipeline.db).accept([first, *same_key])
    assert all(isinstance(result, Accepted) for result in results), results
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT reference) FROM bookings").fetchone() == (3, 3)


def test_an_offer_draws_again_as_well(steps: Steps, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    flight, waiting = pipeline.flight(1), pipeline.account().id
    drawing(monkeypatch, "AAAAAA", "AAAAAA", "BBBBBB")
    seated = steps.book(pipeline.account().id, flight)
    steps.join(flight, waiting)
    steps.cancel(seated)
    offer = steps.place(flight, waiting).offer
    assert offer is not None
    assert steps.read(offer.booking_id).reference == "BBBBBB"


def test_references_without_a_collision_take_one_draw_each(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = drawing(monkeypatch)
    pipeline.accept_many(100, pipeline.flight(200))
    assert drawn() == 100
