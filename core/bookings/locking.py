"""Lock bookings. Every lifecycle act that changes a booking locks and reads it here first, and checks its owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Final
from uuid import UUID

from core.bookings.errors import BookingNotFound
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.db import RawConnection, fetch
from core.flights.models import FlightStatus

NOT_FOUND: Final = "There is no such booking."


@dataclass(frozen=True, slots=True)
class LockedSegment:
    """One flight of a locked booking, as the flight is now."""

    flight_id: UUID
    departure_ts: datetime
    departed: bool
    flight_cancelled: bool


@dataclass(frozen=True, slots=True)
class LockedBooking:
    """A booking whose row is locked for the rest of the transaction. Its flights are read, and not locked."""

    id: UUID
    user_id: UUID
    seats: int
    status: BookingStatus
    payment_mode: PaymentMode
    price_total: Decimal
    currency: str
    hold_has_ended: bool
    created_at: datetime
    segments: tuple[LockedSegment, ...]

    @property
    def flight_ids(self) -> tuple[UUID, ...]:
        return tuple(segment.flight_id for segment in self.segments)

    @property
    def has_begun(self) -> bool:
        """Whether its first flight has departed; then it cannot be cancelled any more."""
        return self.segments[0].departed

    @property
    def has_departed_flight(self) -> bool:
        """Whether any of its flights has departed. A flight that was moved may depart before the first one."""
        return any(segment.departed for segment in self.segments)

    @property
    def has_cancelled_flight(self) -> bool:
        """Whether the airline has cancelled one of its flights."""
        return any(segment.flight_cancelled for segment in self.segments)

    @property
    def may_be_paid(self) -> bool:
        """Whether none of its flights was cancelled by the airline, and none has departed."""
        return not self.has_cancelled_flight and not self.has_departed_flight


@dataclass(frozen=True, slots=True)
class _Row:
    """A booking with one of its segments."""

    id: UUID
    user_id: UUID
    seats: int
    status: BookingStatus
    payment_mode: PaymentMode
    price_total: Decimal
    currency: str
    hold_has_ended: bool
    created_at: datetime
    flight_id: UUID
    departure_ts: datetime
    departed: bool
    flight_cancelled: bool


_LOCK: Final = f"""
    SELECT b.id, b.user_id, b.seats, b.status, b.payment_mode, b.price_total, b.currency,
           coalesce(b.hold_expires_at <= now(), false) AS hold_has_ended, b.created_at,
           s.flight_id, f.departure_ts, f.departure_ts <= now() AS departed, f.status = {FlightStatus.CANCELLED.sql} AS flight_cancelled
    FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
    WHERE b.id = ANY(%s) ORDER BY b.id, s.position FOR NO KEY UPDATE OF b
"""  # noqa: S608  # only constants


def lock_bookings(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, LockedBooking]:
    """Lock these bookings in the order of their ids. Unknown ids are ignored."""
    rows = fetch(connection, _Row, _LOCK, (list(booking_ids),))
    return {booking_id: _booking(list(segments)) for booking_id, segments in groupby(rows, key=lambda row: row.id)}


def lock_own_booking(connection: RawConnection, booking_id: UUID, owner_id: UUID | None) -> LockedBooking:
    """Lock one booking of this owner. `owner_id`: None for an administrator.

    Raises:
        BookingNotFound: there is no such booking of this owner.
    """
    return require_own(lock_bookings(connection, [booking_id]).get(booking_id), owner_id)


def require_own(booking: LockedBooking | None, owner_id: UUID | None) -> LockedBooking:
    """The booking, if there is one and it belongs to this owner. `owner_id`: None for an administrator.

    Raises:
        BookingNotFound
    """
    if booking is None or not may_act_for(owner_id, booking.user_id):
        raise BookingNotFound(NOT_FOUND)
    return booking


def may_act_for(owner_id: UUID | None, user_id: UUID) -> bool:
    """Whether the caller may read and change what belongs to `user_id`. `owner_id`: the caller; None for an administrator."""
    return owner_id is None or owner_id == user_id


def _booking(rows: list[_Row]) -> LockedBooking:
    first = rows[0]
    return LockedBooking(
        id=first.id,
        user_id=first.user_id,
        seats=first.seats,
        status=first.status,
        payment_mode=first.payment_mode,
        price_total=first.price_total,
        currency=first.currency,
        hold_has_ended=first.hold_has_ended,
        created_at=first.created_at,
        segments=tuple(LockedSegment(row.flight_id, row.departure_ts, row.departed, row.flight_cancelled) for row in rows),
    )
