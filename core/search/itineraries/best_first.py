"""List the best itineraries first, without computing the others.

The smallest key of any itinerary through a segment is known before that itinerary is computed: it is the segment's own part of
the key plus the smallest part in the range of segments that can follow it (`range_minimum.py`). So the best segments are chosen
first, then the best pairs, then the itineraries. Each step makes the bound smaller, and every itinerary that is left out has a
key above the bound. This is branch and bound with exact lower bounds (A. Land, A. Doig: "An Automatic Method of Solving Discrete
Programming Problems", 1960).

A worked example with prices as keys, two itineraries wanted: first segments cost 100 and 400; the cheapest segment that can
follow the first one costs 90, the second one 50. The lower bounds are 190 and 450. If the direct flight costs 300, the bound for
two itineraries is 300, so nothing through the second segment is listed at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.search.itineraries import dominance
from core.search.itineraries.itineraries import Itineraries
from core.search.itineraries.joining import JoinedSegments, Ranges
from core.search.itineraries.range_minimum import RangeMinimum
from core.search.itineraries.ranking import MAX_SECONDS, Weights
from core.search.itineraries.segments import Rows, expand
from core.search.itineraries.tables import Ints

WORK: Final = 1_000_000
"""The most combinations that one step computes, those with the smallest bounds first. It limits time and memory for any timetable."""


@dataclass(frozen=True, slots=True)
class Listed:
    """All itineraries whose key is at most some bound. `everything`: there are no others. `cut`: some are missing because of the
    limit `WORK`.
    """

    itineraries: Itineraries
    everything: bool
    cut: bool


class BestFirst:
    """The itineraries of `joined`, ordered by the key that `weights` define."""

    def __init__(self, joined: JoinedSegments, weights: Weights) -> None:
        self._joined, self._weights = joined, weights
        self._direct = weights.price * joined.direct.price + weights.second * (joined.direct.arrival - joined.direct.departure)
        self._first = weights.price * joined.first.price - weights.second * (joined.first.departure - joined.origin)
        self._last = weights.price * joined.last.price + weights.second * (joined.last.arrival - joined.origin)
        self._middle = weights.price * joined.middle.price + 2 * weights.stop
        self._one_stop = self._first[joined.onward] + weights.stop + _best(self._last, joined.onward_last)
        self._before_and_middle = self._middle + _best(self._first, joined.before)
        self._two_stops = self._before_and_middle + _best(self._last, joined.after)

    @property
    def smallest_key(self) -> int | None:
        """The smallest key of all itineraries, also of those that exceed the longest duration; None: there are none."""
        together = np.concatenate((self._direct, self._one_stop, self._two_stops))
        return int(np.min(together)) if len(together) else None

    def list(self, at_least: int) -> Listed:
        """The best itineraries: at least so many, if there are as many, and if not too many of them exceed the longest duration."""
        bound = _bound(at_least, self._direct, self._one_stop, self._two_stops)
        one_stop, cut_one_stop = self._with_one_stop(bound)
        middle, last, keys, cut_ends = self._ends(bound)
        tighter = min(bound, _bound(at_least, self._direct, one_stop.key, keys))
        two_stops, cut_two_stops = self._with_two_stops(middle, last, keys, tighter)
        direct = np.flatnonzero(self._direct <= tighter)
        itineraries = Itineraries.joined(
            Itineraries.along(self._direct[direct], self._joined.direct.take(direct)),
            one_stop.take(one_stop.key <= tighter),
            two_stops,
        )
        cut = cut_one_stop or cut_ends or cut_two_stops
        return Listed(itineraries, everything=not cut and tighter == _NO_BOUND, cut=cut)

    def without(self, shown: Itineraries) -> BestFirst:
        """A copy without the middle segments that cannot be part of a useful itinerary. For a middle segment, the best
        conceivable itinerary has the latest departure, the earliest arrival and the lowest price of all itineraries through it.
        If an itinerary of `shown` dominates even this one, the segment is removed.
        """
        joined = self._joined
        ideal = dominance.criteria(
            -_best(-joined.first.departure, joined.before),
            _best(joined.last.arrival, joined.after),
            _best(joined.first.price, joined.before) + joined.middle.price + _best(joined.last.price, joined.after),
            np.full(len(joined.middle.row), 2),
            joined.middle.currency,
        )
        others = dominance.criteria(shown.departure, shown.arrival, shown.price, shown.stops, shown.currency)
        return BestFirst(joined.without(dominance.dominated(ideal, others)), self._weights)

    def _with_one_stop(self, bound: int) -> tuple[Itineraries, bool]:
        """Itineraries with one stop through the first segments within the bound."""
        joined = self._joined
        chosen, owner, last, cut = _expanded(self._one_stop, bound, joined.onward_last)
        first = joined.onward[chosen[owner]]
        allowed = joined.last.arrival[last] - joined.first.departure[first] <= MAX_SECONDS
        first, last = first[allowed], last[allowed]
        keys = self._first[first] + self._last[last] + self._weights.stop
        return Itineraries.along(keys, joined.first.take(first), joined.last.take(last)), cut

    def _ends(self, bound: int) -> tuple[Rows, Rows, Ints, bool]:
        """Middle and last segments of itineraries with two stops, each with its smallest key."""
        chosen, owner, last, cut = _expanded(self._two_stops, bound, self._joined.after)
        middle = chosen[owner]
        return middle, last, self._before_and_middle[middle] + self._last[last], cut

    def _with_two_stops(self, middle: Rows, last: Rows, keys: Ints, bound: int) -> tuple[Itineraries, bool]:
        """Itineraries with two stops within the bound."""
        joined = self._joined
        chosen, owner, first, cut = _expanded(keys, bound, joined.before.take(middle))
        middle, last = middle[chosen[owner]], last[chosen[owner]]
        keys = self._first[first] + self._middle[middle] + self._last[last]
        allowed = (keys <= bound) & (joined.last.arrival[last] - joined.first.departure[first] <= MAX_SECONDS)
        first, middle, last = first[allowed], middle[allowed], last[allowed]
        return Itineraries.along(keys[allowed], joined.first.take(first), joined.middle.take(middle), joined.last.take(last)), cut


_NO_BOUND: Final = int(np.iinfo(np.int64).max)


def _best(values: Ints, ranges: Ranges) -> Ints:
    if not len(ranges.low):
        return np.zeros(0, dtype=np.int64)
    return RangeMinimum(values, ranges.longest).of(ranges.low, ranges.high)


def _bound(at_least: int, *keys: Ints) -> int:
    """The smallest bound so that at least `at_least` of the keys are at most the bound."""
    together = np.concatenate(keys)
    return _NO_BOUND if len(together) <= at_least else int(np.partition(together, at_least - 1)[at_least - 1])


def _expanded(keys: Ints, bound: int, ranges: Ranges) -> tuple[Rows, Rows, Rows, bool]:
    """The positions of keys within the bound; the numbers of their ranges, each with the position of its owner; and whether the
    limit `WORK` was reached.
    """
    chosen = np.flatnonzero(keys <= bound)
    counts = ranges.high[chosen] - ranges.low[chosen]
    cut = bool(np.sum(counts) > WORK)
    if cut:
        best_first = np.argsort(keys[chosen], kind="stable")
        fits = np.cumsum(counts[best_first]) <= WORK
        chosen = chosen[best_first[fits]]
    owner, numbers = expand(*ranges.take(chosen))
    return chosen, owner, numbers, cut
