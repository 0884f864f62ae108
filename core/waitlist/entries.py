"""End entries of the waiting list when their offers, or their flights, end."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.after_commit import AfterCommit
from core.db import RawConnection
from core.events import outbox
from core.events.domain_events import Event, EventType, OfferData
from core.flights.models import FlightStatus
from core.waitlist.models import WaitStatus


def end_offers(connection: RawConnection, booking_ids: Sequence[UUID], ending: WaitStatus, after: AfterCommit) -> None:
    """Give the entries of these bookings the status `ending`, because their holds have ended. Bookings that were no offers are ignored.
    If the flight was cancelled, the status is CLOSED instead, unless `ending` is BOOKED.
    """
    ended = connection.execute(
        f"""
        UPDATE waitlist w SET
            status = CASE WHEN f.status = {FlightStatus.CANCELLED.sql} AND s.ending <> %(booked)s THEN %(closed)s ELSE s.ending END,
            updated_at = now()
        FROM flights f, (SELECT %(ending)s::text) AS s(ending)
        WHERE w.booking_id = ANY(%(bookings)s) AND w.status = ANY(%(open)s) AND f.id = w.flight_id
        RETURNING w.booking_id, w.flight_id, w.user_id
        """,  # noqa: S608  # only constants
        {
            "ending": ending,
            "booked": WaitStatus.BOOKED,
            "closed": WaitStatus.CLOSED,
            "open": [WaitStatus.OFFERED, WaitStatus.EXPIRED],
            "bookings": list(booking_ids),
        },
    ).fetchall()
    if ended and ending is WaitStatus.EXPIRED:
        expired = [Event(EventType.WAITLIST_OFFER_EXPIRED, OfferData(*each)) for each in sorted(ended)]
        outbox.write(connection, expired)
        after.events += expired


def close(connection: RawConnection, flight_id: UUID) -> int:
    """Close the entries that wait for a cancelled flight, and return how many there were. Open offers end with their bookings."""
    return connection.execute(
        "UPDATE waitlist SET status = %s, updated_at = now() WHERE flight_id = %s AND status = %s",
        (WaitStatus.CLOSED, flight_id, WaitStatus.WAITING),
    ).rowcount


def close_departed(connection: RawConnection, *, limit: int) -> int:
    """Close entries that wait for flights which have departed, at most `limit`, and return how many there were."""
    return connection.execute(
        f"""
        WITH departed AS MATERIALIZED (
            SELECT w.id FROM waitlist w JOIN flights f ON f.id = w.flight_id
            WHERE w.status = {WaitStatus.WAITING.sql} AND f.departure_ts <= now() LIMIT %s FOR UPDATE OF w SKIP LOCKED
        )
        UPDATE waitlist SET status = %s, updated_at = now() WHERE id IN (SELECT id FROM departed)
        """,  # noqa: S608  # only constants
        (limit, WaitStatus.CLOSED),
    ).rowcount
