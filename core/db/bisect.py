"""Find the item that makes a batch fail, by halving the batch, so that the other items still succeed.

A worked example with five items of which C fails:

    ABCDE fails -> AB succeeds
                -> CDE fails -> C fails alone: it is refused
                             -> DE succeeds

One bad item of n costs about 2 log2(n) further attempts. In the worst case, when every item is bad, there are 2n attempts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from core.db.failures import PASSING, is_away

Item = TypeVar("Item")


def isolated(
    work: Callable[[Sequence[Item]], None],
    items: Sequence[Item],
    refused: Callable[[Item, Exception], None],
    *,
    also: tuple[type[Exception], ...] = (),
) -> None:
    """Call `work` with all items. If it raises, call it with each half, and so on; `refused` gets each single item that fails,
    with its error. Items are processed in their order. `work` must undo everything when it raises (a savepoint or transaction).

    `also`: errors of `PASSING` (see `core/db/failures.py`) that are to be treated as the item's own. Each halving waits for such
    an error again, so its time limit should be short.

    Raises:
        psycopg.Error, SQLAlchemyError: Postgres cannot be reached, or another transaction holds a lock. Some items may not be
        processed.
    """
    try:
        work(items)
    except Exception as error:  # one item may fail with any error
        if is_away(error) or (isinstance(error, PASSING) and not isinstance(error, also)):
            raise
        if len(items) == 1:
            refused(items[0], error)
            return
        middle = len(items) // 2
        isolated(work, items[:middle], refused, also=also)
        isolated(work, items[middle:], refused, also=also)
