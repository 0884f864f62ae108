"""Checks whether Postgres answers, has the tables that this code needs, and has room on its disk."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final

import psycopg

from api.http.database import WatchedDatabase
from api.readiness.check import UNEXPECTED, Check, Finding
from api.readiness.codes import Code
from api.readiness.connection import CheckConnection
from core.db import UnusableDatabase, probes
from core.db.refusals import READ_ONLY
from core.migrations.revisions import SchemaState, foreign, newest_revision, schema_state

HANGING_SECONDS: Final = 2.0
"""While a check takes longer than this, requests that need the database are refused (503). A server that is only busy takes less."""
SLOW_SECONDS: Final = 0.5
SLOW_LOOKS: Final = 3
"""Postgres is reported as slow after so many slow checks in a row."""
SLOW: Final = Finding(
    Code.POSTGRES_SLOW, f"Postgres takes more than {SLOW_SECONDS} s to answer the simplest question, so everything takes longer."
)
AWAY: Final = Finding(Code.POSTGRES_AWAY, "Postgres does not answer.", is_fatal=True)


class PostgresCheck(Check):
    name = "postgres"
    silence = AWAY
    failure = Finding(Code.POSTGRES_AWAY, f"Postgres {UNEXPECTED}.", is_fatal=True)

    def __init__(self, db: WatchedDatabase, connection: CheckConnection) -> None:
        self._db = db
        self._connection = connection
        self._is_unusable = False
        self._durations: deque[float] = deque(maxlen=SLOW_LOOKS)

    async def run(self) -> list[Finding]:
        closing = asyncio.get_running_loop().call_later(HANGING_SECONDS, self._close_to_requests)
        began_at = time.monotonic()
        try:
            findings = await self._find()
            self._durations.append(time.monotonic() - began_at)
            is_slow = len(self._durations) == SLOW_LOOKS and min(self._durations) > SLOW_SECONDS
            return findings or ([SLOW] if is_slow else [])
        finally:
            closing.cancel()
            self._db.hangs = self._is_unusable

    async def _find(self) -> list[Finding]:
        try:
            found = await self._connection.fetch(probes.REVISION)
        except UnusableDatabase as unusable:
            return self._unusable(unusable)
        except psycopg.errors.UndefinedTable:
            self._is_unusable = False
            return [_schema(Code.SCHEMA_MISSING, "The database has no tables yet; run `skyqueue migrate`.")]
        except (psycopg.Error, OSError):
            return [AWAY]
        revision, is_read_only = found[0] if found else (None, False)
        if is_read_only:
            return self._unusable(UnusableDatabase(READ_ONLY))
        self._is_unusable = False
        match schema_state(revision):
            case SchemaState.OLDER:
                needs = f"the code needs {newest_revision()}; run `skyqueue migrate`."
                return [_schema(Code.SCHEMA_OLD, f"The database is at revision {revision}, {needs}")]
            case SchemaState.FOREIGN:
                return [_schema(Code.SCHEMA_FOREIGN, foreign(str(revision)))]
            case (
                SchemaState.CURRENT | SchemaState.NEWER
            ):  # during an upgrade the schema is newer while processes of the old version still run
                return []

    def _unusable(self, why: UnusableDatabase) -> list[Finding]:
        self._is_unusable = True
        return [Finding(Code.POSTGRES_UNUSABLE, str(why), is_fatal=True)]

    def _close_to_requests(self) -> None:
        self._db.hangs = True

    async def close(self) -> None:
        self._connection.close()


def _schema(code: Code, message: str) -> Finding:
    return Finding(code, message, is_fatal=True)


class PostgresDiskCheck(Check):
    """Whether the disk of Postgres has room: a query makes it write a small temporary file (to the temporary tablespace, if there is one)."""

    name = "postgres-disk"
    every_seconds = 5.0

    def __init__(self, connection: CheckConnection) -> None:
        self._connection = connection

    async def run(self) -> list[Finding]:
        try:
            await self._connection.execute(probes.SPILL)
        except psycopg.errors.DiskFull:
            return [
                Finding(
                    Code.POSTGRES_DISK_FULL, "The disk of Postgres is full: no more rows can be stored. Free some space on it."
                )
            ]
        except (psycopg.Error, OSError, UnusableDatabase):
            return []  # `PostgresCheck` reports why
        return []
