"""The one connection to Postgres that all checks use. It is not from the pool, whose connections may all be busy with requests."""

from __future__ import annotations

import asyncio
from typing import Any, Final, LiteralString

import psycopg

from core.db import Database, address
from core.db.rows import Row, named
from core.db.session import UNLIMITED, AsyncRawConnection, connect_async
from core.migrations import check

KEEPALIVE: Final = {"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "2"}
"""TCP keepalive, in seconds and number of probes: how soon the end of a server is detected that did not close the connection."""


class CheckConnection:
    """Opened when it is first needed, and opened again after it was lost."""

    def __init__(self, db: Database) -> None:
        self._address = db.address
        self._conninfo = address.conninfo(db.address, application="skyqueue-readiness", **KEEPALIVE)
        self._opening = asyncio.Lock()
        self._connection: AsyncRawConnection | None = None

    async def fetch(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Raises `psycopg.Error` or `OSError` when Postgres does not answer, or refuses; `UnusableDatabase` when Skyqueue cannot work on it."""
        return await (await self._execute(query)).fetchall()

    async def fetch_as(self, kind: type[Row], query: LiteralString) -> list[Row]:
        """As above, with rows of `kind`, a dataclass whose fields are named like the columns."""
        cursor = await self._execute(query)
        names = [column.name for column in cursor.description or ()]
        return [named(kind, names, values) for values in await cursor.fetchall()]

    async def execute(self, statements: LiteralString) -> None:
        """Run one or several statements in one transaction. Raises the same errors."""
        await self._execute(statements)

    async def _execute(self, statements: LiteralString) -> psycopg.AsyncCursor[tuple[Any, ...]]:
        async with self._opening:
            if self._connection is None or self._connection.closed:
                # It may be a different server than before, or have a different pooler in front of it.
                await check.examine(self._address)
                self._connection = await connect_async(self._conninfo, UNLIMITED)
            connection = self._connection
        return await connection.execute(statements)

    def close(self) -> None:
        """Close the socket at once, because a regular close would wait for the server."""
        if self._connection is not None:
            self._connection.pgconn.finish()
