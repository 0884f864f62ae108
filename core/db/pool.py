"""The way to Postgres: one engine per process, and the unit of work that only an edge opens.

Every connection carries time limits, because nothing else can interrupt a thread that waits inside the driver.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, TypeAlias, cast

from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlmodel import Session

from core.db import address, session
from core.db.session import Limits, RawConnection

STATEMENT_MS = 5_000
LOCK_MS = 2_000
IDLE_IN_TRANSACTION_MS = 10_000
LOCK_SILENCE_MS = 10_000
"""A frozen process answers nobody and keeps its connections: after this silence it loses a session lock.

Longer than a pass of the sweep takes when Redis is frozen, too.
"""

_KEY_IN_SCHEMA: Final = "(SELECT :key + (oid::int8 << 32) FROM pg_namespace WHERE nspname = current_schema())"
"""Of a lock: two installations may share one database, each in a schema of its own."""


Snapshot: TypeAlias = Callable[[], AbstractContextManager[RawConnection]]
"""`Database.snapshot` of an edge, for code that looks into Postgres several times, or later."""


class Database:
    """Connections to one Postgres database.

    `pool_size` bounds the connections of this process; a caller that finds none free within 5 s gets an error, not a hang.

    Raises:
        UnusableDatabase: `database_url` is no address. Nothing is connected yet.
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
        event.listen(self.engine, "checkout", _replace_the_lost)

    def _connect(self) -> RawConnection:
        limits = Limits(statement_ms=STATEMENT_MS, lock_ms=LOCK_MS, idle_in_transaction_ms=IDLE_IN_TRANSACTION_MS)
        return session.connect(self._conninfo, limits, writes_on_demand=True)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises. Nothing below an edge commits."""
        with Session(self.engine, expire_on_commit=False) as unit, unit.begin():
            yield unit

    @contextmanager
    def transaction(self) -> Iterator[RawConnection]:
        """The same promise on a bare psycopg connection, for the hot path and for COPY."""
        with self._borrowed() as connection, connection.transaction():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[RawConnection]:
        """A bare connection on which every statement stands alone: for one SELECT, which then costs one round trip, not three. Postgres
        refuses to write here: connections are read-only but for the transactions of `transaction` and `unit_of_work`.
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
        """Try to take an advisory lock on a connection of its own; Postgres frees it when that connection is gone.

        Yields a function that says whether the lock is held now; it asks the server, so it raises when the server is away.
        Ask at least every few seconds (`LOCK_SILENCE_MS`): who does not is taken for dead.
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
                    # Not returned to the pool: a connection that forgot to unlock would hold the lock for ever.
                    connection.invalidate()

    def dispose(self) -> None:
        """Close every connection; one that a thread still uses, when that thread gives it back."""
        self._disposed = True
        self.engine.dispose()


def _replace_the_lost(connection: RawConnection, *_: object) -> None:
    """A connection that the server or the network has ended is made anew before anybody uses it.

    A server says nothing unasked but its farewell, so one look at the socket is enough, where a ping takes a round trip for each
    use. A server that is frozen or out of reach is found out by whoever uses the connection, and would be by a ping.
    """
    if not connection.closed:
        heard = select.poll()
        heard.register(connection.fileno(), select.POLLIN)
        if not heard.poll(0):
            return
    raise DisconnectionError


def _is_idle(connection: RawConnection) -> bool:
    """Whether it can be used again. One that the network reset is not, and the driver does not call it closed."""
    return connection.pgconn.transaction_status == TransactionStatus.IDLE


@contextmanager
def opened(database_url: str, *, pool_size: int, application: str) -> Iterator[Database]:
    """A `Database` for one errand, its connections closed after it."""
    database = Database(database_url, pool_size=pool_size, application=application)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def savepoint(connection: RawConnection) -> Iterator[None]:
    """Undo what the block does when it raises, in the transaction that an edge has opened."""
    assert connection.pgconn.transaction_status == TransactionStatus.INTRANS, "no transaction is open"
    with connection.transaction():
        yield
