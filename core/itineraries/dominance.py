"""Which ways are worth showing.

A way with stops is left out when another one, paid in the same currency, leaves no earlier, arrives no later, costs no more and has
no more stops, and is better in one of these. Direct flights are always shown.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from core.itineraries.ways import Ways

BLOCK: Final = 64

_Table = npt.NDArray[np.int64]


def sensible(ways: Ways, count: int) -> npt.NDArray[np.intp]:
    """The first `count` ways worth showing, of ways in order: whoever is better comes earlier in it."""
    # One table with the sense turned so that smaller is better.
    table = np.stack([-ways.departure, ways.arrival, ways.price, ways.stops, ways.currency.astype(np.int64)])
    kept = np.zeros(0, dtype=np.intp)
    for begin in range(0, len(ways), BLOCK):
        block = np.arange(begin, min(begin + BLOCK, len(ways)))
        block = block[_stands(table[:, block], table[:, kept])]
        # What is left out here would itself be left out because of something that is kept.
        block = block[_stands(table[:, block], table[:, block])]
        kept = np.concatenate([kept, block])
        if len(kept) >= count:
            break
    return kept[:count]


def _stands(ways: _Table, others: _Table) -> npt.NDArray[np.bool_]:
    """Which of the ways none of the others beats."""
    mine, theirs = ways[:, :, None], others[:, None, :]
    beaten = np.all(theirs[:4] <= mine[:4], axis=0) & np.any(theirs[:4] < mine[:4], axis=0) & (theirs[4] == mine[4])
    stands: npt.NDArray[np.bool_] = ~np.any(beaten, axis=1) | (ways[3] == 0)
    return stands
