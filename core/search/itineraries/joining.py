"""Find which segments can follow which. For each segment the result is a range of a sorted array that contains all segments that
can follow it.

No itinerary is computed here. With 1,000 first segments and 1,000 last ones there may be a million pairs, but there are only
1,000 ranges.

An example: the last segments, sorted by place and departure, are 0: B 09:30, 1: B 10:00, 2: B 14:00, 3: D 11:00. A first segment
arrives at B at 09:00, and waits of 45 minutes to 6 hours are allowed. Binary search for (B, 09:45) and (B, 15:00) gives the range
[1, 3).
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
    """The limits of the wait between two flights of an itinerary, in seconds, both inclusive."""

    max_stops: int
    min_wait: int
    max_wait: int


class Ranges(NamedTuple):
    """For each segment a range [low, high) of another array. No range is empty."""

    low: Rows
    high: Rows

    def take(self, which: Rows) -> Ranges:
        return Ranges(self.low[which], self.high[which])

    @property
    def longest(self) -> int:
        return int(np.max(self.high - self.low, initial=1))


@dataclass(frozen=True, slots=True)
class JoinedSegments:
    """The segments of one search, and which can follow which.

    `direct`: from source to destination. `first`: leave the source, sorted by place and time of arrival. `last`: reach the
    destination, sorted by place and time of departure. `onward`: for first segments, the range of last segments that can follow.
    `middle`: segments between a first and a last one; `before` and `after`: the ranges of first and last segments for each.
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
            # An itinerary never visits a place twice: a first segment does not end at the destination, a last one does not begin
            # at the source.
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
    """Place, currency and time as one sort key. The currency is part of it because all flights of an itinerary have the same
    currency.
    """
    key: Ints = ((place.astype(np.int64) << _CURRENCY_BITS | currency) << _MOMENT_BITS) + moment
    return key


def _matches(index: Ints, begin: Ints, end: Ints) -> tuple[Rows, Ranges]:
    """The rows for which `index` has values between begin and end, and the range of these values for each."""
    low, high = np.searchsorted(index, begin), np.searchsorted(index, end, side="right")
    found = np.flatnonzero(high > low)
    return found, Ranges(low[found], high[found])
