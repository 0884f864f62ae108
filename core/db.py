"""The way to Postgres: one engine per process, and the unit of work that only an edge opens.

Every connection carries time limits, because nothing else can interrupt a thread that waits inside the driver.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

import psycopg
from sqlalchemy import Engine, create_engine
from sqlmodel import Session

CONNECT_SECONDS = 2
STATEMENT_MS = 5_000
LOCK_MS = 2_000
IDLE_IN_TRANSACTION_MS = 10_000
TCP_USER_TIMEOUT_MS = 10_000

RawConnection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


def driver_url(database_url: str) -> str:
    """`postgresql://...` as people write it, in SQLAlchemy's spelling for psycopg 3."""
    scheme, separator, rest = database_url.partition("://")
    if not separator:
        raise ValueError(f"not a database address: {database_url!r}")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg://{rest}"
    return database_url


class Database:
    """Connections to one Postgres database.

    `pool_size` bounds the connections of this process; a caller that finds none free within 5 s gets an error, not a hang.
    """

    def __init__(self, database_url: str, *, pool_size: int, application: str) -> None:
        self.engine: Engine = create_engine(
            driver_url(database_url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=True,
            pool_use_lifo=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "tcp_user_timeout": TCP_USER_TIMEOUT_MS,
                "application_name": application,
                "options": (
                    f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={LOCK_MS} "
                    f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS} -c timezone=UTC"
                ),
            },
        )

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises. Nothing below an edge commits."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def transaction(self) -> Iterator[RawConnection]:
        """The same promise on a bare psycopg connection, for the hot path and for COPY."""
        pooled = self.engine.raw_connection()
        connection = cast(RawConnection, pooled.driver_connection)
        try:
            with connection.transaction():
                yield connection
        finally:
            if connection.broken or connection.closed:
                pooled.invalidate()
            pooled.close()

    def dispose(self) -> None:
        self.engine.dispose()
