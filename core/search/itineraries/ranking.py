"""The order of itineraries: price and duration are combined to one whole number, the key. Smaller is better.

The key is a sum over the segments. So the best continuation of a segment does not depend on the segments before it, and a search can
begin with the best segments.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

STOP_SECONDS: Final = 3600
"""In the order `best`, a stop counts as so much extra duration: an itinerary with one stop more must be an hour faster to be
better.
"""
MAX_SECONDS: Final = 72 * 3600
"""The longest duration of an itinerary."""
_DURATIONS: Final = 1 << 19
"""More than any duration in seconds, also of joined flights that exceed `MAX_SECONDS`: those end at most 72 hours after the last departure of
the day.
"""
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
    """How much a thousandth of the currency, a second and a stop add to the key. Every sum fits in 63 bits."""

    price: int
    second: int
    stop: int

    def price_and_seconds(self, key: int) -> tuple[int, int]:
        """The price and the duration that a key of `PRICE` or `FASTEST` consists of."""
        if self.second == 1:
            return divmod(key, self.price)
        seconds, price = divmod(key, self.second)
        return price, seconds


PRICE: Final = Weights(_DURATIONS, 1, 0)
FASTEST: Final = Weights(1, _PRICES, 0)


def best(*, cheapest: int, fastest: int) -> Weights:
    """The weights of the order `best`. `cheapest`: the lowest price in thousandths of the currency, at least 1. `fastest`: the
    shortest duration in seconds. Both include sold-out flights, so that the order does not change when flights are sold out.

    The key is price / cheapest + duration / fastest, multiplied by cheapest * fastest so that it is a whole number.
    """
    price, second = max(fastest, 1), max(cheapest, 1)
    return Weights(price, second, second * STOP_SECONDS)
