"""Which itineraries are worth showing: those that no other one dominates (the Pareto front).

An itinerary with stops is left out when another one, paid in the same currency, leaves no earlier, arrives no later, costs no more and has
no more stops, and is better in one of these. Direct flights are always shown.

A worked example, with departure, arrival, price and stops: X = (08:00, 12:00, 200, 1), Y = (08:00, 11:00, 180, 1), Z = (09:00, 13:00,
150, 1). Y dominates X: it leaves no earlier, arrives no later, costs no more, has no more stops, and is better in two of these. Neither
Y nor Z dominates the other: Z is cheaper, Y arrives earlier. So Y and Z are shown.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from core.search.itineraries.itineraries import Itineraries
from core.search.itineraries.tables import Ints

BLOCK: Final = 64


class Criteria(NamedTuple):
    """Columns of equal length. `criteria_sum` is the sum of what makes an itinerary worse: of two itineraries of which one is nowhere worse, it tells
    whether it is better anywhere.
    """

    departure: Ints
    arrival: Ints
    price: Ints
    stops: Ints
    criteria_sum: Ints
    currency: Ints

    def take(self, which: npt.NDArray[Any] | slice) -> Criteria:
        return Criteria(*(column[which] for column in self))


def criteria(departure: Ints, arrival: Ints, price: Ints, stops: Ints, currency: npt.NDArray[np.int32]) -> Criteria:
    return Criteria(departure, arrival, price, stops, arrival - departure + price + stops, currency.astype(np.int64))


def undominated(itineraries: Itineraries, count: int) -> npt.NDArray[np.intp]:
    """The first `count` itineraries worth showing, of itineraries in order: whoever is better comes earlier in it."""
    left = criteria(itineraries.departure, itineraries.arrival, itineraries.price, itineraries.stops, itineraries.currency)
    rows = np.arange(len(itineraries))
    kept: list[npt.NDArray[np.intp]] = []
    found = 0
    while len(rows) and found < count:
        block = left.take(slice(BLOCK))
        # What is left out here would itself be left out because of something that is kept.
        stands = ~dominated(block, block)
        kept.append(rows[:BLOCK][stands])
        found += len(kept[-1])
        rows, left = rows[BLOCK:], left.take(slice(BLOCK, None))
        remain = ~dominated(left, block.take(stands))
        rows, left = rows[remain], left.take(remain)
    return np.concatenate([rows[:0], *kept])[:count]


def dominated(itineraries: Criteria, others: Criteria) -> npt.NDArray[np.bool_]:
    """Which of the itineraries any of the others beats."""
    mine = Criteria(*(column[:, None] for column in itineraries))
    worse: npt.NDArray[np.bool_] = others.price <= mine.price
    worse &= others.departure >= mine.departure
    worse &= others.arrival <= mine.arrival
    worse &= others.stops <= mine.stops
    worse &= others.criteria_sum < mine.criteria_sum
    worse &= others.currency == mine.currency
    with_stops: npt.NDArray[np.bool_] = np.any(worse, axis=1) & (itineraries.stops > 0)
    return with_stops
