"""Remove what is old and needed by nobody. Bookings, money, accounts and the audit log stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from core.db import Database
from core.db.retention import OldRows
from core.flights.changes.retention import FLIGHTS
from core.imports.retention import IMPORTS
from core.load_runs.retention import LOAD_RUNS
from core.mail.retention import MAILS
from core.operations.retention import DEAD_LETTERS

BATCH: Final = 5_000
"""Rows of one transaction: it holds no lock for longer than a moment."""

# Dead letters before imports: an import whose letter is open stays.
KINDS: Final[tuple[OldRows, ...]] = (DEAD_LETTERS, IMPORTS, MAILS, LOAD_RUNS, FLIGHTS)


def count_old(database: Database, before: datetime) -> Iterator[tuple[str, int]]:
    """What would be removed, and how many rows of it."""
    for kind in KINDS:
        with database.snapshot() as connection:
            yield kind.what, kind.count_before(connection, before)


def delete_old(database: Database, before: datetime) -> Iterator[tuple[str, int]]:
    """What is removed, and how many rows of it."""
    for kind in KINDS:
        removed, deleted = 0, BATCH
        while deleted == BATCH:
            with database.transaction() as connection:
                deleted = kind.delete_before(connection, before, BATCH)
            removed += deleted
        yield kind.what, removed
