"""The places in line follow what happens to their offers, and to their flights."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.waitlist.models import WaitStatus


def follow(connection: RawConnection, booking_ids: Sequence[UUID], target: BookingStatus) -> None:
    """Bookings that were held move to `target` in this transaction: where one was an offer, its place in line ends with it."""
    connection.execute(
        """
        UPDATE waitlist w SET
            status = CASE WHEN f.status = 'CANCELLED' AND s.target <> 'BOOKED' THEN 'CLOSED' ELSE s.target END,
            updated_at = now()
        FROM flights f, (SELECT %s::text) AS s(target)
        WHERE w.booking_id = ANY(%s) AND w.status IN ('OFFERED', 'EXPIRED') AND f.id = w.flight_id
        """,
        (_ending(target), list(booking_ids)),
    )


def _ending(target: BookingStatus) -> WaitStatus:
    match target:
        case BookingStatus.CONFIRMED:
            return WaitStatus.BOOKED
        case BookingStatus.CANCELLED:
            return WaitStatus.LEFT
        case BookingStatus.EXPIRED | BookingStatus.FAILED:
            return WaitStatus.EXPIRED
        case BookingStatus.PENDING | BookingStatus.HELD:
            raise RuntimeError(f"an offer never ends by becoming {target}")


def close(connection: RawConnection, flight_id: UUID) -> int:
    """End the waiting for a flight that will not take anybody; returns how many parties waited. Open offers end with their bookings."""
    return connection.execute(
        "UPDATE waitlist SET status = %s, updated_at = now() WHERE flight_id = %s AND status = %s",
        (WaitStatus.CLOSED, flight_id, WaitStatus.WAITING),
    ).rowcount


def close_departed(connection: RawConnection, *, limit: int) -> int:
    """End the waiting for flights that have departed, some thousand parties at a time."""
    return connection.execute(
        """
        UPDATE waitlist SET status = %s, updated_at = now() WHERE id IN (
            SELECT w.id FROM waitlist w JOIN flights f ON f.id = w.flight_id
            WHERE w.status = 'WAITING' AND f.departure_ts <= now() LIMIT %s FOR UPDATE OF w SKIP LOCKED
        )
        """,
        (WaitStatus.CLOSED, limit),
    ).rowcount
