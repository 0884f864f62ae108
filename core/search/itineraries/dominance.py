"""Select the itineraries that are worth showing: those that no other one dominates. In the literature this set is the Pareto
front, or the skyline (S. Börzsönyi, D. Kossmann, K. Stocker: "The Skyline Operator", ICDE 2001).

An itinerary with stops is left out when another one, paid in the same currency, leaves no earlier, arrives no later, costs no
more and has no more stops, and is better in one of these. Direct flights are always shown.

A worked example, with departure, arrival, price and stops: X = (08:00, 12:00, 200, 1), Y = (08:00, 11:00, 180, 1), Z = (09:00, 13:00,
150, 1). Y dominates X: it leaves no earlier, arrives no later, costs no more, has no more stops, and is better in two of these.
Neither Y nor Z dominates the other: Z is cheaper, Y arrives earlier. So Y and Z are shown.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from core.search.itineraries.itineraries import Itineraries
from core.search.itineraries.tables import Ints

BLOCK: Final = 64


class Criteria(NamedTuple):
    """Columns of equal length, one for each criterion; smaller is better. `criteria_sum` is their sum: if one itinerary is not
    worse than another in any criterion, it is better in some criterion exactly if its sum is smaller.
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
    """The first `count` itineraries worth showing. `itineraries`: in order, so that an itinerary comes before all those that it
    dominates.
    """
    left = criteria(itineraries.departure, itineraries.arrival, itineraries.price, itineraries.stops, itineraries.currency)
    rows = np.arange(len(itineraries))
    kept: list[npt.NDArray[np.intp]] = []
    found = 0
    while len(rows) and found < count:
        block = left.take(slice(BLOCK))
        # It is enough to compare with itineraries that are kept: dominance is transitive, so a removed one is dominated by a kept
        # one.
        stands = ~dominated(block, block)
        kept.append(rows[:BLOCK][stands])
        found += len(kept[-1])
        rows, left = rows[BLOCK:], left.take(slice(BLOCK, None))
        remain = ~dominated(left, block.take(stands))
        rows, left = rows[remain], left.take(remain)
    return np.concatenate([rows[:0], *kept])[:count]


def dominated(itineraries: Criteria, others: Criteria) -> npt.NDArray[np.bool_]:
    """For each itinerary, whether one of the others dominates it."""
    mine = Criteria(*(column[:, None] for column in itineraries))
    worse: npt.NDArray[np.bool_] = others.price <= mine.price
    worse &= others.departure >= mine.departure
    worse &= others.arrival <= mine.arrival
    worse &= others.stops <= mine.stops
    worse &= others.criteria_sum < mine.criteria_sum
    worse &= others.currency == mine.currency
    with_stops: npt.NDArray[np.bool_] = np.any(worse, axis=1) & (itineraries.stops > 0)
    return with_stops
