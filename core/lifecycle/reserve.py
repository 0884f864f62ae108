"""Take the seats of a batch of bookings: ask Redis first, let Postgres decide, write the outcome once.

Three steps, so that the edge that owns the transactions sees each of them: `load_pending` (read), `reserve_in_redis`,
`commit_reservations` (one transaction); then `AfterCommit.run`. A crash between any two is repaired by running all of them again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import Transition, stages
from core.clock import now
from core.db import RawConnection, fetch
from core.flights import schedule_changes
from core.flights.seat_counts import Count, lock_counts, write_counts
from core.lifecycle.end import fail
from core.messaging.messages import WorkPayments
from core.seats.inventory import Inventory, Outcome, Outcomes, take_snapshots

POSTPONED_MS: Final = 300
"""How long a booking waits when Redis says sold out and Postgres does not agree."""
STATUS_GUARD: Final = (BookingStatus.PENDING,)
"""What makes a second delivery harmless: a booking that has left PENDING is not taken up again."""


class ReservationOutcome(Enum):
    SEATED = "seated"
    LATER = "later"
    """Redis refuses what Postgres could give, so one of them is behind."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Never: why, and on which flight."""

    failure: FailureCode
    flight_id: UUID


@dataclass(frozen=True, slots=True)
class PendingSegment:
    """One flight of a booking that waits for seats."""

    flight_id: UUID
    refused: FailureCode | None
    """Why nobody gets seats on this flight any more."""
    departure_ts: datetime | None
    arrival_ts: datetime | None
    """The times at which it was booked."""

    def was_moved(self, count: Count) -> bool:
        times = (self.departure_ts, self.arrival_ts)
        return self.departure_ts is not None and times != (count.departure_ts, count.arrival_ts)


@dataclass(frozen=True, slots=True)
class PendingBooking:
    """A booking whose segments are reserved all or none."""

    id: UUID
    seats: int
    payment_mode: PaymentMode
    is_free: bool
    """There is nothing to pay, whatever the payment mode."""
    segments: tuple[PendingSegment, ...]

    @property
    def needs_payment(self) -> bool:
        return self.payment_mode is not PaymentMode.NONE and not self.is_free

    @property
    def flight_ids(self) -> tuple[UUID, ...]:
        return tuple(segment.flight_id for segment in self.segments)

    @property
    def refused(self) -> Refusal | None:
        return next((Refusal(each.refused, each.flight_id) for each in self.segments if each.refused), None)


@dataclass(slots=True)
class Reservations:
    """What Redis said of these bookings. `outcomes` has one entry for each segment that was asked for."""

    bookings: list[PendingBooking]
    outcomes: Outcomes
    picked_up_at: datetime
    reserved_at: datetime

    def only(self, bookings: list[PendingBooking]) -> Reservations:
        """The same answers for a part of the bookings."""
        return Reservations(bookings, self.outcomes, self.picked_up_at, self.reserved_at)

    def by_flights(self) -> list[Reservations]:
        """The same answers, apart for each set of flights."""
        groups: dict[frozenset[UUID], list[PendingBooking]] = defaultdict(list)
        for booking in self.bookings:
            groups[frozenset(booking.flight_ids)].append(booking)
        return [self.only(alike) for alike in groups.values()]

    def taken(self, booking: PendingBooking) -> list[UUID]:
        """The flights on which Redis keeps seats for this booking."""
        asked = [flight_id for flight_id in booking.flight_ids if (flight_id, booking.id) in self.outcomes]
        return [flight_id for flight_id in asked if self.outcomes[flight_id, booking.id].took]

    def stages(self, last: str, at: datetime, flight_id: UUID | None = None) -> str:
        return stages(("picked_up", self.picked_up_at), ("reserved", self.reserved_at), (last, at), flight_id=flight_id)


@dataclass(frozen=True, slots=True)
class _Row:
    """A PENDING booking with one of its segments."""

    id: UUID
    seats: int
    payment_mode: PaymentMode
    is_free: bool
    flight_id: UUID
    refused: FailureCode | None
    departure_ts: datetime | None
    arrival_ts: datetime | None


_LOAD: Final = """
    SELECT b.id, b.seats, b.payment_mode, b.price_total = 0 AS is_free, s.flight_id, s.departure_ts, s.arrival_ts,
           CASE WHEN f.status = 'CANCELLED' THEN %s WHEN f.departure_ts <= now() THEN %s END AS refused
    FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
    WHERE b.id = ANY(%s) AND b.status = %s
    ORDER BY b.id, s.position
"""


def load_pending(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[PendingBooking]:
    """Those of these bookings that still wait for seats; the finished and the unknown are left out. Oldest first."""
    parameters = (FailureCode.FLIGHT_CANCELLED, FailureCode.FLIGHT_DEPARTED, list(booking_ids), BookingStatus.PENDING)
    rows = fetch(connection, _Row, _LOAD, parameters)
    return [_booking(list(segments)) for _, segments in groupby(rows, key=lambda row: row.id)]


def _booking(rows: list[_Row]) -> PendingBooking:
    segments = (PendingSegment(row.flight_id, row.refused, row.departure_ts, row.arrival_ts) for row in rows)
    return PendingBooking(rows[0].id, rows[0].seats, rows[0].payment_mode, rows[0].is_free, tuple(segments))


def reserve_in_redis(
    inventory: Inventory, bookings: Sequence[PendingBooking], load: Callable[[Sequence[UUID]], None], picked_up_at: datetime
) -> Reservations:
    """Reserve in Redis, all flights in one pipeline. `load(flight_ids)` brings in the inventories that Redis does not have."""
    wanted: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for booking in bookings:
        if booking.refused is None:
            for flight_id in booking.flight_ids:
                wanted[flight_id].append((booking.id, booking.seats))
    outcomes = inventory.reserve(wanted)
    missing: dict[UUID, list[tuple[UUID, int]]] = {}
    for flight_id, asked in wanted.items():
        unknown = [(booking_id, seats) for booking_id, seats in asked if outcomes[flight_id, booking_id] is Outcome.NOT_LOADED]
        if unknown:
            missing[flight_id] = unknown
    if missing:
        load(sorted(missing))
        outcomes |= inventory.reserve(missing)
    return Reservations(list(bookings), outcomes, picked_up_at, now())


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
    """Write the outcomes: the bookings' statuses and the flights' counts, in this one transaction.

    Under the flights' locks their counts are exact, so here, and not in Redis, a seat is sold. `guard`: the statuses in which a
    booking is taken up; only the test that shows what the guard is for names others.
    """
    pending = _lock_pending(connection, reservations.bookings, guard)
    bookings = [booking for booking in reservations.bookings if booking.id in pending]
    counts = lock_counts(connection, {flight_id for booking in bookings for flight_id in booking.flight_ids})
    after = AfterCommit()
    postponed: list[UUID] = []
    by_token: list[UUID] = []
    moved: list[UUID] = []
    decided_at = now()
    for booking in bookings:
        outcome = _decide(booking, reservations.outcomes, counts, after.stale_flights)
        match outcome:
            case ReservationOutcome.SEATED:
                _seat(booking, counts, reservations, decided_at, after)
                if any(segment.was_moved(counts[segment.flight_id]) for segment in booking.segments):
                    moved.append(booking.id)
                if booking.payment_mode is PaymentMode.TOKEN and booking.needs_payment:
                    by_token.append(booking.id)
            case ReservationOutcome.LATER:
                postponed.append(booking.id)
                for flight_id in reservations.taken(booking):
                    after.rolled_back[flight_id].append(booking.id)
            case Refusal():
                _refuse(booking, outcome, reservations, decided_at, after)
    after.transitions.write(connection, BookingStatus.PENDING, hold_minutes=hold_minutes, guard=guard)
    write_counts(connection, counts)
    if moved:
        schedule_changes.compare(connection, moved)
    if by_token:
        after.messages.append(WorkPayments(tuple(by_token)))
    if postponed:
        # A postponement is no fault of the booking: its attempts are counted anew.
        connection.execute(
            "UPDATE bookings SET attempts = 0, next_at = now() + %s * interval '1 millisecond' WHERE id = ANY(%s)",
            (POSTPONED_MS, postponed),
        )
    after.transitions.seats = {flight_id: count.free for flight_id, count in counts.items()}
    return after


def _lock_pending(connection: RawConnection, bookings: Sequence[PendingBooking], guard: Collection[BookingStatus]) -> set[UUID]:
    rows = connection.execute(
        "SELECT id FROM bookings WHERE id = ANY(%s) AND status = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
        ([booking.id for booking in bookings], list(guard)),
    ).fetchall()
    return {row[0] for row in rows}


def _decide(
    booking: PendingBooking, outcomes: Outcomes, counts: Mapping[UUID, Count], stale_flights: set[UUID]
) -> ReservationOutcome | Refusal:
    if booking.refused:
        return booking.refused
    for flight_id in booking.flight_ids:
        if counts[flight_id].cancelled:
            return Refusal(FailureCode.FLIGHT_CANCELLED, flight_id)
    unfit = [flight_id for flight_id in booking.flight_ids if not counts[flight_id].fits(booking.seats)]
    refused = {flight_id for flight_id in booking.flight_ids if not outcomes[flight_id, booking.id].took}
    if unfit:
        stale_flights |= set(unfit) - refused
        return Refusal(FailureCode.SOLD_OUT, unfit[0])
    if refused:
        stale_flights |= refused
        return ReservationOutcome.LATER
    return ReservationOutcome.SEATED


def _seat(
    booking: PendingBooking, counts: Mapping[UUID, Count], reservations: Reservations, decided_at: datetime, after: AfterCommit
) -> None:
    is_sold = not booking.needs_payment
    for flight_id in booking.flight_ids:
        if is_sold:
            counts[flight_id].sell(booking.seats)
        else:
            counts[flight_id].hold(booking.seats)
    target = BookingStatus.CONFIRMED if is_sold else BookingStatus.HELD
    after.transitions.add(Transition(booking.id, target, reservations.stages(target.lower(), decided_at)))


def _refuse(
    booking: PendingBooking, refusal: Refusal, reservations: Reservations, decided_at: datetime, after: AfterCommit
) -> None:
    # Only a booking of several flights names the one: alike stages are written in one statement.
    stage = reservations.stages("failed", decided_at, refusal.flight_id if len(booking.segments) > 1 else None)
    fail(booking.id, refusal.failure, stage, after.transitions, after, reserved=reservations.taken(booking))
