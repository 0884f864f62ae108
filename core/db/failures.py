"""What an error of Postgres means. There are three classes: away (the server cannot do anything now), passing (another
transaction was in the way, or time ran out: try again), and all others (the data of a row is the cause).
"""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled, ReadOnlySqlTransaction, SerializationFailure
from sqlalchemy.exc import SQLAlchemyError

from core.errors import Unavailable

AWAY: Final = (psycopg.OperationalError, psycopg.InterfaceError, SQLAlchemyError, Unavailable, ReadOnlySqlTransaction)
"""Errors that `transaction` and `snapshot` raise when Postgres cannot be used: from the driver, from the pool, or from
`api/http/database.py` when the server does not answer. A server that is read-only counts as away until it accepts writes again."""
BUSY: Final = (LockNotAvailable, DeadlockDetected, SerializationFailure)
"""Another transaction has locked the same rows. These are subclasses of errors in `AWAY`, but here the server works."""
PASSING: Final = (*BUSY, QueryCanceled)
"""The server works, but another transaction was in the way, or a time limit was reached. The same work may succeed if it is tried
again.
"""


def is_away(error: Exception) -> bool:
    """Whether Postgres cannot be used now: it cannot be reached, has closed our connection, or has no free connection or disk
    space.
    """
    return isinstance(error, AWAY) and not isinstance(error, PASSING)
