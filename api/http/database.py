"""The API's way to Postgres: as `core.db`, but no request waits for a server that is known to hang.

A dead server refuses connections and is noticed at once. A frozen one accepts them and never answers, and would keep every thread
of this process waiting; `api/readiness/postgres.py` finds that out and sets `hangs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from core.db import Database, RawConnection
from core.errors import Unavailable


class WatchedDatabase(Database):
    """`hangs` is set from outside; while it is true, nothing is asked of Postgres and `Unavailable` is raised instead."""

    hangs = False

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        self._refuse_to_wait()
        with super().unit_of_work() as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[RawConnection]:
        self._refuse_to_wait()
        with super().transaction() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[RawConnection]:
        self._refuse_to_wait()
        with super().snapshot() as connection:
            yield connection

    def _refuse_to_wait(self) -> None:
        if self.hangs:
            raise Unavailable("The database does not answer; nothing was changed. Try again shortly.", retry_after=5)
