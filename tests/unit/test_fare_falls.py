"""Travellers are notified of prices that are lower than all that they were shown or notified of, and below the limit that they have set."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.fare_watches.falls import must_notify


@pytest.mark.parametrize(
    ("price", "lowest", "below", "notified"),
    [
        (6900, 7500, None, True),
        (7500, 7500, None, False),
        (8000, 7500, None, False),
        (6900, 6800, None, False),  # it fell further before, rose, and came back
        (6900, 7500, 6500, False),
        (6499, 6900, 6500, True),
        (6500, 6900, 6500, False),
        (6499, 6400, 6500, False),
        (6900, None, None, False),  # the first price of a day is no fall
        (6400, None, 6500, True),
        (6600, None, 6500, False),
    ],
)
def test_only_a_price_below_the_lowest_known_one_is_notified(
    price: int, lowest: int | None, below: int | None, notified: bool
) -> None:
    known, wanted = (None if each is None else Decimal(each) for each in (lowest, below))
    assert must_notify(Decimal(price), known, wanted) is notified
