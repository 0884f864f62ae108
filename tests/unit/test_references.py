"""Record locators: unique by construction, and made to be read out."""

from __future__ import annotations

import pytest

from core.bookings.references import ALPHABET, spell


def test_references_are_unique_over_a_long_run_of_numbers() -> None:
    numbers = [*range(200_000), *range(2**30 - 50_000, 2**30)]
    assert len({spell(number) for number in numbers}) == len(numbers)


def test_references_have_six_symbols_and_no_look_alikes() -> None:
    assert len(ALPHABET) == 32
    assert not set("01OI") & set(ALPHABET)
    for number in (0, 1, 31, 32, 2**30 - 1):
        assert len(spell(number)) == 6
        assert set(spell(number)) <= set(ALPHABET)


def test_neighbours_do_not_look_like_neighbours() -> None:
    """Whoever hears one reference cannot say the next one."""
    for number in range(1, 1_000):
        pairs = zip(spell(number), spell(number + 1), strict=True)
        assert sum(one != other for one, other in pairs) >= 2


@pytest.mark.parametrize("number", [-1, 2**30])
def test_a_number_beyond_thirty_bits_has_no_reference(number: int) -> None:
    with pytest.raises(ValueError, match="30 bits"):
        spell(number)
