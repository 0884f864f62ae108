"""End bookings: one way to give seats back for cancellation, expiry, declined payments and cancelled flights, and one way to fail a
booking that waits for its seats.

Seats return in the transaction that ends the booking, and only there; so they return once, whoever ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.locking import LockedBooking
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import Transition, Transitions, stages
from core.clock import now
from core.db import RawConnection
from core.flights.seat_counts import lock_counts, write_counts
from core.lifecycle.offer_seats import offer


def end_bookings(
    connection: RawConnection,
    bookings: Sequence[LockedBooking],
    target: BookingStatus,
    after: AfterCommit,
    *,
    hold_minutes: int,
    failure: FailureCode | None = None,
) -> None:
    """Move locked HELD or CONFIRMED bookings, all of one status, to `target` and give their seats back.

    `hold_minutes`: how long a party of the waiting list, to whom the seats are offered in this transaction, may take to pay.
    """
    if not bookings:
        return
    source = bookings[0].status
    counts = lock_counts(connection, {flight_id for booking in bookings for flight_id in booking.flight_ids})
    stage = stages((target.lower(), now()))
    ended = Transitions()
    for booking in bookings:
        ended.add(Transition(booking.id, target, stage, failure))
        for flight_id in booking.flight_ids:
            if source is BookingStatus.HELD:
                counts[flight_id].hold(-booking.seats)
            else:
                counts[flight_id].sell(-booking.seats)
            after.released[flight_id].append(booking.id)
    ended.write(connection, source, after, hold_minutes=hold_minutes)
    offer(connection, counts, after, hold_minutes=hold_minutes)
    write_counts(connection, counts)
    after.free_seats |= {flight_id: count.free for flight_id, count in counts.items()}


def fail_pending(
    connection: RawConnection, bookings: Sequence[LockedBooking], failure: FailureCode, after: AfterCommit
) -> list[UUID]:
    """End those of these locked bookings that are PENDING as FAILED; what Redis may keep for them is given back. Returns their ids."""
    stage = stages(("failed", now()))
    failed = Transitions()
    for booking in bookings:
        if booking.status is BookingStatus.PENDING:
            fail(booking.id, failure, stage, failed, after, reserved=booking.flight_ids)
    failed.write(connection, BookingStatus.PENDING, after)
    return [transition.booking_id for transition in failed.made]


def fail(
    booking_id: UUID,
    failure: FailureCode,
    stage: str,
    transitions: Transitions,
    after: AfterCommit,
    *,
    reserved: Iterable[UUID],
) -> None:
    """Add the end of one PENDING booking to `transitions`. `reserved`: the flights on which Redis may keep seats for it."""
    transitions.add(Transition(booking_id, BookingStatus.FAILED, stage, failure))
    for flight_id in reserved:
        after.released[flight_id].append(booking_id)
