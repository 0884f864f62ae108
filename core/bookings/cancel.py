"""Cancel a booking: give its seats back exactly once, whoever asks however often."""

from __future__ import annotations

from uuid import UUID

from core.bookings.effects import Effects
from core.bookings.ending import LockedTrip, end_trips, lock_trips
from core.bookings.errors import BookingNotFound, NotCancellable
from core.bookings.queries import NOT_FOUND
from core.bookings.states import BookingStatus, may_move
from core.bookings.views import available_actions
from core.db import RawConnection


def cancel(connection: RawConnection, trip_id: UUID, owner_id: UUID | None, *, hold_minutes: int) -> Effects:
    """Cancel all segments of a booking that has not departed. `owner_id` None is an admin.

    Raises:
        BookingNotFound: there is none, or it is somebody else's.
        NotCancellable: its status, or its departure, forbids it; a second cancellation ends here.
    """
    trip = lock_cancellable(connection, trip_id, owner_id)
    effects = Effects()
    end_trips(connection, [trip], BookingStatus.CANCELLED, effects, hold_minutes=hold_minutes)
    return effects


def lock_cancellable(connection: RawConnection, trip_id: UUID, owner_id: UUID | None) -> LockedTrip:
    """Lock a booking that may be cancelled now; errors as in `cancel`."""
    trip = lock_trips(connection, [trip_id]).get(trip_id)
    if trip is None or owner_id not in (None, trip.legs[0].user_id):
        raise BookingNotFound(NOT_FOUND)
    if trip.departed:
        raise _not_cancellable("The flight has departed.", trip)
    if not may_move(trip.status, BookingStatus.CANCELLED):
        raise _not_cancellable(f"A booking that is {trip.status} cannot be cancelled.", trip)
    return trip


def _not_cancellable(why: str, trip: LockedTrip) -> NotCancellable:
    actions = available_actions(trip.status, ahead=not trip.departed)
    return NotCancellable(why, booking_status=trip.status.value, available_actions=actions)
