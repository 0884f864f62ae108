"""Which ways are worth showing.

A way with stops is left out when another one, paid in the same currency, leaves no earlier, arrives no later, costs no more and has
no more stops, and is better in one of these. Direct flights are always shown.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from core.search.itineraries.tables import Ints
from core.search.itineraries.ways import Ways

BLOCK: Final = 64


class Merits(NamedTuple):
    """Columns of equal length. `badness` is the sum of what makes a way worse: of two ways of which one is nowhere worse, it tells
    whether it is better anywhere.
    """

    departure: Ints
    arrival: Ints
    price: Ints
    stops: Ints
    badness: Ints
    currency: Ints

    def take(self, which: npt.NDArray[Any] | slice) -> Merits:
        return Merits(*(column[which] for column in self))


def merits(departure: Ints, arrival: Ints, price: Ints, stops: Ints, currency: npt.NDArray[np.int32]) -> Merits:
    return Merits(departure, arrival, price, stops, arrival - departure + price + stops, currency.astype(np.int64))


def sensible(ways: Ways, count: int) -> npt.NDArray[np.intp]:
    """The first `count` ways worth showing, of ways in order: whoever is better comes earlier in it."""
    left = merits(ways.departure, ways.arrival, ways.price, ways.stops, ways.currency)
    rows = np.arange(len(ways))
    kept: list[npt.NDArray[np.intp]] = []
    found = 0
    while len(rows) and found < count:
        block = left.take(slice(BLOCK))
        # What is left out here would itself be left out because of something that is kept.
        stands = ~beaten(block, block)
        kept.append(rows[:BLOCK][stands])
        found += len(kept[-1])
        rows, left = rows[BLOCK:], left.take(slice(BLOCK, None))
        remain = ~beaten(left, block.take(stands))
        rows, left = rows[remain], left.take(remain)
    return np.concatenate([rows[:0], *kept])[:count]


def beaten(ways: Merits, others: Merits) -> npt.NDArray[np.bool_]:
    """Which of the ways any of the others beats."""
    mine = Merits(*(column[:, None] for column in ways))
    worse: npt.NDArray[np.bool_] = others.price <= mine.price
    worse &= others.departure >= mine.departure
    worse &= others.arrival <= mine.arrival
    worse &= others.stops <= mine.stops
    worse &= others.badness < mine.badness
    worse &= others.currency == mine.currency
    with_stops: npt.NDArray[np.bool_] = np.any(worse, axis=1) & (ways.stops > 0)
    return with_stops
