"""Find the sessions that have ended since a time, by the clock of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.db import RawConnection


@dataclass(frozen=True, slots=True)
class EndedSessions:
    """`read_at`: the time of the query, by the clock of the database."""

    read_at: datetime
    session_ids: list[UUID]


def read_ended(connection: RawConnection, since: datetime | None, *, seconds: int) -> EndedSessions:
    """The sessions that ended after `since`; if that is None, those that ended in the last `seconds`."""
    rows = connection.execute(
        """
        SELECT now(), id FROM (SELECT now()) AS clock LEFT JOIN sessions
        ON ended_at > coalesce(%s, now() - make_interval(secs => %s))
        """,
        (since, seconds),
    ).fetchall()
    return EndedSessions(rows[0][0], [session_id for _, session_id in rows if session_id is not None])
