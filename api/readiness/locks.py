"""Checks whether a transaction of another program holds locks that ours wait for: then Postgres answers, but nothing can be booked."""

from __future__ import annotations

import time
from typing import Final

import psycopg

from api.readiness.check import Check, Finding
from api.readiness.codes import Code
from api.readiness.connection import CheckConnection
from core.db import UnusableDatabase, probes

STAYS_SECONDS: Final = 3.0
"""How long a finding is reported after the last wait. A waiting statement ends after two seconds, and is tried again a moment later."""


class PostgresLocksCheck(Check):
    name = "postgres-locks"
    every_seconds = 1.0

    def __init__(self, connection: CheckConnection) -> None:
        self._connection = connection
        self._last: Finding | None = None
        self._seen_at = float("-inf")

    async def run(self) -> list[Finding]:
        try:
            found = await self._connection.fetch(probes.BLOCKER)
        except (psycopg.Error, OSError, UnusableDatabase):
            return []  # `PostgresCheck` reports why
        if found:
            pid, program = found[0]
            self._last, self._seen_at = _finding(pid, program), time.monotonic()
        if self._last is None or time.monotonic() - self._seen_at > STAYS_SECONDS:
            return []
        return [self._last]


def _finding(pid: int, program: str) -> Finding:
    return Finding(
        Code.POSTGRES_SLOW,
        f"In Postgres, the transaction of process {pid} ({program or 'a program without a name'}) holds locks that Skyqueue waits "
        f"for. Let it commit, or end it: SELECT pg_terminate_backend({pid}).",
    )
