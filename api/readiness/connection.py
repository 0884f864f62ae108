"""The one connection to Postgres on which all looks ask. It is not of the pool, whose connections requests may hold."""

from __future__ import annotations

import asyncio
from typing import Any, Final, LiteralString

import psycopg

from core.db import Database, address
from core.db.rows import Row, named
from core.db.session import UNLIMITED, AsyncRawConnection, connect_async
from core.migrations import check

KEEPALIVE: Final = {"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "2"}
"""How soon a server that is gone without a word is found out, in seconds and looks."""


class LookConnection:
    """Opened when it is needed, and again after it was lost."""

    def __init__(self, db: Database) -> None:
        self._address = db.address
        self._conninfo = address.conninfo(db.address, application="skyqueue-readiness", **KEEPALIVE)
        self._opening = asyncio.Lock()
        self._connection: AsyncRawConnection | None = None

    async def fetch(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Raises `psycopg.Error` or `OSError` when Postgres does not answer, or refuses; `UnusableDatabase` when it is none for us."""
        return await (await self._execute(query)).fetchall()

    async def fetch_as(self, kind: type[Row], query: LiteralString) -> list[Row]:
        """The same, with rows of `kind`, a dataclass whose fields are named like the columns."""
        cursor = await self._execute(query)
        names = [column.name for column in cursor.description or ()]
        return [named(kind, names, values) for values in await cursor.fetchall()]

    async def execute(self, statements: LiteralString) -> None:
        """One or several statements, in one transaction. Raises the same."""
        await self._execute(statements)

    async def _execute(self, statements: LiteralString) -> psycopg.AsyncCursor[tuple[Any, ...]]:
        async with self._opening:
            if self._connection is None or self._connection.closed:
                # It may be another server than before, or another pooler in front of it.
                await check.examine(self._address)
                self._connection = await connect_async(self._conninfo, UNLIMITED)
            connection = self._connection
        return await connection.execute(statements)

    def close(self) -> None:
        """At once: to say goodbye would mean to wait for the server."""
        if self._connection is not None:
            self._connection.pgconn.finish()
