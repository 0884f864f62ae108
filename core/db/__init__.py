"""Postgres: connections, transactions, and the meaning of its errors."""

from core.db.failures import AWAY, BUSY, PASSING, is_away
from core.db.pool import Database, Snapshot, opened, savepoint
from core.db.refusals import UnusableDatabase
from core.db.rows import fetch, fetch_one
from core.db.session import RawConnection

__all__ = [
    "AWAY",
    "BUSY",
    "PASSING",
    "Database",
    "RawConnection",
    "Snapshot",
    "UnusableDatabase",
    "fetch",
    "fetch_one",
    "is_away",
    "opened",
    "savepoint",
]
