"""HELD bookings that are due. `next_at` is the time at which the sweep looks at a booking again, at the latest the end of its
hold.
"""

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
"""How long a booking is kept after the end of its hold, while the outcome of its payment is unknown."""
LOOK_AGAIN_SECONDS: Final = 5
RESEND_CAP_SECONDS: Final = 120
RESCHEDULED_MINUTES: Final = 1


@dataclass(frozen=True, slots=True)
class DueHold:
    """A locked booking that is due. By the clock of the database: `is_over`: its hold has ended. `is_lapsed`: the hard limit has
    passed too.
    """

    booking: LockedBooking
    is_over: bool
    is_lapsed: bool


@dataclass(frozen=True, slots=True)
class _DueRow:
    id: UUID
    is_over: bool
    is_lapsed: bool


def find_overdue(connection: RawConnection, *, limit: int) -> list[UUID]:
    """The ids of HELD bookings that are due, the longest due first."""
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
    """Look at these bookings again in `LOOK_AGAIN_SECONDS`: their hold is over, but their payment is not decided."""
    connection.execute(
        "UPDATE bookings SET next_at = now() + %s * interval '1 second' WHERE id = ANY(%s)",
        (LOOK_AGAIN_SECONDS, list(booking_ids)),
    )


def look_again_at_end(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Look at these bookings again at the end of their hold."""
    connection.execute("UPDATE bookings SET next_at = hold_expires_at WHERE id = ANY(%s)", (list(booking_ids),))


def lease_for_payment(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Lease these bookings for 15 s x 2^attempts, at most until the end of their hold, because the message to charge them is sent
    again now.
    """
    connection.execute(
        """
        UPDATE bookings SET attempts = least(attempts + 1, 100), next_at = least(
            hold_expires_at, now() + least(%s * power(2, least(attempts, 10)), %s) * interval '1 second'
        ) WHERE id = ANY(%s)
        """,
        (LEASE_SECONDS, RESEND_CAP_SECONDS, list(booking_ids)),
    )


def reschedule(connection: RawConnection, booking_id: UUID) -> None:
    """Look at this booking again in a minute: it cannot be ended now, and must not delay the others."""
    connection.execute(
        "UPDATE bookings SET next_at = now() + %s * interval '1 minute' WHERE id = %s", (RESCHEDULED_MINUTES, booking_id)
    )


def make_due_now(connection: RawConnection) -> None:
    """After Redis lost its queues: make all bookings due that wait to be charged."""
    connection.execute(
        """
        UPDATE bookings SET next_at = now() WHERE id IN (
            SELECT id FROM bookings b WHERE next_at IS NOT NULL AND status = %s AND payment_mode = %s
            AND NOT EXISTS (SELECT FROM payments p WHERE p.booking_id = b.id) FOR NO KEY UPDATE SKIP LOCKED
        )
        """,
        (BookingStatus.HELD, PaymentMode.TOKEN),
    )
