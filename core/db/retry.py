"""A transaction that met a deadlock is tried again at once. The order of locks makes one rare; a foreign transaction may cause it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure

TRIES: Final = 5

Result = TypeVar("Result")


def again_after_deadlock(work: Callable[[], Result]) -> Result:
    """What `work` returns, which is one whole transaction.

    Raises:
        psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure: `TRIES` times.
    """
    for _ in range(TRIES - 1):
        try:
            return work()
        except (DeadlockDetected, SerializationFailure):
            continue
    return work()
