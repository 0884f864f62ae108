"""The record of the sweep's passes, which the sweeping process writes and the console shows. At most `KEPT` rows are stored.

The sweep passes once a second, and nearly every pass finds nothing. Consecutive passes of this kind share one row of the table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from core.db import RawConnection, fetch

KEPT: Final = 1_000
"""Rows. If every pass finds something, they cover the last 16 minutes."""


class SweepPasses(msgspec.Struct, frozen=True, kw_only=True):
    """One pass that found something or failed, or `passes` consecutive passes without either. `found` and `repaired`: numbers by kind; what
    was not repaired is tried again in a later pass. `failed`: steps that raised an error, which is in the log of the worker.
    `without_redis`: Redis was away, so nothing was sent.
    """

    id: UUID
    """A record with the id of an earlier one replaces it."""
    host: str
    pid: int
    began_at: datetime
    ended_at: datetime
    passes: int
    longest_ms: float
    found: dict[str, int]
    repaired: dict[str, int]
    failed: list[str]
    without_redis: bool


def record(connection: RawConnection, passes: SweepPasses) -> None:
    """Store what these passes found, and delete the oldest rows."""
    # A lost record does no harm, so the commit does not wait for the disk.
    connection.execute("SET LOCAL synchronous_commit = off")
    inserted = connection.execute(
        """
        INSERT INTO sweep_passes (id, host, pid, began_at, ended_at, passes, longest_ms, found, repaired, failed, without_redis)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, passes = excluded.passes, longest_ms = excluded.longest_ms
        RETURNING xmax = 0
        """,
        (
            passes.id,
            passes.host,
            passes.pid,
            passes.began_at,
            passes.ended_at,
            passes.passes,
            passes.longest_ms,
            Jsonb(passes.found),
            Jsonb(passes.repaired),
            passes.failed,
            passes.without_redis,
        ),
    ).fetchone()
    if inserted is not None and inserted[0]:
        connection.execute(
            "DELETE FROM sweep_passes WHERE id <= (SELECT id FROM sweep_passes ORDER BY id DESC OFFSET %s LIMIT 1)", (KEPT,)
        )


def list_passes(connection: RawConnection, *, only_findings: bool, limit: int) -> list[SweepPasses]:
    """The passes, newest first. `only_findings`: without passes that found nothing and did not fail."""
    return fetch(
        connection,
        SweepPasses,
        """
        SELECT id, host, pid, began_at, ended_at, passes, longest_ms, found, repaired, failed, without_redis FROM sweep_passes
        WHERE NOT %(only)s OR found <> '{}' OR failed <> '{}' ORDER BY id DESC LIMIT %(limit)s
        """,
        {"only": only_findings, "limit": limit},
    )
