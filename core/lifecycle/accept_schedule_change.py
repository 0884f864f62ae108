"""The traveller accepts the new times of a flight that was moved. The change itself is recorded by
`core/flights/changes/schedule_changes.py`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.bookings import segments
from core.bookings.errors import MovedAgain, NoScheduleChange
from core.bookings.locking import lock_own_booking
from core.bookings.reading.actions import available_actions
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.flights.changes import schedule_changes


def keep(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, *, seen: datetime | None = None) -> None:
    """Accept the new times of all flights of a booking. Calling it twice is safe. `owner_id`: None for an administrator.

    `seen`: the new departure of the first moved flight, as the traveller saw it; None accepts whatever it is now.

    Raises:
        BookingNotFound: there is no such booking of this owner.
        NoScheduleChange: no flight was moved, the booking has no seats any more, or its flight has departed or was cancelled.
        MovedAgain: the flight was moved again since the traveller saw the new times.
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    offered = schedule_changes.find_open(connection, booking_id)
    actions = available_actions(
        booking.status,
        ahead=not booking.has_begun,
        flight_cancelled=booking.has_cancelled_flight,
        moved=offered is not None,
        payable=booking.may_be_paid,
    )
    if offered is not None and "accept_change" in actions:
        if seen not in (None, offered):
            raise MovedAgain("The flight was moved again. Check the new times, and accept them.", new_departure_ts=offered)
        segments.take_new_times(connection, booking_id)
        schedule_changes.resolve(connection, [booking_id], "kept")
        return
    has_seats = booking.status in (BookingStatus.HELD, BookingStatus.CONFIRMED)
    if offered is not None or not has_seats or not schedule_changes.was_kept(connection, booking_id):
        raise NoScheduleChange("No change of this booking's schedule waits for an answer.")
