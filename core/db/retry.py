"""Repeat a transaction after a deadlock. Deadlocks are rare, because all our code takes locks in the same order
(CONTRIBUTING.md), but a transaction of another program can cause one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure

TRIES: Final = 5

Result = TypeVar("Result")


def again_after_deadlock(work: Callable[[], Result]) -> Result:
    """Call `work`, which runs one whole transaction, and return its result.

    Raises:
        psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure: after `TRIES` attempts.
    """
    for _ in range(TRIES - 1):
        try:
            return work()
        except (DeadlockDetected, SerializationFailure):
            continue
    return work()
