"""Which threads of this process are at work, and when each of them last made progress.

A thread may be alive and do nothing for ever: in a call that has no time limit, in a loop, before a lock. It makes progress when it asks for
the next message, when a call of its event loop ends, when it begins or ends to use a connection to Postgres.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Work:
    """`moved_at` is None before it has begun."""

    name: str
    limit_seconds: float
    moved_at: float | None


@dataclass(frozen=True, slots=True)
class Stalled:
    name: str
    seconds: float


class Progress:
    """Thread-safe: what a thread does is written by that thread alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._expected: list[_Work] = []
        self._at_work: dict[int, _Work] = {}

    def expect(self, name: str, *, limit_seconds: float) -> Callable[[], None]:
        """Register work that lasts as long as the process. Returns a function that it calls whenever it makes progress."""
        work = _Work(name, limit_seconds, None)
        self._expected.append(work)

        def moved() -> None:
            work.moved_at = self._clock()

        return moved

    @contextmanager
    def working(self, name: str, *, limit_seconds: float) -> Iterator[None]:
        """The calling thread is at work for as long as the block runs."""
        thread = threading.get_ident()
        self._at_work[thread] = _Work(name, limit_seconds, self._clock())
        try:
            yield
        finally:
            del self._at_work[thread]

    def moved(self, *_: object) -> None:
        """The calling thread makes progress, if it is at work. Takes whatever an event of the connection pool passes."""
        work = self._at_work.get(threading.get_ident())
        if work is not None:
            work.moved_at = self._clock()

    @property
    def has_begun(self) -> bool:
        """Whether everything that is expected has been seen once."""
        return all(work.moved_at is not None for work in self._expected)

    def list_stalled(self) -> list[Stalled]:
        """The threads that have made no progress for longer than their limit."""
        now = self._clock()
        stalled = []
        for work in [*self._expected, *list(self._at_work.values())]:
            if work.moved_at is not None and now - work.moved_at > work.limit_seconds:
                stalled.append(Stalled(work.name, now - work.moved_at))
        return stalled
