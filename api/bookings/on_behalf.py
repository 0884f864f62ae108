"""Write to the audit log what administrators do with bookings of other accounts."""

from __future__ import annotations

from uuid import UUID

from core.bookings.reading import queries
from core.db import RawConnection
from core.operations import audit_log
from core.users.tokens import Principal

CANCELLED = "booking.cancelled"


def note_cancelled(connection: RawConnection, user: Principal, booking_id: UUID) -> None:
    """Write the entry, in the transaction that cancels the booking. A repeated request adds no second one. A cancellation of one's own
    booking adds none.
    """
    if not user.is_admin:
        return
    booking = queries.get_booking(connection, booking_id, None)
    if booking.user_id == user.user_id:
        return
    noted, _ = audit_log.list_entries(connection, entity="booking", entity_id=booking_id, action=CANCELLED, before=None, limit=1)
    if not noted:
        after = {"status": booking.status, "reference": booking.reference}
        if booking.refund is not None:
            after |= {"refund": booking.refund.amount, "currency": booking.refund.currency}
        audit_log.record(connection, user.user_id, CANCELLED, booking_id, after=after)
