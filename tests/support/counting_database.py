"""A database that counts its transactions, for tests of what is committed together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.http.database import WatchedDatabase
from core.db import RawConnection


class CountingDatabase(WatchedDatabase):
    transactions = 0

    @contextmanager
    def transaction(self) -> Iterator[RawConnection]:
        self.transactions += 1
        with super().transaction() as connection:
            yield connection
