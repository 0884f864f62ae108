"""One item that breaks a batch must not take the others down: it is found by halving."""

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
    """Work on all; where one of them breaks it, on the halves, until that one stands alone and `refused` sees to it. Items come to
    `work` and to `refused` in their order. `work` leaves nothing behind when it raises.

    `also`: errors of `PASSING` that set an item apart too. Each halving waits for them once more, so let them be quick.

    Raises:
        psycopg.Error, SQLAlchemyError: Postgres is away, or somebody is in the way. Items may be left that nobody worked on.
    """
    try:
        work(items)
    except Exception as error:
        if is_away(error) or (isinstance(error, PASSING) and not isinstance(error, also)):
            raise
        if len(items) == 1:
            refused(items[0], error)
            return
        middle = len(items) // 2
        isolated(work, items[:middle], refused, also=also)
        isolated(work, items[middle:], refused, also=also)
