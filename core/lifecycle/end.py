"""End bookings and give back their seats. Cancellation, expiry, declined payments and cancelled flights all use this module.

Seats are given back only here, in the transaction that changes the status of the booking by compare-and-set. So they are given
back exactly once, even if several processes try to end the same booking.
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
    """Move locked HELD or CONFIRMED bookings to `target`, and give back their seats.

    The free seats are offered to the waiting list in this transaction. `hold_minutes`: how long such an offer is valid.
    """
    if not bookings:
        return
    # All flights are locked at once, in the order of their ids. Locking them group by group would break this order (deadlocks).
    counts = lock_counts(connection, {flight_id for booking in bookings for flight_id in booking.flight_ids})
    stage = stages((target.lower(), now()))
    ended: dict[BookingStatus, Transitions] = {}
    for booking in bookings:
        ended.setdefault(booking.status, Transitions()).add(Transition(booking.id, target, stage, failure))
        for flight_id in booking.flight_ids:
            if booking.status is BookingStatus.HELD:
                counts[flight_id].hold(-booking.seats)
            else:
                counts[flight_id].sell(-booking.seats)
            after.released[flight_id].append(booking.id)
    for source, transitions in ended.items():
        transitions.write(connection, source, after, hold_minutes=hold_minutes)
    offer(connection, counts, after, hold_minutes=hold_minutes)
    write_counts(connection, counts)
    after.free_seats |= {flight_id: count.free for flight_id, count in counts.items()}


def fail_pending(
    connection: RawConnection, bookings: Sequence[LockedBooking], failure: FailureCode, after: AfterCommit
) -> list[UUID]:
    """End those of these locked bookings that are PENDING as FAILED, and release the seats that Redis may have reserved. Returns
    their ids.
    """
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
    """Add the end of one PENDING booking to `transitions`. `reserved`: the flights on which Redis may have reserved seats for it."""
    transitions.add(Transition(booking_id, BookingStatus.FAILED, stage, failure))
    for flight_id in reserved:
        after.released[flight_id].append(booking_id)
