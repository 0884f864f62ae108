"""What a failure of Postgres means: the server is away, somebody else is at the same rows, or one row is to blame."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled, ReadOnlySqlTransaction, SerializationFailure
from sqlalchemy.exc import SQLAlchemyError

from core.errors import Unavailable

AWAY: Final = (psycopg.OperationalError, psycopg.InterfaceError, SQLAlchemyError, Unavailable, ReadOnlySqlTransaction)
"""What `transaction` and `snapshot` raise when Postgres does not answer, and no row is to blame: the driver, the pool, or
`api/http/database.py` for a server that hangs. One that has become read-only is away too, until it may be written to again."""
BUSY: Final = (LockNotAvailable, DeadlockDetected, SerializationFailure)
"""Somebody else is changing the same rows. The driver counts these among the errors of a server that is away; this one answers."""
PASSING: Final = (*BUSY, QueryCanceled)
"""The server answers, and somebody else's transaction was in the way, or time was over: it may go better next time."""


def is_away(error: Exception) -> bool:
    """Whether Postgres does nothing for anybody now: it cannot be reached, or has ended our connection, or has no room."""
    return isinstance(error, AWAY) and not isinstance(error, PASSING)
