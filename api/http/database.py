"""The connections of the API to Postgres: as in `core.db`, but no request waits for a server that is known to hang.

A stopped server refuses connections, which is noticed at once. A server that hangs accepts connections and never answers, so all
threads of this process would wait. `api/readiness/postgres.py` detects this and sets `hangs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from core.db import Database, RawConnection
from core.errors import Unavailable


class WatchedDatabase(Database):
    """`hangs`: set from outside; while it is true, `Unavailable` is raised instead of using Postgres."""

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
