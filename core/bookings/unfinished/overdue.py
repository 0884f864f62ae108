"""Bookings that are HELD and due: `next_at` says when somebody looks at one again, which is the end of its hold at the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.bookings.locking import LockedBooking, lock_bookings
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.db import RawConnection, fetch
from core.lease import LEASE_SECONDS

HARD_LIMIT_MINUTES: Final = 60
"""How long past its hold a booking is kept for a payment whose outcome is unknown."""
LOOK_AGAIN_SECONDS: Final = 5
RESEND_CAP_SECONDS: Final = 120
RESCHEDULED_MINUTES: Final = 1


@dataclass(frozen=True, slots=True)
class DueHold:
    """A booking that is due, under its lock. By the database's clock: `is_over` its hold, `is_lapsed` the hard limit as well."""

    booking: LockedBooking
    is_over: bool
    is_lapsed: bool


@dataclass(frozen=True, slots=True)
class _DueRow:
    id: UUID
    is_over: bool
    is_lapsed: bool


def find_overdue(connection: RawConnection, *, limit: int) -> list[UUID]:
    """HELD bookings that somebody should look at now, the longest due first."""
    rows = connection.execute(
        "SELECT id FROM bookings WHERE next_at < now() AND status = %s ORDER BY next_at LIMIT %s", (BookingStatus.HELD, limit)
    ).fetchall()
    return [row[0] for row in rows]


def lock_due(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[DueHold]:
    """Those of these bookings that are HELD and due, locked in the order of their ids."""
    bookings = lock_bookings(connection, booking_ids)
    rows = fetch(
        connection,
        _DueRow,
        """
        SELECT id, hold_expires_at <= now() AS is_over, hold_expires_at + %s * interval '1 minute' <= now() AS is_lapsed
        FROM bookings WHERE id = ANY(%s) AND next_at < now() AND status = %s ORDER BY id
        """,
        (HARD_LIMIT_MINUTES, list(bookings), BookingStatus.HELD),
    )
    return [DueHold(bookings[row.id], row.is_over, row.is_lapsed) for row in rows]


def look_again_soon(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Their time is over, and their payment is not."""
    connection.execute(
        "UPDATE bookings SET next_at = now() + %s * interval '1 second' WHERE id = ANY(%s)",
        (LOOK_AGAIN_SECONDS, list(booking_ids)),
    )


def look_again_at_end(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Nothing is to be done before their hold is over."""
    connection.execute("UPDATE bookings SET next_at = hold_expires_at WHERE id = ANY(%s)", (list(booking_ids),))


def lease_for_payment(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Their message to be charged is sent again now: leased for 15 s x 2^attempts, and not beyond their hold."""
    connection.execute(
        """
        UPDATE bookings SET attempts = least(attempts + 1, 100), next_at = least(
            hold_expires_at, now() + least(%s * power(2, least(attempts, 10)), %s) * interval '1 second'
        ) WHERE id = ANY(%s)
        """,
        (LEASE_SECONDS, RESEND_CAP_SECONDS, list(booking_ids)),
    )


def reschedule(connection: RawConnection, booking_id: UUID) -> None:
    """This booking cannot be ended now, for a reason of its own: let the others pass."""
    connection.execute(
        "UPDATE bookings SET next_at = now() + %s * interval '1 minute' WHERE id = %s", (RESCHEDULED_MINUTES, booking_id)
    )


def make_due_now(connection: RawConnection) -> None:
    """The queues were lost: whoever waits for a message to be charged is due now."""
    connection.execute(
        """
        UPDATE bookings SET next_at = now() WHERE id IN (
            SELECT id FROM bookings b WHERE next_at IS NOT NULL AND status = %s AND payment_mode = %s
            AND NOT EXISTS (SELECT FROM payments p WHERE p.booking_id = b.id) FOR NO KEY UPDATE SKIP LOCKED
        )
        """,
        (BookingStatus.HELD, PaymentMode.TOKEN),
    )
