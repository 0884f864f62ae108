"""Find bookings: by id for their owner, by reference, and the list of one traveller."""

from __future__ import annotations

from uuid import UUID

import msgspec

from core.bookings.errors import BookingNotFound
from core.bookings.locking import NOT_FOUND, may_act_for
from core.bookings.passengers import surname_key
from core.bookings.states import BookingStatus
from core.bookings.views import BookingView, PassengerView, read_bookings
from core.db import RawConnection


def get_booking(connection: RawConnection, booking_id: UUID, owner_id: UUID | None) -> BookingView:
    """One booking. `owner_id` None is an admin's look; somebody else's booking is as absent as none.

    Raises:
        BookingNotFound
    """
    view = read_bookings(connection, [booking_id]).get(booking_id)
    if view is None or not may_act_for(owner_id, view.user_id):
        raise BookingNotFound(NOT_FOUND)
    return view


def get_by_reference(connection: RawConnection, reference: str, owner_id: UUID | None, surname: str | None = None) -> BookingView:
    """One booking by its record locator, in any case. Who does not own it needs the surname of a passenger, and then sees neither
    dates of birth nor contacts nor how it was paid, and may do nothing.

    Raises:
        BookingNotFound
    """
    row = connection.execute(
        """
        SELECT b.id, EXISTS (SELECT FROM passengers p WHERE p.booking_id = b.id AND p.surname_key = %s)
        FROM bookings b WHERE b.reference = %s
        """,
        (surname_key(surname or ""), reference.upper()),
    ).fetchone()
    if row is None:
        raise BookingNotFound(NOT_FOUND)
    booking_id, knows_surname = row
    if not knows_surname:
        return get_booking(connection, booking_id, owner_id)
    view = get_booking(connection, booking_id, None)
    if may_act_for(owner_id, view.user_id):
        return view
    names = [PassengerView(passenger.position, passenger.name) for passenger in view.passengers]
    return msgspec.structs.replace(view, passengers=names, available_actions=[], payment=None, refund=None)


def list_bookings(
    connection: RawConnection, owner_id: UUID, *, status: BookingStatus | None, before: UUID | None, limit: int
) -> tuple[list[BookingView], UUID | None]:
    """A traveller's bookings, newest first, and the cursor of the next page. Ids are in order of time, so an id is a cursor."""
    rows = connection.execute(
        """
        SELECT id FROM bookings
        WHERE user_id = %(owner)s AND (%(status)s::text IS NULL OR status = %(status)s)
          AND (%(before)s::uuid IS NULL OR id < %(before)s)
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"owner": owner_id, "status": status, "before": before, "limit": limit + 1},
    ).fetchall()
    ids = [row[0] for row in rows[:limit]]
    views = read_bookings(connection, ids)
    return [views[booking_id] for booking_id in ids], ids[-1] if len(rows) > limit else None
