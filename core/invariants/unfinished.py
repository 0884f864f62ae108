"""Find work that is unfinished for too long, while other work is in progress."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.flights.changes.models import CancellationStatus

BOOKING_MINUTES: Final = 15
"""Minutes. A booking that fails in every attempt is given up after eight minutes."""
LONGEST_LEASE_MINUTES: Final = 10
"""Minutes. No lease of a booking is longer than five minutes, so a later end is an error, and the sweep would not process the booking until
then.
"""
OVERDUE_MINUTES: Final = 5
"""Minutes. A worker renews the lease of such a job while it runs, and the sweep sends jobs again whose lease has ended."""


def find_lost_bookings(connection: RawConnection, *, limit: int) -> list[str]:
    """PENDING bookings that no worker will process, or that no worker has processed for too long."""
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
    """A sentence that stays the same while nothing changes."""
    if next_at is None:
        return "no sweep will process it"
    if is_far:
        return f"no sweep will process it before {next_at.isoformat(timespec='seconds')}"
    return f"has not ended in {BOOKING_MINUTES} minutes"


def find_stuck_cancellations(connection: RawConnection, *, limit: int) -> list[str]:
    """Jobs of cancelled flights that make no progress."""
    rows = connection.execute(
        f"""
        SELECT id FROM flight_cancellations
        WHERE status <> {CancellationStatus.COMPLETED.sql} AND (next_at IS NULL OR next_at < now() - %s * interval '1 minute') ORDER BY id LIMIT %s
        """,  # noqa: S608  # only constants
        (OVERDUE_MINUTES, limit),
    ).fetchall()
    return [f"the cancellation {row[0]} of a flight does not go on" for row in rows]
