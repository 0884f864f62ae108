"""Insert bookings into the tables directly, without requests."""

from __future__ import annotations

from uuid import UUID

from core.bookings.states import BookingStatus
from core.clock import new_id
from core.db import RawConnection


def insert_booking(
    connection: RawConnection, user_id: UUID, flight_id: UUID | str, *, seats: int = 1, status: str = BookingStatus.PENDING
) -> UUID:
    """One booking of one flight; the seats of the flight are not counted. Returns its id."""
    booking_id = new_id()
    connection.execute(
        """
        INSERT INTO bookings (id, user_id, seats, status, price_total, currency, reference) VALUES (%s, %s, %s, %s, 1, 'INR', %s)
        """,
        (booking_id, user_id, seats, status, booking_id.hex[-12:]),
    )
    connection.execute(
        "INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total) VALUES (%s, 0, %s, %s, 1)",
        (booking_id, booking_id, flight_id),
    )
    return booking_id
