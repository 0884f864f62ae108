"""Find bookings: by id for their owner, by reference, and the list of one traveller."""

from __future__ import annotations

from uuid import UUID

from core.bookings.errors import BookingNotFound
from core.bookings.states import BookingStatus
from core.bookings.views import BookingView, read_bookings
from core.db import RawConnection

NOT_FOUND = "There is no such booking."


def get_booking(connection: RawConnection, trip_id: UUID, owner_id: UUID | None) -> BookingView:
    """One booking. `owner_id` None is an admin's look; somebody else's booking is as absent as none.

    Raises:
        BookingNotFound
    """
    view = read_bookings(connection, [trip_id]).get(trip_id)
    if view is None or owner_id not in (None, view.user_id):
        raise BookingNotFound(NOT_FOUND)
    return view


def get_by_reference(connection: RawConnection, reference: str, owner_id: UUID | None) -> BookingView:
    """One booking by its record locator, in any case.

    Raises:
        BookingNotFound
    """
    row = connection.execute("SELECT id FROM bookings WHERE reference = %s AND leg = 0", (reference.upper(),)).fetchone()
    if row is None:
        raise BookingNotFound(NOT_FOUND)
    return get_booking(connection, row[0], owner_id)


def list_bookings(
    connection: RawConnection, owner_id: UUID, *, status: BookingStatus | None, before: UUID | None, limit: int
) -> tuple[list[BookingView], UUID | None]:
    """A traveller's bookings, newest first, and the cursor of the next page. Ids are in order of time, so an id is a cursor."""
    rows = connection.execute(
        """
        SELECT id FROM bookings
        WHERE user_id = %(owner)s AND leg = 0 AND (%(status)s::text IS NULL OR status = %(status)s)
          AND (%(before)s::uuid IS NULL OR id < %(before)s)
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"owner": owner_id, "status": status, "before": before, "limit": limit + 1},
    ).fetchall()
    ids = [row[0] for row in rows[:limit]]
    views = read_bookings(connection, ids)
    return [views[trip_id] for trip_id in ids], ids[-1] if len(rows) > limit else None
