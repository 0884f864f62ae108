"""Postgres: connections, units of work, and what its failures mean."""

from core.db.failures import AWAY, BUSY
from core.db.pool import Database, opened
from core.db.refusals import UnusableDatabase
from core.db.rows import fetch, fetch_one
from core.db.session import RawConnection

__all__ = ["AWAY", "BUSY", "Database", "RawConnection", "UnusableDatabase", "fetch", "fetch_one", "opened"]
