"""Which segments can follow which: for each segment, the range of a sorted array that holds everything that can follow it.

No itinerary is listed here. With 1,000 first segments and 1,000 last ones there may be a million pairs, but only 1,000 ranges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from core.search.itineraries.ranking import MAX_SECONDS
from core.search.itineraries.segments import Rows, Segments, Span, boarding_windows
from core.search.itineraries.tables import Ints

_MOMENT_BITS: Final = 22
"""48 days in seconds: more than the longest itinerary and its waits."""
_CURRENCY_BITS: Final = 15
"""More than three letters can spell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What makes two flights a connection. Waits are in seconds, both bounds are allowed."""

    max_stops: int
    min_wait: int
    max_wait: int


class Ranges(NamedTuple):
    """[low, high) of another array for each segment; none is empty."""

    low: Rows
    high: Rows

    def take(self, which: Rows) -> Ranges:
        return Ranges(self.low[which], self.high[which])

    @property
    def longest(self) -> int:
        return int(np.max(self.high - self.low, initial=1))


@dataclass(frozen=True, slots=True)
class JoinedSegments:
    """`direct`: from source to destination. `first` leave the source, sorted by where and when they arrive; `last` reach the
    destination, sorted by where and when they leave.

    `onward`: first segments that a last one follows, and the last ones. `middle`: between a first and a last segment; `before`, `after`: which.
    """

    origin: int
    direct: Segments
    first: Segments
    last: Segments
    onward: Rows
    onward_last: Ranges
    middle: Segments
    before: Ranges
    after: Ranges

    def without(self, dominated: npt.NDArray[np.bool_]) -> JoinedSegments:
        """The same without some middle segments."""
        left = np.flatnonzero(~dominated)
        return replace(self, middle=self.middle.take(left), before=self.before.take(left), after=self.after.take(left))


def join(span: Span, departing: Segments, destination: int, rules: Rules) -> JoinedSegments:
    """The itineraries that begin with a flight of `departing` (all of one place) and reach `destination`."""
    departing = departing.take(departing.arrival - departing.departure <= MAX_SECONDS)
    is_direct = departing.destination == destination
    direct, first = departing.take(is_direct), departing.take(~is_direct)
    origin = int(np.min(departing.departure, initial=np.iinfo(np.int64).max))
    nothing = departing.take(np.zeros(0, dtype=np.intp))
    last = middle = nothing
    if rules.max_stops == 0:
        first = nothing
    if len(first.row):
        begin, end = int(np.min(first.arrival)) + rules.min_wait, int(np.max(first.departure)) + MAX_SECONDS
        last = span.arriving(destination, begin, end)
        last = last.take((last.source != first.source[0]) & (last.arrival <= end))
        if rules.max_stops == 2 and len(last.row):
            # No place comes twice: a first segment never ends at the destination, a last one never begins at the source.
            middle = span.between(
                boarding_windows(first.destination, first.arrival + rules.min_wait, first.arrival + rules.max_wait),
                boarding_windows(last.source, np.full(len(last.row), begin), last.departure - rules.min_wait),
            )
            middle = middle.take(middle.arrival <= end)

    arrives = _key(first.destination, first.currency, first.arrival - origin)
    leaves = _key(last.source, last.currency, last.departure - origin)
    by_arrival, by_departure = np.argsort(arrives), np.argsort(leaves)
    first, arrives = first.take(by_arrival), arrives[by_arrival]
    last, leaves = last.take(by_departure), leaves[by_departure]

    onward, onward_last = _matches(leaves, arrives + rules.min_wait, arrives + rules.max_wait)
    boards = _key(middle.source, middle.currency, middle.departure - origin)
    reached, before = _matches(arrives, boards - rules.max_wait, boards - rules.min_wait)
    middle = middle.take(reached)
    lands = _key(middle.destination, middle.currency, middle.arrival - origin)
    goes_on, after = _matches(leaves, lands + rules.min_wait, lands + rules.max_wait)
    return JoinedSegments(origin, direct, first, last, onward, onward_last, middle.take(goes_on), before.take(goes_on), after)


def _key(place: npt.NDArray[np.int32], currency: npt.NDArray[np.int32], moment: Ints) -> Ints:
    """A place at a moment. Who pays in another currency is elsewhere: an itinerary has one."""
    key: Ints = ((place.astype(np.int64) << _CURRENCY_BITS | currency) << _MOMENT_BITS) + moment
    return key


def _matches(index: Ints, begin: Ints, end: Ints) -> tuple[Rows, Ranges]:
    """Who finds something between begin and end, and the range of it."""
    low, high = np.searchsorted(index, begin), np.searchsorted(index, end, side="right")
    found = np.flatnonzero(high > low)
    return found, Ranges(low[found], high[found])
