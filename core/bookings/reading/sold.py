"""The number of seats that were sold on a day, for the overview."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.bookings.states import BookingStatus
from core.clock import now
from core.db import RawConnection

# `finished_at` stays that of the confirmation as long as the booking is confirmed. The index has both columns.
SOLD: Final = f"""
    SELECT coalesce(sum(seats), 0)::int FROM bookings WHERE status = {BookingStatus.CONFIRMED.sql} AND finished_at >= %s
"""  # noqa: S608  # only constants


def count_seats_sold_today(connection: RawConnection, at: datetime | None = None) -> int:
    """Seats of the bookings that were confirmed on this day in UTC, and still are. Several flights of one booking count once."""
    midnight = (at or now()).replace(hour=0, minute=0, second=0, microsecond=0)
    row = connection.execute(SOLD.encode(), (midnight,)).fetchone()
    assert row is not None  # an aggregate has a row
    return int(row[0])
