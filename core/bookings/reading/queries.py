"""Find bookings: by id for their owner, by reference, and the list of one traveller."""

from __future__ import annotations

from uuid import UUID

from core.bookings import surnames
from core.bookings.errors import BookingNotFound
from core.bookings.intake import references
from core.bookings.locking import NOT_FOUND, may_act_for
from core.bookings.reading import check_in
from core.bookings.reading.by_id import read_bookings
from core.bookings.reading.check_in import CheckInView
from core.bookings.reading.views import BookingView
from core.bookings.states import BookingStatus
from core.db import RawConnection


def get_booking(connection: RawConnection, booking_id: UUID, owner_id: UUID | None) -> BookingView:
    """One booking of this owner. `owner_id`: None for an administrator. For the booking of another owner the error is the same as
    for none.

    Raises:
        BookingNotFound
    """
    view = read_bookings(connection, [booking_id]).get(booking_id)
    if view is None or not may_act_for(owner_id, view.user_id):
        raise BookingNotFound(NOT_FOUND)
    return view


def get_by_reference(
    connection: RawConnection, reference: str, owner_id: UUID | None, surname: str | None = None
) -> BookingView | CheckInView:
    """One booking by its reference, in any spelling. A caller who is not the owner needs the surname of a passenger, and gets the
    view for check-in staff.

    Raises:
        BookingNotFound
    """
    row = connection.execute("SELECT id FROM bookings WHERE reference = %s", (references.read(reference),)).fetchone()
    if row is None:
        raise BookingNotFound(NOT_FOUND)
    view = get_booking(connection, row[0], None)
    return view if may_act_for(owner_id, view.user_id) else _for_check_in(view, surname or "")


def find_for_check_in(connection: RawConnection, reference: str, surname: str) -> CheckInView:
    """The view for check-in staff, for a caller without an account.

    Raises:
        BookingNotFound
    """
    row = connection.execute("SELECT id FROM bookings WHERE reference = %s", (references.read(reference),)).fetchone()
    if row is None:
        raise BookingNotFound(NOT_FOUND)
    return _for_check_in(get_booking(connection, row[0], None), surname)


def _for_check_in(view: BookingView, surname: str) -> CheckInView:
    found = [passenger for passenger in view.passengers if surnames.bears(passenger.name, surname)]
    if not found:
        raise BookingNotFound(NOT_FOUND)
    return check_in.view(view, found)


def list_bookings(
    connection: RawConnection,
    owner_id: UUID,
    *,
    status: BookingStatus | None,
    before: UUID | None,
    limit: int,
    attention: bool = False,
) -> tuple[list[BookingView], UUID | None]:
    """A traveller's bookings, newest first, and the cursor of the next page. Ids are ordered by time, so the cursor is the last id.

    `attention`: only bookings that need something from the traveller: a payment, or an answer to new times.
    """
    rows = connection.execute(
        """
        SELECT id FROM bookings b
        WHERE user_id = %(owner)s AND (%(status)s::text IS NULL OR status = %(status)s)
          AND (NOT %(attention)s OR status = %(held)s OR (status = %(confirmed)s AND EXISTS (
                SELECT FROM schedule_changes c WHERE c.booking_id = b.id AND c.action IS NULL)))
          AND (%(before)s::uuid IS NULL OR id < %(before)s)
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {
            "owner": owner_id,
            "status": status,
            "before": before,
            "limit": limit + 1,
            "attention": attention,
            "held": BookingStatus.HELD,
            "confirmed": BookingStatus.CONFIRMED,
        },
    ).fetchall()
    ids = [row[0] for row in rows[:limit]]
    views = read_bookings(connection, ids)
    return [views[booking_id] for booking_id in ids], ids[-1] if len(rows) > limit else None
