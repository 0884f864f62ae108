"""Hashes passwords in threads, a few at a time, so that many sign-ins at once leave processor time for everything else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

import anyio
from anyio.to_thread import run_sync

from core.errors import Overloaded

AT_ONCE: Final = min(4, os.cpu_count() or 1)
WAITING_FOR_EACH: Final = 256
"""How many requests may wait for one slot: about ten seconds of its work. A client that waits longer has probably given up."""

T = TypeVar("T")


class HashingQueue:
    """`slots` at a time, and a queue of limited length before them. `what`: named in the error when the queue is full."""

    def __init__(self, slots: int, what: str) -> None:
        self._slots = anyio.Semaphore(slots)
        self._threads = anyio.CapacityLimiter(slots)
        self._waiting_at_most = slots * WAITING_FOR_EACH
        self._what = what

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises `Overloaded` when too many wait already."""
        if self._slots.statistics().tasks_waiting >= self._waiting_at_most:
            raise Overloaded(f"Too many {self._what} at once; try again shortly.", retry_after=5)
        async with self._slots:
            yield

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work`, which hashes and may query, in a thread. Call it inside a `slot`."""
        return await run_sync(work, limiter=self._threads)


@dataclass(frozen=True, slots=True)
class PasswordHasher:
    """Two queues: when many people register at once, those who have an account can still sign in."""

    sign_ins: HashingQueue = field(default_factory=lambda: HashingQueue(AT_ONCE, "sign-ins"))
    registrations: HashingQueue = field(default_factory=lambda: HashingQueue(1, "new accounts"))
