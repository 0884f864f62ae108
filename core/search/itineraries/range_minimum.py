"""The smallest value of any range of an array in constant time, after one pass for each doubling of the length."""

from __future__ import annotations

import numpy as np

from core.search.itineraries.segments import Rows
from core.search.itineraries.tables import Ints


class RangeMinimum:
    """`longest`: the longest range that will be asked for."""

    def __init__(self, values: Ints, longest: int) -> None:
        levels = [values]
        width = 1
        while 2 * width <= longest:
            last = levels[-1]
            longer = last.copy()
            np.minimum(last[:-width], last[width:], out=longer[:-width])
            levels.append(longer)
            width *= 2
        self._levels = np.stack(levels)

    def of(self, lows: Rows, highs: Rows) -> Ints:
        """For each range [low, high), none of them empty."""
        level = np.frexp(highs - lows)[1] - 1
        minimum: Ints = np.minimum(self._levels[level, lows], self._levels[level, highs - (1 << level)])
        return minimum
