"""Requests to write mails about a booking, stored in the transaction that changes it. Which mails those are is decided later, from the
state that the booking has then (`core/notifications`).

For travellers without an address no request is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from core.db import RawConnection, fetch
from core.db.planning import any_length
from core.mail.models import MailStatus, TicketChange
from core.statuses import WITH_SEATS, BookingStatus
from core.telemetry.tracing import spans
from core.telemetry.tracing.spans import TraceParent

_AT_ONCE: Final = 50
"""For how many bookings mails are requested when a traveller enters an address; the newest bookings come first."""


def add(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Request mails about these bookings."""
    connection.execute(
        f"""
        INSERT INTO mail_requests (booking_id, traceparent)
        SELECT b.id, %(traces)s::jsonb ->> b.id::text
        FROM bookings b JOIN users u ON u.id = b.user_id
        WHERE b.id = ANY({any_length("%(bookings)s", "uuid[]")}) AND u.email IS NOT NULL
        """,  # noqa: S608  # only constants
        {"bookings": list(booking_ids), "traces": msgspec.json.encode(spans.parents_of(booking_ids)).decode()},
    )


def add_for_changed_ticket(connection: RawConnection, booking_id: UUID, change: TicketChange) -> None:
    """Request a mail which says what has changed on the ticket of this booking."""
    connection.execute(
        """
        INSERT INTO mail_requests (booking_id, traceparent, ticket_change)
        SELECT b.id, %s::text, %s FROM bookings b JOIN users u ON u.id = b.user_id WHERE b.id = %s AND u.email IS NOT NULL
        """,
        (spans.current(), change, booking_id),
    )


def add_for_flights(connection: RawConnection, flight_ids: Sequence[UUID]) -> None:
    """Request mails about every booking that has seats on one of these flights, because their times have changed."""
    connection.execute(
        f"""
        INSERT INTO mail_requests (booking_id, traceparent)
        SELECT DISTINCT b.id, %(trace)s::text FROM booking_segments s
        JOIN bookings b ON b.id = s.booking_id AND b.status IN {WITH_SEATS} JOIN users u ON u.id = b.user_id
        WHERE s.flight_id = ANY(%(flights)s) AND u.email IS NOT NULL
        """,  # noqa: S608  # only constants
        {"flights": list(flight_ids), "trace": spans.current()},
    )


def add_for_new_address(connection: RawConnection, user_id: UUID) -> None:
    """A traveller has entered an address: request mails about all bookings whose flights are still to leave, unless a mail about the booking
    was sent, will be sent, or is in the app. Mails that were given up at another address do not prevent it.
    """
    connection.execute(
        f"""
        WITH without_mail AS MATERIALIZED (
            SELECT b.id FROM bookings b WHERE b.user_id = %(user)s AND b.status IN {WITH_SEATS}
              AND EXISTS (SELECT FROM booking_segments s JOIN flights f ON f.id = s.flight_id
                          WHERE s.booking_id = b.id AND f.departure_ts > now())
              AND NOT EXISTS (SELECT FROM mails m WHERE m.booking_id = b.id AND m.status <> {MailStatus.GIVEN_UP.sql})
            ORDER BY b.id DESC LIMIT %(limit)s
        ), set_aside AS (
            UPDATE mails SET version = version || '@' || id WHERE booking_id IN (SELECT id FROM without_mail)
        )
        INSERT INTO mail_requests (booking_id, traceparent) SELECT id, %(trace)s::text FROM without_mail
        """,  # noqa: S608  # only constants
        {"user": user_id, "limit": _AT_ONCE, "trace": spans.current()},
    )


def add_before_holds_end(connection: RawConnection, *, minutes: int, hold_mode: str, reminder: str, limit: int) -> int:
    """Request mails about holds that end within `minutes`, began more than `minutes` ago, and have no reminder yet.

    `hold_mode`: the payment mode of a booking that is held before it is paid. `reminder`: the kind of the mail that reminds.
    Returns the number of requests that were added.
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
        {"minutes": minutes, "limit": limit, "held": BookingStatus.HELD, "hold": hold_mode, "reminder": reminder},
    ).rowcount


@dataclass(frozen=True, slots=True)
class NewTicket:
    """The last request about a changed ticket, by its id."""

    request_id: int
    change: TicketChange


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    booking_id: UUID
    traceparent: TraceParent | None
    ticket_change: TicketChange | None


@dataclass(frozen=True, slots=True)
class Requested:
    """All requests about one booking that were taken together. `traceparent`: the trace of what caused the first one, which continues there."""

    traceparent: TraceParent | None = None
    new_ticket: NewTicket | None = None

    def joined(self, later: _Row) -> Requested:
        """With a later request."""
        new_ticket = NewTicket(later.id, later.ticket_change) if later.ticket_change else self.new_ticket
        return Requested(self.traceparent or later.traceparent, new_ticket)


def take(connection: RawConnection, *, limit: int) -> dict[UUID, Requested]:
    """Delete the oldest requests, at most `limit`. Return what they request, by booking. Several workers can do this at the same time: each
    gets other requests.
    """
    rows = fetch(
        connection,
        _Row,
        """
        WITH oldest AS MATERIALIZED (SELECT id FROM mail_requests ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
        DELETE FROM mail_requests WHERE id IN (SELECT id FROM oldest)
        RETURNING id, booking_id, traceparent, ticket_change
        """,
        (limit,),
    )
    taken: dict[UUID, Requested] = {}
    for row in sorted(rows, key=lambda each: each.id):
        taken[row.booking_id] = taken.get(row.booking_id, Requested()).joined(row)
    return taken


def find_addresses(connection: RawConnection, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The e-mail addresses of these users, by user id. Users without an address are left out."""
    rows = connection.execute(
        "SELECT id, email FROM users WHERE id = ANY(%s) AND email IS NOT NULL", (list(user_ids),)
    ).fetchall()
    return dict(rows)
