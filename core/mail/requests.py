"""Note, in the transaction that changes a booking, that there is news for its traveller. What the news is, is read from the booking later.

Nothing is written for who has no address, so who does not use mail does not pay for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.db import RawConnection
from core.statuses import WITH_SEATS, BookingStatus


def request(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """There is news of these bookings."""
    connection.execute(
        """
        INSERT INTO mail_requests (booking_id)
        SELECT b.id FROM bookings b JOIN users u ON u.id = b.user_id WHERE b.id = ANY(%s) AND u.email IS NOT NULL
        """,
        (list(booking_ids),),
    )


def request_for_flights(connection: RawConnection, flight_ids: Sequence[UUID]) -> None:
    """These flights have moved: there is news of every booking that has seats on one."""
    connection.execute(
        f"""
        INSERT INTO mail_requests (booking_id)
        SELECT DISTINCT b.id FROM booking_segments s
        JOIN bookings b ON b.id = s.booking_id AND b.status IN {WITH_SEATS} JOIN users u ON u.id = b.user_id
        WHERE s.flight_id = ANY(%s) AND u.email IS NOT NULL
        """,  # noqa: S608  # only constants
        (list(flight_ids),),
    )


def request_before_holds_end(connection: RawConnection, *, minutes: int, pays_later: str, kind: str, limit: int) -> int:
    """Holds that end within so many minutes and began longer ago than that: their travellers are reminded once.

    `pays_later`: the payment mode of holds. `kind`: of the mail that reminds. Returns how many there are.
    """
    return connection.execute(
        """
        INSERT INTO mail_requests (booking_id)
        SELECT b.id FROM bookings b JOIN users u ON u.id = b.user_id
        WHERE b.next_at > now() AND b.next_at < now() + %(minutes)s * interval '1 minute' AND b.hold_expires_at = b.next_at
          AND b.status = %(held)s AND b.payment_mode = %(hold)s AND b.updated_at < now() - %(minutes)s * interval '1 minute'
          AND u.email IS NOT NULL
          AND NOT EXISTS (SELECT FROM mails m WHERE m.booking_id = b.id AND m.kind = %(reminder)s)
          AND NOT EXISTS (SELECT FROM mail_requests r WHERE r.booking_id = b.id)
        LIMIT %(limit)s
        """,
        {"minutes": minutes, "limit": limit, "held": BookingStatus.HELD, "hold": pays_later, "reminder": kind},
    ).rowcount


def take(connection: RawConnection, *, limit: int) -> list[UUID]:
    """The bookings of the oldest requests, which are gone once the transaction commits. Several workers may take at a time."""
    rows = connection.execute(
        """
        DELETE FROM mail_requests WHERE id IN (SELECT id FROM mail_requests ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING booking_id
        """,
        (limit,),
    ).fetchall()
    return list(dict.fromkeys(row[0] for row in rows))


def addresses(connection: RawConnection, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where to write to; who has no address is left out."""
    rows = connection.execute(
        "SELECT id, email FROM users WHERE id = ANY(%s) AND email IS NOT NULL", (list(user_ids),)
    ).fetchall()
    return dict(rows)
