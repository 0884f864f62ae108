"""The backlog: bookings that were accepted and wait for a worker."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.bookings.states import BookingStatus
from core.db import RawConnection


@dataclass(frozen=True, slots=True)
class Waiting:
    """The backlog. `count`: how many bookings wait. `oldest_seconds`: how long the oldest has waited. `head`: the ids of the next
    ones, in order.
    """

    count: int
    head: list[UUID]
    oldest_seconds: float
    by_account: dict[UUID, int]
    """Accounts with many waiting bookings: account -> how many."""


def read_waiting(connection: RawConnection, *, head: int, limit: int, by_account_from: int | None = None) -> Waiting:
    """Read the backlog. `head`: the most ids to read. `limit`: counting stops at this number. `by_account_from`: also return the
    accounts with at least so many waiting bookings; None: no accounts.
    """
    rows = connection.execute(
        "SELECT id FROM bookings WHERE next_at IS NOT NULL AND status = %s ORDER BY id LIMIT %s", (BookingStatus.PENDING, head)
    ).fetchall()
    ids = [row[0] for row in rows]
    count = len(ids) if len(ids) < head else _count(connection, limit)
    by_account = _count_by_account(connection, by_account_from) if ids and by_account_from is not None else {}
    return Waiting(count, ids, _age(connection, ids[0]) if ids else 0.0, by_account)


def _count_by_account(connection: RawConnection, fewest: int) -> dict[UUID, int]:
    rows = connection.execute(
        """
        SELECT user_id, count(*) FROM bookings WHERE next_at IS NOT NULL AND status = %s GROUP BY user_id HAVING count(*) >= %s
        """,
        (BookingStatus.PENDING, fewest),
    ).fetchall()
    return dict(rows)


def _count(connection: RawConnection, limit: int) -> int:
    row = connection.execute(
        "SELECT count(*) FROM (SELECT FROM bookings WHERE next_at IS NOT NULL AND status = %s LIMIT %s) AS waiting",
        (BookingStatus.PENDING, limit),
    ).fetchone()
    return row[0] if row else 0


def _age(connection: RawConnection, booking_id: UUID) -> float:
    """Seconds since it was accepted."""
    row = connection.execute(
        "SELECT extract(epoch FROM clock_timestamp() - created_at)::float8 FROM bookings WHERE id = %s", (booking_id,)
    ).fetchone()
    return float(row[0]) if row else 0.0
