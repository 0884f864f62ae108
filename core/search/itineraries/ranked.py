"""The best ways first, without listing the others.

The smallest key of any way through a leg is known before a way is listed (`RangeMinimum`). So the best legs are chosen, then the best
pairs through them, then the ways: with each step the bound gets tighter, and whatever is left out has a larger key than it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.search.itineraries import dominance
from core.search.itineraries.joint import Joint, Ranges
from core.search.itineraries.legs import Rows, expand
from core.search.itineraries.range_minimum import RangeMinimum
from core.search.itineraries.ranking import MAX_SECONDS, Weights
from core.search.itineraries.tables import Ints
from core.search.itineraries.ways import Ways

WORK: Final = 1_000_000
"""Combinations that one step lists at most, the most promising ones: what bounds time and memory whatever the timetable."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Every way whose key is at most some bound. `everything`: there are no others. `cut`: some are missing, because of `WORK`."""

    ways: Ways
    everything: bool
    cut: bool


class Ranked:
    """The ways of `joint` by what `weights` make of them."""

    def __init__(self, joint: Joint, weights: Weights) -> None:
        self._joint, self._weights = joint, weights
        self._direct = weights.price * joint.direct.price + weights.second * (joint.direct.arrival - joint.direct.departure)
        self._first = weights.price * joint.first.price - weights.second * (joint.first.departure - joint.origin)
        self._last = weights.price * joint.last.price + weights.second * (joint.last.arrival - joint.origin)
        self._middle = weights.price * joint.middle.price + 2 * weights.stop
        self._one_stop = self._first[joint.onward] + weights.stop + _best(self._last, joint.onward_last)
        self._before_and_middle = self._middle + _best(self._first, joint.before)
        self._two_stops = self._before_and_middle + _best(self._last, joint.after)

    def list(self, at_least: int) -> Listed:
        """The best ways: so many at least, if there are, and if not too many of them take longer than they may."""
        bound = _bound(at_least, self._direct, self._one_stop, self._two_stops)
        pairs, cut_pairs = self._pairs(bound)
        middle, last, keys, cut_ends = self._ends(bound)
        tighter = min(bound, _bound(at_least, self._direct, pairs.key, keys))
        trips, cut_trips = self._trips(middle, last, keys, tighter)
        direct = np.flatnonzero(self._direct <= tighter)
        ways = Ways.joined(
            Ways.along(self._direct[direct], self._joint.direct.take(direct)), pairs.take(pairs.key <= tighter), trips
        )
        cut = cut_pairs or cut_ends or cut_trips
        return Listed(ways, everything=not cut and tighter == _NO_BOUND, cut=cut)

    def without(self, shown: Ways) -> Ranked:
        """The same without the ways with two stops through a middle leg that `shown` beat even if everything about them were as good as
        it can be: the latest departure, the earliest arrival and the lowest price that the leg can be part of.
        """
        joint = self._joint
        ideal = dominance.merits(
            -_best(-joint.first.departure, joint.before),
            _best(joint.last.arrival, joint.after),
            _best(joint.first.price, joint.before) + joint.middle.price + _best(joint.last.price, joint.after),
            np.full(len(joint.middle.row), 2),
            joint.middle.currency,
        )
        others = dominance.merits(shown.departure, shown.arrival, shown.price, shown.stops, shown.currency)
        return Ranked(joint.without(dominance.beaten(ideal, others)), self._weights)

    def _pairs(self, bound: int) -> tuple[Ways, bool]:
        """Ways with one stop through the first legs within the bound."""
        joint = self._joint
        chosen, owner, last, cut = _expanded(self._one_stop, bound, joint.onward_last)
        first = joint.onward[chosen[owner]]
        allowed = joint.last.arrival[last] - joint.first.departure[first] <= MAX_SECONDS
        first, last = first[allowed], last[allowed]
        keys = self._first[first] + self._last[last] + self._weights.stop
        return Ways.along(keys, joint.first.take(first), joint.last.take(last)), cut

    def _ends(self, bound: int) -> tuple[Rows, Rows, Ints, bool]:
        """Middle and last legs of ways with two stops, each with its smallest key."""
        chosen, owner, last, cut = _expanded(self._two_stops, bound, self._joint.after)
        middle = chosen[owner]
        return middle, last, self._before_and_middle[middle] + self._last[last], cut

    def _trips(self, middle: Rows, last: Rows, keys: Ints, bound: int) -> tuple[Ways, bool]:
        """Ways with two stops within the bound."""
        joint = self._joint
        chosen, owner, first, cut = _expanded(keys, bound, joint.before.take(middle))
        middle, last = middle[chosen[owner]], last[chosen[owner]]
        keys = self._first[first] + self._middle[middle] + self._last[last]
        allowed = (keys <= bound) & (joint.last.arrival[last] - joint.first.departure[first] <= MAX_SECONDS)
        first, middle, last = first[allowed], middle[allowed], last[allowed]
        return Ways.along(keys[allowed], joint.first.take(first), joint.middle.take(middle), joint.last.take(last)), cut


_NO_BOUND: Final = int(np.iinfo(np.int64).max)


def _best(values: Ints, ranges: Ranges) -> Ints:
    if not len(ranges.low):
        return np.zeros(0, dtype=np.int64)
    return RangeMinimum(values, ranges.longest).of(ranges.low, ranges.high)


def _bound(at_least: int, *keys: Ints) -> int:
    """The key that so many of these do not exceed."""
    together = np.concatenate(keys)
    return _NO_BOUND if len(together) <= at_least else int(np.partition(together, at_least - 1)[at_least - 1])


def _expanded(keys: Ints, bound: int, ranges: Ranges) -> tuple[Rows, Rows, Rows, bool]:
    """Those within the bound, and all numbers of their ranges with the position of their owner among them; whether it had to be cut."""
    chosen = np.flatnonzero(keys <= bound)
    counts = ranges.high[chosen] - ranges.low[chosen]
    cut = bool(np.sum(counts) > WORK)
    if cut:
        best_first = np.argsort(keys[chosen], kind="stable")
        fits = np.cumsum(counts[best_first]) <= WORK
        chosen = chosen[best_first[fits]]
    owner, numbers = expand(*ranges.take(chosen))
    return chosen, owner, numbers, cut
