"""PENDING bookings, as a worker reads them before it reserves their seats."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.db import RawConnection, fetch
from core.db.planning import any_length
from core.flights.models import FlightStatus
from core.flights.seat_counts import SeatCounts

POSTPONED_MS: Final = 300
"""How long a booking waits if Redis says sold out but Postgres has free seats."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A booking can never get seats: the reason, and the flight."""

    failure: FailureCode
    flight_id: UUID


@dataclass(frozen=True, slots=True)
class PendingSegment:
    """One flight of a PENDING booking."""

    flight_id: UUID
    departure_ts: datetime | None
    arrival_ts: datetime | None
    """The times when it was booked."""

    def was_moved(self, count: SeatCounts) -> bool:
        if self.departure_ts is None:
            return False
        return self.departure_ts != count.departure_ts or self.arrival_ts != count.arrival_ts


@dataclass(frozen=True, slots=True)
class PendingBooking:
    """A PENDING booking. Its segments are all reserved, or none."""

    id: UUID
    sequence: int | None
    """The sequence number; None for a booking of a former release."""
    seats: int
    payment_mode: PaymentMode
    is_free: bool
    """Whether the price is 0, so that there is nothing to pay in any payment mode."""
    segments: tuple[PendingSegment, ...]
    flight_ids: tuple[UUID, ...]
    """Of the segments, in their order."""
    refused: Refusal | None
    """Why the first flight that cannot be booked any more refuses this booking."""

    @property
    def needs_payment(self) -> bool:
        return self.payment_mode is not PaymentMode.NONE and not self.is_free


@dataclass(frozen=True, slots=True)
class _Row:
    """A PENDING booking with one of its segments."""

    id: UUID
    sequence: int | None
    seats: int
    payment_mode: PaymentMode
    is_free: bool
    flight_id: UUID
    refused: FailureCode | None
    """Why this flight cannot be booked any more; None if it can."""
    departure_ts: datetime | None
    arrival_ts: datetime | None


_LOAD: Final = f"""
    SELECT b.id, b.sequence, b.seats, b.payment_mode, b.price_total = 0 AS is_free, s.flight_id, s.departure_ts, s.arrival_ts,
           CASE WHEN f.status = {FlightStatus.CANCELLED.sql} THEN {FailureCode.FLIGHT_CANCELLED.sql}
                WHEN f.departure_ts <= now() THEN {FailureCode.FLIGHT_DEPARTED.sql} END AS refused
    FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
    WHERE b.id = ANY({any_length("%s", "uuid[]")}) AND b.status = {BookingStatus.PENDING.sql}
    ORDER BY b.sequence NULLS FIRST, b.id, s.position
"""  # noqa: S608  # only constants
_LOCK: Final = f"""
    SELECT id FROM bookings WHERE id = ANY({any_length("%s", "uuid[]")}) AND status = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608  # only constants


def load_pending(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[PendingBooking]:
    """Those of these bookings that are still PENDING, in the order in which they were accepted. (The order of ids is not enough:
    ids of the same millisecond are not ordered.)
    """
    rows = fetch(connection, _Row, _LOAD, (list(booking_ids),))
    return [_booking(list(segments)) for _, segments in groupby(rows, key=lambda row: row.id)]


def _booking(rows: list[_Row]) -> PendingBooking:
    first = rows[0]
    return PendingBooking(
        first.id,
        first.sequence,
        first.seats,
        first.payment_mode,
        first.is_free,
        segments=tuple([PendingSegment(row.flight_id, row.departure_ts, row.arrival_ts) for row in rows]),
        flight_ids=tuple([row.flight_id for row in rows]),
        refused=next((Refusal(row.refused, row.flight_id) for row in rows if row.refused), None),
    )


def lock_pending(connection: RawConnection, booking_ids: Sequence[UUID], guard: Collection[BookingStatus]) -> set[UUID]:
    """Lock those of these bookings that are in a status of `guard`, in the order of their ids."""
    rows = connection.execute(_LOCK.encode(), (list(booking_ids), list(guard))).fetchall()
    return {row[0] for row in rows}


def postpone(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Try these bookings again after `POSTPONED_MS`, with the count of attempts set to 0, because they did not cause the delay."""
    connection.execute(
        "UPDATE bookings SET attempts = 0, next_at = now() + %s * interval '1 millisecond' WHERE id = ANY(%s)",
        (POSTPONED_MS, list(booking_ids)),
    )
