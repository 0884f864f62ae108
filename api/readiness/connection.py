"""The one connection to Postgres on which all looks ask. It is not of the pool, whose connections requests may hold."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg

from core.db import Database


class LookConnection:
    """Opened when it is needed, and again after it was lost."""

    def __init__(self, db: Database) -> None:
        self._address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def fetch(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Raises `psycopg.Error` or `OSError` when Postgres does not answer, or refuses."""
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._address,
                autocommit=True,
                connect_timeout=2,
                application_name="skyqueue-readiness",
                keepalives_idle=5,
                keepalives_interval=2,
                keepalives_count=2,
            )
        return await (await self._connection.execute(query)).fetchall()

    def close(self) -> None:
        """At once: to say goodbye would mean to wait for the server."""
        if self._connection is not None:
            self._connection.pgconn.finish()
