"""End the bookings of a flight that the airline cancelled: give back their seats and all of their money.

A booking of several flights is ended completely, because its traveller cannot complete the trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.locking import lock_bookings
from core.bookings.states import BookingStatus, FailureCode
from core.db import RawConnection
from core.flights.changes import schedule_changes
from core.lifecycle.end import end_bookings, fail_pending
from core.payments import refunds
from core.payments.refunds import RefundReason

SEATED: Final = (BookingStatus.CONFIRMED, BookingStatus.HELD)


def end_affected(connection: RawConnection, booking_ids: Sequence[UUID], after: AfterCommit, *, hold_minutes: int) -> int:
    """End those of these bookings that have not ended: CANCELLED with a full refund, or FAILED if they had no seats yet.

    `hold_minutes`: for offers to the waiting lists of their other flights. Returns how many bookings were ended.
    """
    bookings = list(lock_bookings(connection, booking_ids).values())
    seated = [booking for booking in bookings if booking.status in SEATED]
    end_bookings(
        connection,
        seated,
        BookingStatus.CANCELLED,
        after,
        hold_minutes=hold_minutes,
        failure=FailureCode.FLIGHT_CANCELLED,
    )
    failed = fail_pending(connection, bookings, FailureCode.FLIGHT_CANCELLED, after)
    ended = [booking.id for booking in seated]
    refunds.request(connection, dict.fromkeys(ended), RefundReason.FLIGHT_CANCELLED, after)
    schedule_changes.resolve(connection, ended, "cancelled")
    return len(ended) + len(failed)
