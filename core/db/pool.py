"""The connections of a process to Postgres. Only an edge (api, workers, launcher) opens a transaction; core gets the open connection.

Every connection has time limits, because nothing else can interrupt a thread that waits inside the driver.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, TypeAlias, cast

from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, QueuePool, create_engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlmodel import Session

from core.db import address, session
from core.db.session import Limits, RawConnection

STATEMENT_MS = 5_000
LOCK_MS = 2_000
IDLE_IN_TRANSACTION_MS = 10_000
LOCK_SILENCE_MS = 10_000
"""A process that hangs keeps its connections open. If it sends nothing for this time, Postgres ends the connection and frees its
session lock. The time is longer than one pass of the sweep while Redis does not answer.
"""

_KEY_IN_SCHEMA: Final = "(SELECT :key + (oid::int8 << 32) FROM pg_namespace WHERE nspname = current_schema())"
"""The number of an advisory lock, which includes the schema: two installations may use one database, each in a schema of its own."""


Snapshot: TypeAlias = Callable[[], AbstractContextManager[RawConnection]]
"""`Database.snapshot`, passed by an edge to code that reads from Postgres several times, or later."""


class Database:
    """Connections to one Postgres database.

    `pool_size`: the most connections of this process. A caller that gets no free connection within 5 s gets an error.

    Raises:
        UnusableDatabase: `database_url` is not an address. No connection is made yet.
    """

    def __init__(self, database_url: str, *, pool_size: int, application: str) -> None:
        self._disposed = False
        self.address = database_url
        self._conninfo = address.conninfo(database_url, application=application)
        self.engine: Engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_use_lifo=True,
        )
        event.listen(self.engine, "checkout", _replace_if_closed)

    def _connect(self) -> RawConnection:
        limits = Limits(statement_ms=STATEMENT_MS, lock_ms=LOCK_MS, idle_in_transaction_ms=IDLE_IN_TRANSACTION_MS)
        return session.connect(self._conninfo, limits, writes_on_demand=True)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction with an SQLModel session: committed when the block ends, rolled back when it raises."""
        with Session(self.engine, expire_on_commit=False) as unit, unit.begin():
            yield unit

    @contextmanager
    def transaction(self) -> Iterator[RawConnection]:
        """One transaction with a plain psycopg connection, for frequent requests and for COPY: committed or rolled back as above."""
        with self._borrowed() as connection, connection.transaction():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[RawConnection]:
        """A psycopg connection in autocommit mode, for single SELECTs: each costs one round trip instead of three (BEGIN, SELECT,
        COMMIT). Postgres refuses writes here: connections are read-only except inside `transaction` and `unit_of_work`.
        """
        with self._borrowed() as connection:
            connection.autocommit = True
            try:
                yield connection
            finally:
                if _is_idle(connection):
                    connection.autocommit = False

    @contextmanager
    def _borrowed(self) -> Iterator[RawConnection]:
        pooled = self.engine.raw_connection()
        connection = cast("RawConnection", pooled.driver_connection)
        try:
            yield connection
        finally:
            if self._disposed or not _is_idle(connection):
                pooled.invalidate()
            pooled.close()

    @contextmanager
    def session_lock(self, key: int) -> Iterator[Callable[[], bool]]:
        """Try to take an advisory lock on a connection of its own. Postgres frees the lock when that connection ends.

        Yields a function that returns whether the lock is held now. It sends a query, so it raises an error if the server cannot be
        reached. Call it every few seconds: after `LOCK_SILENCE_MS` without a call Postgres frees the lock.
        """
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            taken = bool(connection.scalar(text(f"SELECT pg_try_advisory_lock({_KEY_IN_SCHEMA})"), {"key": key}))
            if taken:
                connection.execute(text(f"SET idle_session_timeout = {LOCK_SILENCE_MS}"))

            def held() -> bool:
                return taken and connection.scalar(text("SELECT 1")) == 1

            try:
                yield held
            finally:
                if taken:
                    # Closed instead of returned to the pool, because a connection in the pool would still hold the lock.
                    connection.invalidate()

    def usage(self) -> dict[str, int]:
        """Connections at work, those that are idle, and how many more may be made."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        used, idle = pool.checkedout(), pool.checkedin()
        return {"used": used, "idle": idle, "free": max(0, pool.size() - used - idle)}

    def dispose(self) -> None:
        """Close every connection. A connection that a thread is using is closed when the thread returns it."""
        self._disposed = True
        self.engine.dispose()


def _replace_if_closed(connection: RawConnection, *_: object) -> None:
    """Replace a pooled connection that the server or the network has closed, before it is used.

    Between two statements, Postgres sends data on its own only when it ends the connection. So it is enough to check whether the socket has
    data to read, which needs no round trip, unlike a ping. A server that hangs or cannot be reached is not detected by this; the statement
    that uses the connection then fails (`docs/decisions`, number 10).
    """
    if not connection.closed:
        heard = select.poll()
        heard.register(connection.fileno(), select.POLLIN)
        if not heard.poll(0):
            return
    raise DisconnectionError


def _is_idle(connection: RawConnection) -> bool:
    """Whether the connection can be used again. The driver does not notice a connection that the network has reset."""
    return connection.pgconn.transaction_status == TransactionStatus.IDLE


@contextmanager
def opened(database_url: str, *, pool_size: int, application: str) -> Iterator[Database]:
    """A `Database` for one block; its connections are closed afterwards."""
    database = Database(database_url, pool_size=pool_size, application=application)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def savepoint(connection: RawConnection) -> Iterator[None]:
    """Undo the statements of the block if it raises. The surrounding transaction, which an edge has opened, continues."""
    assert connection.pgconn.transaction_status == TransactionStatus.INTRANS, "no transaction is open"
    with connection.transaction():
        yield
