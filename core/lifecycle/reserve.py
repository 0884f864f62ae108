"""Reserve seats for a batch of PENDING bookings. Redis decides first, which is fast; Postgres decides last, which is exact.

The worker (`workers/bookings.py`) calls these steps in this order:

1. `load_pending` (`core/bookings/unfinished/pending.py`): read which of the bookings are still PENDING;
2. `reserve_in_redis` (`core/lifecycle/reserve_in_redis.py`): one Lua script for each flight reserves the seats
   (`core/seats/lua/reserve.lua`);
3. `commit_reservations` (here): one transaction locks bookings and flights, checks the exact counts, and writes statuses and counts;
4. `AfterCommit.run` (`core/after_commit.py`): notify clients, and release seats in Redis that were not sold.

If the worker crashes between step 2 and the COMMIT of step 3, Redis has reserved the seats, and the booking is still PENDING in
Postgres. When its lease ends (the first one 15 s after it was accepted), the sweep sends it again. The script then returns ALREADY for it,
which reserves no further seats, and steps 3 and 4 follow. Until then Redis shows too few free seats to other bookings; a booking
that Redis therefore calls sold out is postponed in step 3 if Postgres has seats for it. If Redis has lost the reservation in the
meantime, the script makes a new one.

If the worker crashes after the COMMIT, the booking has its new status, and step 1 of a second run does not find it. What step 4 did
not do is repaired too: clients that wait read Postgres, and the audit of the sweep drops seat counts that are wrong.

The failpoints `after_reserve` and `after_persist` in `workers/bookings.py` are these two moments, and
`tests/faults/test_killed_workers.py` kills workers there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import Line, Transition, Transitions
from core.bookings.unfinished.pending import PendingBooking, Refusal, lock_pending, postpone
from core.clock import now
from core.db import RawConnection
from core.flights.changes import schedule_changes
from core.flights.seat_counts import SeatCounts, lock_counts, write_counts
from core.lifecycle.end import fail
from core.lifecycle.reserve_in_redis import Reservations
from core.messaging.messages import WorkPayments
from core.seats.inventory import ScriptResults

STATUS_GUARD: Final = (BookingStatus.PENDING,)
"""The statuses in which a booking is processed. It makes a second delivery harmless: a booking that is not PENDING any more is
skipped.
"""


class ReservationOutcome(Enum):
    RESERVED = "reserved"
    RETRY_LATER = "retry_later"
    """Redis says sold out, but Postgres has free seats: the counts in Redis are out of date."""


def commit_reservations(
    connection: RawConnection,
    reservations: Reservations,
    *,
    hold_minutes: int,
    guard: Collection[BookingStatus] = STATUS_GUARD,
) -> AfterCommit:
    """Decide and write the results in this one transaction: the statuses of the bookings and the seat counts of the flights.

    The flights are locked, so their counts are exact. A seat is sold here, not in Redis. `guard`: the statuses in which a booking is
    processed; only a test of this safeguard passes others.
    """
    pending = lock_pending(connection, [booking.id for booking in reservations.bookings], guard)
    bookings = [booking for booking in reservations.bookings if booking.id in pending]
    counts = lock_counts(connection, {flight_id for booking in bookings for flight_id in booking.flight_ids})
    after, transitions = AfterCommit(), Transitions()
    postponed: list[UUID] = []
    paid_by_token: list[UUID] = []
    moved_bookings: list[UUID] = []
    decided_at = now()
    for booking in bookings:
        outcome = _decide(booking, reservations.results, counts, after.stale_flights)
        match outcome:
            case ReservationOutcome.RESERVED:
                transitions.add(_take_seats(booking, counts, reservations, decided_at))
                if any(segment.was_moved(counts[segment.flight_id]) for segment in booking.segments):
                    moved_bookings.append(booking.id)
                if booking.payment_mode is PaymentMode.TOKEN and booking.needs_payment:
                    paid_by_token.append(booking.id)
            case ReservationOutcome.RETRY_LATER:
                postponed.append(booking.id)
                for flight_id in reservations.reserved_flights(booking):
                    after.rolled_back[flight_id].append(booking.id)
            case Refusal():
                _refuse(booking, outcome, counts, reservations, decided_at, transitions, after)
    transitions.write(connection, BookingStatus.PENDING, after, hold_minutes=hold_minutes, guard=guard)
    write_counts(connection, counts)
    if moved_bookings:
        after.events += schedule_changes.record_missed(connection, moved_bookings)
    if paid_by_token:
        after.messages.append(WorkPayments(tuple(paid_by_token)))
    if postponed:
        postpone(connection, postponed)
    after.free_seats = {flight_id: count.free for flight_id, count in counts.items()}
    return after


def _decide(
    booking: PendingBooking, results: ScriptResults, counts: Mapping[UUID, SeatCounts], stale_flights: set[UUID]
) -> ReservationOutcome | Refusal:
    if booking.refused:
        return booking.refused
    sold_out: list[UUID] = []
    refused: list[UUID] = []
    for flight_id in booking.flight_ids:
        count = counts[flight_id]
        if count.cancelled:
            return Refusal(FailureCode.FLIGHT_CANCELLED, flight_id)
        if not count.fits(booking.seats):
            sold_out.append(flight_id)
        if not results[flight_id, booking.id].is_reserved:
            refused.append(flight_id)
    if sold_out:
        stale_flights.update(set(sold_out).difference(refused))
        return Refusal(FailureCode.SOLD_OUT, sold_out[0])
    if refused:
        stale_flights.update(refused)
        return ReservationOutcome.RETRY_LATER
    return ReservationOutcome.RESERVED


def _take_seats(
    booking: PendingBooking, counts: Mapping[UUID, SeatCounts], reservations: Reservations, decided_at: datetime
) -> Transition:
    is_sold = not booking.needs_payment
    for flight_id in booking.flight_ids:
        if is_sold:
            counts[flight_id].sell(booking.seats)
        else:
            counts[flight_id].hold(booking.seats)
        counts[flight_id].serve(booking.sequence, decided_at)
    target = BookingStatus.CONFIRMED if is_sold else BookingStatus.HELD
    return Transition(booking.id, target, reservations.stages(target.lower(), decided_at))


def _refuse(
    booking: PendingBooking,
    refusal: Refusal,
    counts: Mapping[UUID, SeatCounts],
    reservations: Reservations,
    decided_at: datetime,
    transitions: Transitions,
    after: AfterCommit,
) -> None:
    # Only bookings of several flights name the flight in the stage. So the stages of other bookings are equal, and are written in
    # one statement.
    named = refusal.flight_id if len(booking.segments) > 1 else None
    line = None
    if refusal.failure is FailureCode.SOLD_OUT:
        count = counts[refusal.flight_id]
        line = Line(count.last_served, count.last_served_at)
    stage = reservations.stages("failed", decided_at, named, line)
    fail(booking.id, refusal.failure, stage, transitions, after, reserved=reservations.reserved_flights(booking))
