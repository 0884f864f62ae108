"""What is better: a price and a duration become one whole number, the sum of what each segment adds to it.

Because it is a sum, the best continuation of a segment does not depend on how one got there, and a search can begin with the best.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

STOP_SECONDS: Final = 3600
"""What a stop is worth to the best mix: an itinerary with one stop more must be an hour faster."""
MAX_SECONDS: Final = 72 * 3600
"""No itinerary takes longer."""
_DURATIONS: Final = 1 << 18
"""More than any duration in seconds."""
_PRICES: Final = 1 << 39
"""More than any price of three flights in thousandths of its currency."""


class Ranking(StrEnum):
    BEST = "best"
    """Price relative to the cheapest plus duration, with an hour for each stop, relative to the fastest."""
    PRICE = "price"
    """Equal prices: the shorter duration first."""
    FASTEST = "fastest"
    """Equal durations: the lower price first."""


class Weights(NamedTuple):
    """What a thousandth of the currency, a second and a stop add. Every sum fits in 63 bits."""

    price: int
    second: int
    stop: int


PRICE: Final = Weights(_DURATIONS, 1, 0)
FASTEST: Final = Weights(1, _PRICES, 0)


def best(*, cheapest: int, fastest: int) -> Weights:
    """`cheapest` in thousandths of the currency (nothing counts as one), `fastest` in seconds: both of the schedule, whatever is sold out.

    price / cheapest + duration / fastest, in whole numbers: multiplied by both.
    """
    price, second = max(fastest, 1), max(cheapest, 1)
    return Weights(price, second, second * STOP_SECONDS)
