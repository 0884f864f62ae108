"""Find any traveller's bookings, for the staff: by reference, passenger, flight or account. And who is on a flight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from core.bookings import surnames
from core.bookings.intake import references
from core.bookings.passengers import surname_key
from core.bookings.reading.by_id import read_bookings
from core.bookings.reading.views import BookingView
from core.bookings.states import BookingStatus
from core.db import RawConnection, fetch
from core.statuses import WITH_SEATS


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilter:
    """None matches everything. `name`: a surname or the whole name of a passenger; the last word of a whole name is also searched as a
    surname. `username`: complete, in upper or lower case.
    """

    reference: str | None = None
    name: str | None = None
    flight_id: UUID | None = None
    username: str | None = None
    status: BookingStatus | None = None


class FoundBooking(msgspec.Struct, frozen=True):
    """A booking and the account that made it."""

    booking: BookingView
    username: str


@dataclass(frozen=True, slots=True)
class PassengerOnBoard:
    """One seat of a booking on a flight. `name` is None where nobody has been named for it yet."""

    reference: str
    status: BookingStatus
    position: int
    name: str | None
    date_of_birth: date | None
    contact: str | None
    seat_number: str | None


_CONDITIONS: Final = {
    "reference": "b.reference = %(reference)s",
    "surname": "b.id IN (SELECT booking_id FROM passengers WHERE surname_key = %(surname)s OR surname_keys && %(surname_keys)s::text[])",
    "flight_id": "b.id IN (SELECT booking_id FROM booking_segments WHERE flight_id = %(flight_id)s)",
    "username": "u.username = %(username)s",
    "status": "b.status = %(status)s",
    "before": "b.id < %(before)s",
}
"""The conditions for the values that are not None."""


def find_bookings(
    connection: RawConnection, wanted: BookingFilter, *, before: UUID | None, limit: int
) -> tuple[list[FoundBooking], UUID | None]:
    """A page of bookings, newest first, and the cursor of the next page."""
    given: dict[str, Any] = {
        "reference": references.read(wanted.reference) if wanted.reference else None,
        "surname": surname_key(wanted.name) if wanted.name else None,
        "surname_keys": sorted(surnames.keys_of_surname(wanted.name)) if wanted.name else None,
        "flight_id": wanted.flight_id,
        "username": wanted.username.lower() if wanted.username else None,
        "status": wanted.status,
        "before": before,
    }
    conditions = [condition for name, condition in _CONDITIONS.items() if given[name] is not None]
    query = (
        "SELECT b.id, u.username FROM bookings b JOIN users u ON u.id = b.user_id "  # noqa: S608  # only constants of this module
        f"WHERE {' AND '.join(conditions) or 'true'} ORDER BY b.id DESC LIMIT %(limit)s"
    )
    rows = connection.execute(query.encode(), {**given, "limit": limit + 1}).fetchall()
    views = read_bookings(connection, [booking_id for booking_id, _ in rows[:limit]])
    found = [FoundBooking(views[booking_id], username) for booking_id, username in rows[:limit]]
    return found, rows[limit - 1][0] if len(rows) > limit else None


def list_on_board(connection: RawConnection, flight_id: UUID) -> list[PassengerOnBoard]:
    """All held and sold seats of this flight with their passengers, in the order of references."""
    return fetch(
        connection,
        PassengerOnBoard,
        f"""
        SELECT b.reference, b.status, seat.position, p.name, p.date_of_birth, p.contact, n.seat_number
        FROM booking_segments s JOIN bookings b ON b.id = s.booking_id AND b.status IN {WITH_SEATS}
        CROSS JOIN LATERAL generate_series(1, b.seats) AS seat(position)
        LEFT JOIN passengers p ON p.booking_id = b.id AND p.position = seat.position
        LEFT JOIN seat_numbers n ON n.booking_id = b.id AND n.position = s.position AND n.traveller = seat.position
        WHERE s.flight_id = %s ORDER BY b.reference, seat.position
        """,  # noqa: S608  # only constants
        (flight_id,),
    )
