"""The traveller's answer to a flight that was moved. What records the move: `core/flights/schedule_changes.py`."""

from __future__ import annotations

from uuid import UUID

from core.bookings.ending import lock_trips
from core.bookings.errors import BookingNotFound, NoScheduleChange
from core.bookings.queries import NOT_FOUND
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.flights import schedule_changes


def keep(connection: RawConnection, trip_id: UUID, owner_id: UUID | None) -> None:
    """Accept the new times of all flights of a booking; keeping twice changes nothing. `owner_id` None is an admin.

    Raises:
        BookingNotFound: there is none, or it is somebody else's.
        NoScheduleChange: nothing was moved, or the booking has no seats any more.
    """
    trip = lock_trips(connection, [trip_id]).get(trip_id)
    if trip is None or owner_id not in (None, trip.legs[0].user_id):
        raise BookingNotFound(NOT_FOUND)
    has_seats = trip.status in (BookingStatus.HELD, BookingStatus.CONFIRMED)
    if not has_seats or not (
        schedule_changes.resolve(connection, [trip_id], "kept") or schedule_changes.was_kept(connection, trip_id)
    ):
        raise NoScheduleChange("No change of this booking's schedule waits for an answer.")
