"""What a failure of Postgres means: the server is away, or somebody else is at the same rows."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, ReadOnlySqlTransaction, SerializationFailure
from sqlalchemy.exc import SQLAlchemyError

from core.errors import Unavailable

AWAY: Final = (psycopg.OperationalError, psycopg.InterfaceError, SQLAlchemyError, Unavailable, ReadOnlySqlTransaction)
"""What `transaction` and `snapshot` raise when Postgres does not answer, and no row is to blame: the driver, the pool, or whoever has
closed the door to a server that hangs. One that has become read-only is away too, until it may be written to again."""
BUSY: Final = (LockNotAvailable, DeadlockDetected, SerializationFailure)
"""Somebody else is changing the same rows. The driver counts these among the errors of a server that is away; this one answers."""
