"""End bookings that have seats: one way for cancellation, expiry, declined payments and cancelled flights to give seats back.

Seats return in the transaction that ends the booking, and only there; so they return once, whoever ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import Transition, stages
from core.clock import now
from core.db import RawConnection
from core.flights.seat_counts import lock_counts, write_counts
from core.lifecycle.offer_seats import offer


@dataclass(frozen=True, slots=True)
class LockedLeg:
    """One row of a trip, locked for the rest of the transaction."""

    id: UUID
    trip_id: UUID
    user_id: UUID
    flight_id: UUID
    seats: int
    status: BookingStatus
    payment_mode: PaymentMode
    price_total: Decimal
    currency: str
    hold_expires_at: datetime | None
    created_at: datetime
    departure_ts: datetime
    departed: bool
    called_off: bool


@dataclass(frozen=True, slots=True)
class LockedTrip:
    """A whole booking under lock: all its legs have the same status."""

    legs: tuple[LockedLeg, ...]

    @property
    def id(self) -> UUID:
        return self.legs[0].trip_id

    @property
    def status(self) -> BookingStatus:
        return self.legs[0].status

    @property
    def departed(self) -> bool:
        """Whether its first flight has left: the journey has begun, and is not given back any more."""
        return self.legs[0].departed

    @property
    def called_off(self) -> bool:
        """Whether the airline has cancelled one of its flights."""
        return any(leg.called_off for leg in self.legs)

    @property
    def may_be_paid(self) -> bool:
        """Whether all its flights are still to leave. A flight that was moved ahead may leave before the first one."""
        return not self.called_off and not any(leg.departed for leg in self.legs)

    @property
    def price_total(self) -> Decimal:
        return sum((leg.price_total for leg in self.legs), Decimal(0))


_LOCK: Final = """
    SELECT b.leg, b.id, b.trip_id, b.user_id, b.flight_id, b.seats, b.status, b.payment_mode, b.price_total, b.currency, b.hold_expires_at,
           b.created_at, f.departure_ts, f.departure_ts <= now(), f.status = 'CANCELLED'
    FROM bookings b JOIN flights f ON f.id = b.flight_id
    WHERE b.id = ANY(%(trips)s) OR (b.leg > 0 AND b.trip_id = ANY(%(trips)s))
    ORDER BY b.id FOR NO KEY UPDATE OF b
"""


def lock_trips(connection: RawConnection, trip_ids: Sequence[UUID]) -> dict[UUID, LockedTrip]:
    """Lock these bookings, all legs, in the order of their ids. Unknown ids are left out."""
    legs: dict[UUID, list[LockedLeg]] = {}
    rows = connection.execute(_LOCK, {"trips": list(trip_ids)}).fetchall()
    for _, *row in sorted(rows, key=lambda row: row[0]):
        leg = LockedLeg(
            id=row[0],
            trip_id=row[1],
            user_id=row[2],
            flight_id=row[3],
            seats=row[4],
            status=BookingStatus(row[5]),
            payment_mode=PaymentMode(row[6]),
            price_total=row[7],
            currency=row[8],
            hold_expires_at=row[9],
            created_at=row[10],
            departure_ts=row[11],
            departed=row[12],
            called_off=row[13],
        )
        legs.setdefault(leg.trip_id, []).append(leg)
    return {trip_id: LockedTrip(tuple(trip)) for trip_id, trip in legs.items() if trip[0].id == trip_id}


def end_trips(
    connection: RawConnection,
    trips: Sequence[LockedTrip],
    target: BookingStatus,
    after: AfterCommit,
    *,
    hold_minutes: int,
    failure: FailureCode | None = None,
) -> None:
    """Transition locked HELD or CONFIRMED bookings, all of one status, to `target` and give their seats back.

    `hold_minutes`: how long a party of the waiting list, to whom the seats are offered in this transaction, may take to pay.
    """
    if not trips:
        return
    source = trips[0].status
    counts = lock_counts(connection, {leg.flight_id for trip in trips for leg in trip.legs})
    stage = stages((target.lower(), now()))
    batch = AfterCommit()
    for trip in trips:
        for leg in trip.legs:
            if source is BookingStatus.HELD:
                counts[leg.flight_id].hold(-leg.seats)
            else:
                counts[leg.flight_id].sell(-leg.seats)
            batch.transitions.add(Transition(leg.id, leg.trip_id, target, stage, failure))
            after.released[leg.flight_id].append(leg.id)
    batch.transitions.write(connection, source, hold_minutes=hold_minutes)
    offer(connection, counts, after, hold_minutes=hold_minutes)
    write_counts(connection, counts)
    after.transitions.made += batch.transitions.made
    after.transitions.seats |= {flight_id: count.free for flight_id, count in counts.items()}
