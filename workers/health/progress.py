"""Record when each thread of this process last made progress, to find threads that are stuck.

A thread may be alive and stuck: in a call without a time limit, in an endless loop, or waiting for a lock. A thread makes progress when it
requests the next message, when its event loop runs a callback, when it borrows or returns a connection to Postgres, and when the process that
imports a file for it reports a chunk.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Work:
    """The progress of one thread. `moved_at`: monotonic seconds; None before it has begun."""

    name: str
    limit_seconds: float
    moved_at: float | None
    actor: str = ""
    items: int = 0
    began_at: float = 0.0


@dataclass(frozen=True, slots=True)
class AtWork:
    """A thread that works on a message, and for how long."""

    actor: str
    items: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Stalled:
    name: str
    seconds: float


class Progress:
    """The progress of all threads. Thread-safe, because each thread only writes its own entry."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._expected: list[_Work] = []
        self._at_work: dict[int, _Work] = {}

    def expect(self, name: str, *, limit_seconds: float) -> Callable[[], None]:
        """Register work that runs as long as the process. Returns a function that the work must call whenever it makes progress."""
        work = _Work(name, limit_seconds, None)
        self._expected.append(work)

        def moved() -> None:
            work.moved_at = self._clock()

        return moved

    @contextmanager
    def working(self, name: str, *, limit_seconds: float, actor: str = "", items: int = 0) -> Iterator[None]:
        """Register the calling thread while the block runs. `actor`, `items`: of the message that it works on, if it works on one."""
        thread = threading.get_ident()
        began_at = self._clock()
        self._at_work[thread] = _Work(name, limit_seconds, began_at, actor, items, began_at)
        try:
            yield
        finally:
            del self._at_work[thread]

    def moved(self, *_: object) -> None:
        """Record progress of the calling thread, if it is registered. It accepts any arguments, so that it can be an event
        listener of the connection pool.
        """
        work = self._at_work.get(threading.get_ident())
        if work is not None:
            work.moved_at = self._clock()

    @property
    def has_begun(self) -> bool:
        """Whether all expected work has made progress at least once."""
        return all(work.moved_at is not None for work in self._expected)

    def list_at_work(self) -> list[AtWork]:
        """The threads that work on a message, the longest first."""
        now = self._clock()
        at_work = [AtWork(each.actor, each.items, now - each.began_at) for each in list(self._at_work.values()) if each.actor]
        return sorted(at_work, key=lambda each: -each.seconds)

    def list_stalled(self) -> list[Stalled]:
        """The threads without progress for longer than their limit."""
        now = self._clock()
        stalled = []
        for work in [*self._expected, *list(self._at_work.values())]:
            if work.moved_at is not None and now - work.moved_at > work.limit_seconds:
                stalled.append(Stalled(work.name, now - work.moved_at))
        return stalled
