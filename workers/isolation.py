"""Whose fault an error is: nobody's, because Postgres is away or somebody is in the way, or one item's, which then stands alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled, SerializationFailure

from core.db import AWAY

IN_THE_WAY: Final = (LockNotAvailable, QueryCanceled, DeadlockDetected, SerializationFailure)
"""The server answers, and somebody else's transaction was in the way, or time was over: it may go better next time."""

Item = TypeVar("Item")


def is_away(error: Exception) -> bool:
    """Whether Postgres does nothing for anybody now: it cannot be reached, or has ended our connection, or has no room."""
    if isinstance(error, IN_THE_WAY):
        return False
    return isinstance(error, AWAY)


def isolated(
    work: Callable[[Sequence[Item]], None],
    items: Sequence[Item],
    refused: Callable[[Item, Exception], None],
    *,
    also: tuple[type[Exception], ...] = (),
) -> None:
    """Work on all; where one of them breaks it, on the halves, until that one stands alone and `refused` sees to it.

    `also`: errors of `IN_THE_WAY` that set an item apart too. Each halving waits for them once more, so let them be quick.

    Raises:
        psycopg.Error, SQLAlchemyError: Postgres is away, or somebody is in the way. Items may be left that nobody worked on.
    """
    try:
        work(items)
    except Exception as error:
        if is_away(error) or (isinstance(error, IN_THE_WAY) and not isinstance(error, also)):
            raise
        if len(items) == 1:
            refused(items[0], error)
            return
        middle = len(items) // 2
        isolated(work, items[:middle], refused, also=also)
        isolated(work, items[middle:], refused, also=also)
