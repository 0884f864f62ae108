"""End the bookings of a flight that the airline cancelled: their seats return, and all of their money.

A booking of several flights ends as a whole, because the rest of it was bought for the same purpose.
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
from core.flights.seat_counts import lock_counts
from core.lifecycle.end import end_bookings, fail_pending
from core.payments import refunds
from core.payments.refunds import RefundReason

SEATED: Final = (BookingStatus.CONFIRMED, BookingStatus.HELD)


def end_affected(connection: RawConnection, booking_ids: Sequence[UUID], after: AfterCommit, *, hold_minutes: int) -> int:
    """End those of these bookings that nobody else has ended: CANCELLED with a full refund, or FAILED where no seat was taken yet.

    `hold_minutes` is for the waiting lists of their other flights. Returns how many bookings were ended.
    """
    bookings = list(lock_bookings(connection, booking_ids).values())
    groups = {status: [booking for booking in bookings if booking.status is status] for status in SEATED}
    seated = [booking for status in SEATED for booking in groups[status]]
    # All flights at once and in order: locked group by group, they would come in an order of their own.
    lock_counts(connection, {flight_id for booking in seated for flight_id in booking.flight_ids})
    for status in SEATED:
        end_bookings(
            connection,
            groups[status],
            BookingStatus.CANCELLED,
            after,
            hold_minutes=hold_minutes,
            failure=FailureCode.FLIGHT_CANCELLED,
        )
    failed = fail_pending(connection, bookings, FailureCode.FLIGHT_CANCELLED, after)
    ended = [booking.id for booking in seated]
    refunds.request_many(connection, dict.fromkeys(ended), RefundReason.FLIGHT_CANCELLED, after)
    schedule_changes.resolve(connection, ended, "cancelled")
    return len(ended) + len(failed)
