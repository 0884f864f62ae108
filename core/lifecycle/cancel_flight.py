"""End the bookings of a flight that the airline cancelled: their seats return, and all of their money.

A trip with one such flight ends as a whole, because the rest of it was bought for the same journey.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import Transition, stages
from core.clock import now
from core.db import RawConnection
from core.flights import schedule_changes
from core.flights.seat_counts import lock_counts
from core.lifecycle.end import LockedTrip, end_trips, lock_trips
from core.payments import refunds
from core.payments.refunds import RefundReason

SEATED: Final = (BookingStatus.CONFIRMED, BookingStatus.HELD)


def list_affected(connection: RawConnection, flight_id: UUID, *, without: Collection[UUID], limit: int) -> list[UUID]:
    """Bookings that have seats on this flight, or wait for them, in the order of their ids; trips that visit it among them."""
    rows = connection.execute(
        """
        SELECT DISTINCT trip_id FROM bookings
        WHERE flight_id = %s AND status IN ('PENDING', 'HELD', 'CONFIRMED') AND trip_id <> ALL(%s)
        ORDER BY trip_id LIMIT %s
        """,
        (flight_id, list(without), limit),
    ).fetchall()
    return [row[0] for row in rows]


def end_bookings(connection: RawConnection, trip_ids: Sequence[UUID], after: AfterCommit, *, hold_minutes: int) -> int:
    """End those of these bookings that nobody else has ended: CANCELLED with a full refund, or FAILED where no seat was taken yet.

    `hold_minutes` is for the waiting lists of the other flights of trips. Returns how many bookings were ended.
    """
    trips = lock_trips(connection, trip_ids).values()
    groups = {status: [trip for trip in trips if trip.status is status] for status in (*SEATED, BookingStatus.PENDING)}
    seated = [trip.id for status in SEATED for trip in groups[status]]
    # All flights at once and in order: locked group by group, they would come in an order of their own.
    lock_counts(connection, {leg.flight_id for status in SEATED for trip in groups[status] for leg in trip.legs})
    for status in SEATED:
        end_trips(
            connection,
            groups[status],
            BookingStatus.CANCELLED,
            after,
            hold_minutes=hold_minutes,
            failure=FailureCode.FLIGHT_CANCELLED,
        )
    _fail(connection, groups[BookingStatus.PENDING], after)
    refunds.request_many(connection, dict.fromkeys(seated), RefundReason.FLIGHT_CANCELLED, after)
    schedule_changes.resolve(connection, seated, "cancelled")
    return sum(map(len, groups.values()))


def _fail(connection: RawConnection, waiting: Sequence[LockedTrip], after: AfterCommit) -> None:
    stage = stages(("failed", now()))
    batch = AfterCommit()
    for trip in waiting:
        for leg in trip.legs:
            batch.transitions.add(Transition(leg.id, trip.id, BookingStatus.FAILED, stage, FailureCode.FLIGHT_CANCELLED))
            after.released[leg.flight_id].append(leg.id)
    batch.transitions.write(connection, BookingStatus.PENDING)
    after.transitions.made += batch.transitions.made
