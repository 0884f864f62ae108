"""Postgres: connections, units of work, and what its failures mean."""

from core.db.failures import AWAY, BUSY
from core.db.pool import Database, RawConnection, driver_url, opened

__all__ = ["AWAY", "BUSY", "Database", "RawConnection", "driver_url", "opened"]
