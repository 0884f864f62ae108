"""Which sessions have ended since a moment, by the database's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.db import RawConnection


@dataclass(frozen=True, slots=True)
class EndedSince:
    """`read_at`: when it was looked."""

    read_at: datetime
    session_ids: list[UUID]


def read_ended(connection: RawConnection, since: datetime | None, *, seconds: int) -> EndedSince:
    """Sessions that ended after `since`; None: in the last `seconds`."""
    rows = connection.execute(
        """
        SELECT now(), id FROM (SELECT now()) AS clock LEFT JOIN sessions
        ON ended_at > coalesce(%s, now() - make_interval(secs => %s))
        """,
        (since, seconds),
    ).fetchall()
    return EndedSince(rows[0][0], [session_id for _, session_id in rows if session_id is not None])
