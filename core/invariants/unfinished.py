"""Find work that is unfinished for too long, while other work is in progress."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.flights.changes.models import CancellationStatus

BOOKING_MINUTES: Final = 15
"""A booking that fails again and again is given up after eight."""
LONGEST_LEASE_MINUTES: Final = 10
"""No lease of a booking is longer than five: one that ends later was not made by us, and nobody looks before."""
OVERDUE_MINUTES: Final = 5
"""The job of a cancelled flight is leased anew while it is worked; the sweep sends again what is overdue."""


def find_lost_bookings(connection: RawConnection, *, limit: int) -> list[str]:
    """Bookings that wait and that nobody will work, or nobody has worked for too long."""
    rows = connection.execute(
        f"""
        SELECT id, next_at, next_at > now() + %(lease)s * interval '1 minute' FROM bookings
        WHERE status = {BookingStatus.PENDING.sql} AND (
            next_at IS NULL OR next_at > now() + %(lease)s * interval '1 minute' OR created_at < now() - %(ends)s * interval '1 minute'
        ) ORDER BY id LIMIT %(limit)s
        """,  # noqa: S608  # only constants
        {"lease": LONGEST_LEASE_MINUTES, "ends": BOOKING_MINUTES, "limit": limit},
    ).fetchall()
    return [f"booking {row[0]} is PENDING, and {_why_lost(*row[1:])}" for row in rows]


def _why_lost(next_at: datetime | None, is_far: bool) -> str:
    """In words that stay the same while nothing changes."""
    if next_at is None:
        return "nobody will look at it"
    if is_far:
        return f"nobody looks at it before {next_at.isoformat(timespec='seconds')}"
    return f"has not ended in {BOOKING_MINUTES} minutes"


def find_stuck_cancellations(connection: RawConnection, *, limit: int) -> list[str]:
    """Cancellations of flights that do not go on."""
    rows = connection.execute(
        f"""
        SELECT id FROM flight_cancellations
        WHERE status <> {CancellationStatus.COMPLETED.sql} AND (next_at IS NULL OR next_at < now() - %s * interval '1 minute') ORDER BY id LIMIT %s
        """,  # noqa: S608  # only constants
        (OVERDUE_MINUTES, limit),
    ).fetchall()
    return [f"the cancellation {row[0]} of a flight does not go on" for row in rows]
