"""Where passwords are hashed: in threads, a few at a time, so that a rush of sign-ins cannot starve everything else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, ParamSpec, TypeVar

import anyio
from anyio.to_thread import run_sync

from core.errors import Overloaded

AT_ONCE: Final = min(4, os.cpu_count() or 1)
WAITING_AT_MOST: Final = 512
"""About ten seconds of work for two cores; a client that waits longer has given up."""

P = ParamSpec("P")
T = TypeVar("T")


class PasswordHasher:
    """`AT_ONCE` slots and a queue before them that does not grow for ever."""

    def __init__(self) -> None:
        self._slots = anyio.Semaphore(AT_ONCE)
        self._threads = anyio.CapacityLimiter(AT_ONCE)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises `Overloaded` when too many wait already."""
        if self._slots.statistics().tasks_waiting >= WAITING_AT_MOST:
            raise Overloaded("Too many sign-ins at once; try again shortly.", retry_after=5)
        async with self._slots:
            yield

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work`, which hashes and may query, in a thread. Call it inside a `slot`."""
        return await run_sync(work, limiter=self._threads)
