"""Take the seats of a batch of bookings: ask Redis first, let Postgres decide, write the outcome once.

Three steps, so that the edge that owns the transactions sees each of them: `load_pending` (read), `reserve_in_redis`,
`commit_reservations` (one transaction); then `AfterCommit.run`. A crash between any two is repaired by running all of them again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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
from core.db import RawConnection
from core.flights import schedule_changes
from core.flights.seat_counts import Count, lock_counts, write_counts
from core.messaging.messages import WorkPayments
from core.seats.inventory import Inventory, Outcome, take_snapshots

POSTPONED_MS: Final = 300
"""How long a booking waits when Redis says sold out and Postgres does not agree."""
STATUS_GUARD: Final = "b.status = 'PENDING'"
"""What makes a second delivery harmless: a booking that was moved is not seen again."""


class Verdict(Enum):
    SEAT = "seat"
    LATER = "later"
    """Redis refuses what Postgres could give, so one of them is behind."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Never: why, and on which flight."""

    failure: FailureCode
    flight_id: UUID


@dataclass(frozen=True, slots=True)
class Leg:
    """One PENDING booking row, with what decides whether it may be reserved."""

    id: UUID
    trip_id: UUID
    flight_id: UUID
    seats: int
    payment_mode: str
    refused: FailureCode | None
    booked: tuple[datetime | None, datetime | None]
    """Departure and arrival when it was accepted."""

    def was_moved(self, count: Count) -> bool:
        return self.booked[0] is not None and self.booked != (count.departure_ts, count.arrival_ts)


@dataclass(frozen=True, slots=True)
class Trip:
    """The legs that are reserved all or none; one leg for a single flight."""

    legs: tuple[Leg, ...]

    @property
    def id(self) -> UUID:
        return self.legs[0].trip_id

    @property
    def refused(self) -> Refusal | None:
        return next((Refusal(leg.refused, leg.flight_id) for leg in self.legs if leg.refused), None)


@dataclass(slots=True)
class Reservations:
    """What Redis said. `outcomes` has one entry for each leg that was asked for."""

    trips: list[Trip]
    outcomes: dict[UUID, Outcome]
    picked_up_at: datetime
    reserved_at: datetime

    def only(self, trips: list[Trip]) -> Reservations:
        """The same answers for a part of the trips."""
        return Reservations(trips, self.outcomes, self.picked_up_at, self.reserved_at)

    def by_flights(self) -> list[Reservations]:
        """The same answers, apart for each set of flights."""
        trips: dict[frozenset[UUID], list[Trip]] = defaultdict(list)
        for trip in self.trips:
            trips[frozenset(leg.flight_id for leg in trip.legs)].append(trip)
        return [self.only(alike) for alike in trips.values()]

    def stages(self, last: str, at: datetime, flight_id: UUID | None = None) -> str:
        return stages(("picked_up", self.picked_up_at), ("reserved", self.reserved_at), (last, at), flight_id=flight_id)


def load_pending(connection: RawConnection, trip_ids: Sequence[UUID]) -> list[Trip]:
    """The trips among these that still wait for seats; the finished and the unknown are left out. Oldest first."""
    ids = list(trip_ids)
    rows = connection.execute(
        f"""
        SELECT b.id, b.trip_id, b.flight_id, b.seats, b.payment_mode,
               CASE WHEN f.status = 'CANCELLED' THEN 'flight_cancelled' WHEN f.departure_ts <= now() THEN 'flight_departed' END,
               b.departure_ts, b.arrival_ts
        FROM bookings b JOIN flights f ON f.id = b.flight_id
        WHERE {STATUS_GUARD} AND (b.id = ANY(%s) OR (b.leg > 0 AND b.trip_id = ANY(%s)))
        ORDER BY b.trip_id, b.leg
        """,  # noqa: S608  # a constant
        (ids, ids),
    ).fetchall()
    legs = [
        Leg(row[0], row[1], row[2], row[3], row[4], FailureCode(row[5]) if row[5] else None, (row[6], row[7])) for row in rows
    ]
    return [Trip(tuple(group)) for _, group in groupby(legs, key=lambda leg: leg.trip_id)]


def reserve_in_redis(
    inventory: Inventory, trips: Sequence[Trip], load: Callable[[Sequence[UUID]], None], picked_up_at: datetime
) -> Reservations:
    """Reserve in Redis, all flights in one pipeline. `load(flight_ids)` brings in the inventories that Redis does not have."""
    wanted: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for trip in trips:
        if trip.refused is None:
            for leg in trip.legs:
                wanted[leg.flight_id].append((leg.id, leg.seats))
    outcomes = inventory.reserve(wanted)
    missing = {flight for flight, asked in wanted.items() if any(outcomes[leg] is Outcome.NOT_LOADED for leg, _ in asked)}
    if missing:
        load(sorted(missing))
        again = {flight: [(leg, n) for leg, n in wanted[flight] if outcomes[leg] is Outcome.NOT_LOADED] for flight in missing}
        outcomes |= inventory.reserve(again)
    return Reservations(list(trips), outcomes, picked_up_at, now())


def load_inventory(connection: RawConnection, inventory: Inventory, flight_ids: Sequence[UUID]) -> None:
    """Copy the seat counts of these flights from Postgres to Redis."""
    inventory.load(take_snapshots(connection, flight_ids))


def commit_reservations(connection: RawConnection, reservations: Reservations, *, hold_minutes: int) -> AfterCommit:
    """Write the outcomes: the bookings' statuses and the flights' counts, in this one transaction.

    Under the flights' locks their counts are exact, so here, and not in Redis, a seat is sold.
    """
    waiting = _lock_pending(connection, reservations.trips)
    trips = [trip for trip in reservations.trips if all(leg.id in waiting for leg in trip.legs)]
    counts = lock_counts(connection, {leg.flight_id for trip in trips for leg in trip.legs})
    after = AfterCommit()
    postponed: list[UUID] = []
    by_token: list[UUID] = []
    moved: list[UUID] = []
    decided_at = now()
    for trip in trips:
        verdict = _decide(trip, reservations.outcomes, counts, after.stale_flights)
        match verdict:
            case Verdict.SEAT:
                _seat(trip, counts, reservations, decided_at, after)
                moved += [leg.id for leg in trip.legs if leg.was_moved(counts[leg.flight_id])]
                if trip.legs[0].payment_mode == PaymentMode.TOKEN:
                    by_token.append(trip.id)
            case Verdict.LATER:
                postponed.append(trip.id)
                _forget(trip, reservations, after)
            case Refusal():
                _refuse(trip, verdict, reservations, decided_at, after)
    after.transitions.write(connection, BookingStatus.PENDING, hold_minutes=hold_minutes)
    write_counts(connection, counts)
    if moved:
        schedule_changes.compare(connection, moved)
    if by_token:
        after.messages.append(WorkPayments(tuple(by_token)))
    if postponed:
        # A postponement is no fault of the booking: its attempts are counted anew.
        connection.execute(
            f"UPDATE bookings SET attempts = 0, next_at = now() + interval '{POSTPONED_MS} milliseconds' WHERE id = ANY(%s)",  # noqa: S608  # a constant
            (postponed,),
        )
    after.transitions.seats = {flight_id: count.free for flight_id, count in counts.items()}
    return after


def _lock_pending(connection: RawConnection, trips: Sequence[Trip]) -> set[UUID]:
    rows = connection.execute(
        f"SELECT b.id FROM bookings b WHERE b.id = ANY(%s) AND {STATUS_GUARD} ORDER BY b.id FOR NO KEY UPDATE",  # noqa: S608  # a constant
        ([leg.id for trip in trips for leg in trip.legs],),
    ).fetchall()
    return {row[0] for row in rows}


def _decide(
    trip: Trip, outcomes: Mapping[UUID, Outcome], counts: Mapping[UUID, Count], stale_flights: set[UUID]
) -> Verdict | Refusal:
    if trip.refused:
        return trip.refused
    for leg in trip.legs:
        if counts[leg.flight_id].cancelled:
            return Refusal(FailureCode.FLIGHT_CANCELLED, leg.flight_id)
    unfit = [leg.flight_id for leg in trip.legs if not counts[leg.flight_id].fits(leg.seats)]
    refused = {leg.flight_id for leg in trip.legs if not outcomes[leg.id].took}
    if unfit:
        stale_flights |= set(unfit) - refused
        return Refusal(FailureCode.SOLD_OUT, unfit[0])
    if refused:
        stale_flights |= refused
        return Verdict.LATER
    return Verdict.SEAT


def _seat(trip: Trip, counts: Mapping[UUID, Count], reservations: Reservations, decided_at: datetime, after: AfterCommit) -> None:
    for leg in trip.legs:
        if leg.payment_mode == PaymentMode.NONE:
            counts[leg.flight_id].sell(leg.seats)
            target = BookingStatus.CONFIRMED
        else:
            counts[leg.flight_id].hold(leg.seats)
            target = BookingStatus.HELD
        after.transitions.add(Transition(leg.id, leg.trip_id, target, reservations.stages(target.lower(), decided_at)))


def _refuse(trip: Trip, refusal: Refusal, reservations: Reservations, decided_at: datetime, after: AfterCommit) -> None:
    # Only a trip names the flight: alike stages are written in one statement.
    stage = reservations.stages("failed", decided_at, refusal.flight_id if len(trip.legs) > 1 else None)
    for leg in trip.legs:
        after.transitions.add(Transition(leg.id, leg.trip_id, BookingStatus.FAILED, stage, refusal.failure))
        if leg.id in reservations.outcomes and reservations.outcomes[leg.id].took:
            after.released[leg.flight_id].append(leg.id)


def _forget(trip: Trip, reservations: Reservations, after: AfterCommit) -> None:
    for leg in trip.legs:
        if reservations.outcomes[leg.id].took:
            after.rolled_back[leg.flight_id].append(leg.id)
