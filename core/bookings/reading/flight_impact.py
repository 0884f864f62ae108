"""The bookings that are affected when a flight is cancelled or was moved, for the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from core import money
from core.bookings.states import BookingStatus
from core.db import RawConnection, fetch, fetch_one
from core.payments.refunds import captured_sql
from core.waitlist import listing

MOST_CHANGES: Final = 1_000


class MoneyBack(msgspec.Struct, frozen=True):
    """A decimal string."""

    amount: str
    currency: str


class FlightImpact(msgspec.Struct, frozen=True, kw_only=True):
    """The bookings that a cancellation of the flight would end. `refunds`: what would be refunded to them, for each currency.

    `trips`: the number of bookings with further flights, which would end as well. `pending`: the number of bookings that wait for their
    seats.
    """

    bookings: int
    seats: int
    pending: int
    held: int
    confirmed: int
    trips: int
    waiting_parties: int
    refunds: list[MoneyBack]


class MovedBooking(msgspec.Struct, frozen=True, kw_only=True):
    """A booking whose flight was moved. `action`: `kept`, `cancelled`, or null while its traveller has not decided."""

    booking_id: UUID
    reference: str
    old_departure_ts: datetime
    old_arrival_ts: datetime
    new_departure_ts: datetime
    new_arrival_ts: datetime
    action: str | None
    created_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Numbers:
    bookings: int
    seats: int
    pending: int
    held: int
    confirmed: int
    trips: int


_OPEN: Final = f"({BookingStatus.PENDING.sql}, {BookingStatus.HELD.sql}, {BookingStatus.CONFIRMED.sql})"
_ENDED: Final = f"""
    SELECT b.id, b.seats, b.status, b.currency, (SELECT count(*) FROM booking_segments o WHERE o.booking_id = b.id) > 1 AS is_trip
    FROM bookings b WHERE b.status IN {_OPEN} AND b.id IN (SELECT booking_id FROM booking_segments WHERE flight_id = %(flight)s)
"""  # noqa: S608  # only constants
_COUNT: Final = f"""
    SELECT count(*)::int AS bookings, coalesce(sum(seats), 0)::int AS seats,
           count(*) FILTER (WHERE status = {BookingStatus.PENDING.sql})::int AS pending,
           count(*) FILTER (WHERE status = {BookingStatus.HELD.sql})::int AS held,
           count(*) FILTER (WHERE status = {BookingStatus.CONFIRMED.sql})::int AS confirmed,
           count(*) FILTER (WHERE is_trip)::int AS trips
    FROM ({_ENDED}) AS ended
"""  # noqa: S608  # only constants
_REFUNDS: Final = f"""
    SELECT sum({captured_sql("ended.id")}) AS amount, currency FROM ({_ENDED}) AS ended
    GROUP BY currency HAVING sum({captured_sql("ended.id")}) > 0 ORDER BY currency
"""  # noqa: S608  # only constants


def read_impact(connection: RawConnection, flight_id: UUID) -> FlightImpact:
    """The present numbers. A cancellation also ends bookings that are made after this."""
    numbers = fetch_one(connection, _Numbers, _COUNT, {"flight": flight_id})
    assert numbers is not None  # an aggregate has a row
    refunds = connection.execute(_REFUNDS.encode(), {"flight": flight_id}).fetchall()
    return FlightImpact(
        bookings=numbers.bookings,
        seats=numbers.seats,
        pending=numbers.pending,
        held=numbers.held,
        confirmed=numbers.confirmed,
        trips=numbers.trips,
        waiting_parties=listing.count_waiting(connection, flight_id),
        refunds=[MoneyBack(money.text(amount, currency), currency) for amount, currency in refunds],
    )


def list_moved(connection: RawConnection, flight_id: UUID) -> list[MovedBooking]:
    """The bookings that were informed about new times of this flight, newest first."""
    return fetch(
        connection,
        MovedBooking,
        """
        SELECT c.booking_id, b.reference, c.old_departure_ts, c.old_arrival_ts, c.new_departure_ts, c.new_arrival_ts, c.action,
               c.created_at, c.resolved_at
        FROM booking_segments s JOIN schedule_changes c ON c.booking_id = s.booking_id AND c.position = s.position
        JOIN bookings b ON b.id = s.booking_id
        WHERE s.flight_id = %s ORDER BY c.created_at DESC, c.id LIMIT %s
        """,
        (flight_id, MOST_CHANGES),
    )
