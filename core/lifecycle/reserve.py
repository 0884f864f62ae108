"""Reserve seats for a batch of PENDING bookings. Redis decides first, which is fast; Postgres decides last, which is exact.

The worker (`workers/bookings.py`) calls these steps in this order:

1. `load_pending` (`core/bookings/unfinished/pending.py`): read which of the bookings are still PENDING;
2. `reserve_in_redis`: one Lua script for each flight reserves the seats (`core/seats/lua/reserve.lua`);
3. `commit_reservations`: one transaction locks bookings and flights, checks the exact counts, and writes statuses and counts;
4. `AfterCommit.run`: notify clients, and release seats in Redis that were not sold.

If the worker crashes after step 2, Redis has reserved the seats, and the booking is still PENDING in Postgres. Its lease ends
after 15 s, and the sweep sends the booking again. The script then returns ALREADY for it, which reserves no further seats, and steps
3 and 4 follow. If the worker crashes during step 3, the transaction is rolled back, and the same happens. If it crashes after
step 3, the booking is final; step 1 of a second run does not find it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import Line, Transition, Transitions, stages
from core.bookings.unfinished.pending import PendingBooking, Refusal, lock_pending, postpone
from core.clock import now
from core.db import RawConnection
from core.flights.changes import schedule_changes
from core.flights.seat_counts import SeatCounts, lock_counts, write_counts
from core.lifecycle.end import fail
from core.messaging.messages import WorkPayments
from core.seats.inventory import Inventory, ScriptResult, ScriptResults, take_snapshots

STATUS_GUARD: Final = (BookingStatus.PENDING,)
"""The statuses in which a booking is processed. It makes a second delivery harmless: a booking that is not PENDING any more is
skipped.
"""


class ReservationOutcome(Enum):
    RESERVED = "reserved"
    RETRY_LATER = "retry_later"
    """Redis says sold out, but Postgres has free seats: the counts in Redis are out of date."""


@dataclass(slots=True)
class Reservations:
    """The results of the Lua script for these bookings. `results` has one entry for each requested segment."""

    bookings: list[PendingBooking]
    results: ScriptResults
    picked_up_at: datetime
    reserved_at: datetime
    _encoded: dict[tuple[str, datetime, UUID | None, Line | None], str] = field(default_factory=dict)
    """What `stages` has returned. Most bookings of a batch have equal stages, and encoding them takes longer than deciding."""

    def subset(self, bookings: list[PendingBooking]) -> Reservations:
        """The results for some of the bookings."""
        return Reservations(bookings, self.results, self.picked_up_at, self.reserved_at)

    def by_flights(self) -> list[Reservations]:
        """The results in groups: bookings of the same flights are in one group."""
        groups: dict[frozenset[UUID], list[PendingBooking]] = defaultdict(list)
        for booking in self.bookings:
            groups[frozenset(booking.flight_ids)].append(booking)
        return [self.subset(group) for group in groups.values()]

    def reserved_flights(self, booking: PendingBooking) -> list[UUID]:
        """The flights on which Redis has reserved seats for this booking."""
        processed = [flight_id for flight_id in booking.flight_ids if (flight_id, booking.id) in self.results]
        return [flight_id for flight_id in processed if self.results[flight_id, booking.id].is_reserved]

    def stages(self, last: str, at: datetime, flight_id: UUID | None = None, line: Line | None = None) -> str:
        key = (last, at, flight_id, line)
        if key not in self._encoded:
            reached = (("picked_up", self.picked_up_at), ("reserved", self.reserved_at), (last, at))
            self._encoded[key] = stages(*reached, flight_id=flight_id, line=line)
        return self._encoded[key]


def reserve_in_redis(
    inventory: Inventory, bookings: Sequence[PendingBooking], load: Callable[[Sequence[UUID]], None], picked_up_at: datetime
) -> Reservations:
    """Reserve seats in Redis, for all flights in one pipeline. `load(flight_ids)`: loads flights into Redis that it does not have."""
    wanted: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for booking in bookings:
        if booking.refused is None:
            for flight_id in booking.flight_ids:
                wanted[flight_id].append((booking.id, booking.seats))
    results = inventory.reserve(wanted)
    missing: dict[UUID, list[tuple[UUID, int]]] = {}
    for flight_id, requests in wanted.items():
        not_loaded = [
            (booking_id, seats) for booking_id, seats in requests if results[flight_id, booking_id] is ScriptResult.NOT_LOADED
        ]
        if not_loaded:
            missing[flight_id] = not_loaded
    if missing:
        load(sorted(missing))
        results |= inventory.reserve(missing)
    return Reservations(list(bookings), results, picked_up_at, now())


def load_inventory(connection: RawConnection, inventory: Inventory, flight_ids: Sequence[UUID]) -> None:
    """Copy the seat counts of these flights from Postgres to Redis."""
    inventory.load(take_snapshots(connection, flight_ids))


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
