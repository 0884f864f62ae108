"""Delete old rows that nobody needs. Bookings, payments, refunds, accounts and the audit log are kept."""

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
"""How many rows one transaction deletes. Its locks are held for a short time only."""

# Dead letters come before imports, because an import with a dead letter is kept.
KINDS: Final[tuple[OldRows, ...]] = (DEAD_LETTERS, IMPORTS, MAILS, LOAD_RUNS, FLIGHTS)


def count_old(database: Database, before: datetime) -> Iterator[tuple[str, int]]:
    """For each kind of rows, its name and how many would be deleted."""
    for kind in KINDS:
        with database.snapshot() as connection:
            yield kind.what, kind.count_before(connection, before)


def delete_old(database: Database, before: datetime) -> Iterator[tuple[str, int]]:
    """Delete the rows. Yields for each kind its name and how many were deleted."""
    for kind in KINDS:
        removed, deleted = 0, BATCH
        while deleted == BATCH:
            with database.transaction() as connection:
                deleted = kind.delete_before(connection, before, BATCH)
            removed += deleted
        yield kind.what, removed
