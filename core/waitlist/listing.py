"""The whole waiting list of a flight, as the staff see it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from core.db import RawConnection, fetch
from core.waitlist.models import WaitStatus


class PartyInLine(msgspec.Struct, frozen=True):
    """One party. `position`: among those that wait, from 1; null for one that does not wait any more. `turn` is its place in the order of
    joining, and never changes.
    """

    id: UUID
    turn: int
    username: str
    party_size: int
    accept_partial: bool
    status: WaitStatus
    position: int | None
    booking_id: UUID | None
    created_at: datetime
    updated_at: datetime


_ENTRIES: Final = f"""
    SELECT w.id, w.turn, u.username, w.party_size, w.accept_partial, w.status,
           CASE WHEN w.status = {WaitStatus.WAITING.sql}
                THEN (count(*) FILTER (WHERE w.status = {WaitStatus.WAITING.sql}) OVER (ORDER BY w.turn))::int END AS position,
           w.booking_id, w.created_at, w.updated_at
    FROM waitlist w JOIN users u ON u.id = w.user_id WHERE w.flight_id = %s
"""  # noqa: S608  # only constants


def list_entries(connection: RawConnection, flight_id: UUID, *, after: int, limit: int) -> tuple[list[PartyInLine], int | None]:
    """A page of the parties that wait or waited, in the order of the list, and the cursor of the next page: the `turn` of the last party
    of this one (None: this is the last page).
    """
    query = f"SELECT * FROM ({_ENTRIES}) AS entries WHERE turn > %s ORDER BY turn LIMIT %s"  # noqa: S608  # likewise
    rows = fetch(connection, PartyInLine, query, (flight_id, after, limit + 1))
    return rows[:limit], rows[limit - 1].turn if len(rows) > limit else None


def count_waiting(connection: RawConnection, flight_id: UUID) -> int:
    """How many parties wait for seats on a flight."""
    row = connection.execute(
        "SELECT count(*) FROM waitlist WHERE flight_id = %s AND status = %s", (flight_id, WaitStatus.WAITING)
    ).fetchone()
    return row[0] if row else 0
