"""Bookings that wait for their seats, as a worker reads them before it reserves."""

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
from core.flights.models import FlightStatus
from core.flights.seat_counts import Count

POSTPONED_MS: Final = 300
"""How long a booking waits when Redis says sold out and Postgres does not agree."""


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
    sequence: int | None
    """Its place in the line at the door; unknown for a booking of a former release."""
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
    departure_ts: datetime | None
    arrival_ts: datetime | None


_LOAD: Final = """
    SELECT b.id, b.sequence, b.seats, b.payment_mode, b.price_total = 0 AS is_free, s.flight_id, s.departure_ts, s.arrival_ts,
           CASE WHEN f.status = %s THEN %s WHEN f.departure_ts <= now() THEN %s END AS refused
    FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
    WHERE b.id = ANY(%s) AND b.status = %s
    ORDER BY b.sequence NULLS FIRST, b.id, s.position
"""


def load_pending(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[PendingBooking]:
    """Those of these bookings that still wait for seats; the finished and the unknown are left out. In the order in which they were
    accepted: ids of one millisecond are in no order.
    """
    parameters = (
        FlightStatus.CANCELLED,
        FailureCode.FLIGHT_CANCELLED,
        FailureCode.FLIGHT_DEPARTED,
        list(booking_ids),
        BookingStatus.PENDING,
    )
    rows = fetch(connection, _Row, _LOAD, parameters)
    return [_booking(list(segments)) for _, segments in groupby(rows, key=lambda row: row.id)]


def _booking(rows: list[_Row]) -> PendingBooking:
    segments = (PendingSegment(row.flight_id, row.refused, row.departure_ts, row.arrival_ts) for row in rows)
    return PendingBooking(rows[0].id, rows[0].sequence, rows[0].seats, rows[0].payment_mode, rows[0].is_free, tuple(segments))


def lock_pending(connection: RawConnection, booking_ids: Sequence[UUID], guard: Collection[BookingStatus]) -> set[UUID]:
    """Lock those of these bookings that are in a status of `guard`, in the order of their ids."""
    rows = connection.execute(
        "SELECT id FROM bookings WHERE id = ANY(%s) AND status = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
        (list(booking_ids), list(guard)),
    ).fetchall()
    return {row[0] for row in rows}


def postpone(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Let them try again in a moment. It is no fault of theirs: their attempts are counted anew."""
    connection.execute(
        "UPDATE bookings SET attempts = 0, next_at = now() + %s * interval '1 millisecond' WHERE id = ANY(%s)",
        (POSTPONED_MS, list(booking_ids)),
    )
