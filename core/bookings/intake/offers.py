"""Insert the bookings that the waiting list offers. They are HELD from the beginning, and the party can pay until the hold ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core import money
from core.bookings.intake import references
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.bookings.transitions import stages
from core.clock import now
from core.db import RawConnection
from core.events import outbox
from core.events.domain_events import Event, EventType, OfferData, booking_event
from core.mail import mail_requests


@dataclass(frozen=True, slots=True)
class OfferedBooking:
    """Seats for one party."""

    id: UUID
    user_id: UUID
    flight_id: UUID
    seats: int


def store(connection: RawConnection, offered: Sequence[OfferedBooking], *, hold_minutes: int) -> list[Event]:
    """Insert these bookings. Their hold ends after `hold_minutes`, or at the departure if that is earlier. The caller has locked the
    flights. Returns the events to publish after the commit.
    """
    left = list(offered)
    events = [event for each in offered for event in _events(each)]
    outbox.write(connection, events)
    for _ in range(references.REFERENCE_TRIES):
        stored = _insert(connection, left, hold_minutes)
        left = [each for each in left if each.id not in stored]
        if not left:
            mail_requests.add(connection, [each.id for each in offered])
            return events
    raise RuntimeError("every reference that was drawn for an offer exists")


def _events(offered: OfferedBooking) -> tuple[Event, Event]:
    made = Event(EventType.WAITLIST_OFFERED, OfferData(offered.id, offered.flight_id, offered.user_id))
    return booking_event(offered.id, BookingStatus.HELD), made


def _insert(connection: RawConnection, offered: Sequence[OfferedBooking], hold_minutes: int) -> set[UUID]:
    """Returns the ids of the inserted bookings. The others got a reference that exists already."""
    rows = connection.execute(
        f"""
        WITH offered AS (
            SELECT o.id, o.user_id, o.flight_id, o.seats, o.reference,
                   {money.in_units_sql("f.price", "f.currency")} * o.seats AS price_total, f.currency,
                   f.departure_ts, f.arrival_ts,
                   least(now() + %(hold)s * interval '1 minute', f.departure_ts) AS hold_expires_at
            FROM unnest(%(ids)s::uuid[], %(users)s::uuid[], %(flights)s::uuid[], %(seats)s::int2[], %(references)s::text[])
                 AS o(id, user_id, flight_id, seats, reference)
            JOIN flights f ON f.id = o.flight_id
        ), booked AS (
            INSERT INTO bookings (id, user_id, seats, status, payment_mode, price_total, currency, reference, hold_expires_at, next_at,
                                  timeline)
            SELECT id, user_id, seats, %(held)s, %(mode)s, price_total, currency, reference, hold_expires_at, hold_expires_at,
                   %(stages)s
            FROM offered ON CONFLICT (reference) DO NOTHING RETURNING id
        )
        INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total, departure_ts, arrival_ts)
        SELECT o.id, 0, o.id, o.flight_id, o.price_total, o.departure_ts, o.arrival_ts
        FROM offered o JOIN booked b ON b.id = o.id
        RETURNING booking_id
        """,  # noqa: S608  # only constants
        {
            "hold": hold_minutes,
            "ids": [each.id for each in offered],
            "users": [each.user_id for each in offered],
            "flights": [each.flight_id for each in offered],
            "seats": [each.seats for each in offered],
            "references": [references.draw() for _ in offered],
            "held": BookingStatus.HELD,
            "mode": PaymentMode.HOLD,
            "stages": stages(("offered", now())),
        },
    ).fetchall()
    return {row[0] for row in rows}
