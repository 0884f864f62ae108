"""The smallest value of any range of an array, in constant time.

This is the sparse table of Bender and Farach-Colton ("The LCA Problem Revisited", LATIN 2000). Level k holds, for each position, the smallest of the
2^k values that begin there; each level is made from the one before by one comparison of two neighbours. Any range is covered by two
ranges of a power of two, which may overlap, so its minimum is the smaller of two numbers that are in the table.

A worked example: the values 5 2 7 1 6. Level 1 (pairs) is 2 2 1 1, level 2 (fours) is 1 1. The minimum of positions 0 to 2 (three values) is the smaller of
the pair at 0 (2) and the pair at 1 (2): 2.
"""

from __future__ import annotations

import numpy as np

from core.search.itineraries.segments import Rows
from core.search.itineraries.tables import Ints


class RangeMinimum:
    """`longest`: the longest range that will be queried."""

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
