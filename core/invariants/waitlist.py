"""The invariants of waiting lists: every offer has its seats, and no party waits for seats that are free for it."""

from __future__ import annotations

from typing import Any, Final

from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.flights.models import FlightStatus
from core.invariants.finding import Finding
from core.statuses import WITH_SEATS
from core.waitlist.models import WaitStatus

_WRONG_BOOKING: Final = f"""
    SELECT 'party ' || w.id || ' of ' || w.party_size || ' is ' || w.status || ' and its booking is '
           || coalesce(b.status || ' with ' || b.seats || ' seats', 'missing'), w.id::text
    FROM waitlist w LEFT JOIN bookings b
        ON b.id = w.booking_id AND b.user_id = w.user_id AND b.payment_mode = {PaymentMode.HOLD.sql}
        AND EXISTS (SELECT FROM booking_segments s WHERE s.booking_id = b.id AND s.flight_id = w.flight_id)
    WHERE CASE w.status
        WHEN {WaitStatus.WAITING.sql} THEN w.booking_id IS NOT NULL
        WHEN {WaitStatus.OFFERED.sql} THEN b.status IS DISTINCT FROM {BookingStatus.HELD.sql}
        WHEN {WaitStatus.BOOKED.sql} THEN b.status IS NULL OR b.status NOT IN ({BookingStatus.CONFIRMED.sql}, {BookingStatus.CANCELLED.sql})
        WHEN {WaitStatus.EXPIRED.sql} THEN b.status IS NULL OR b.status NOT IN ({BookingStatus.EXPIRED.sql}, {BookingStatus.FAILED.sql})
        WHEN {WaitStatus.LEFT.sql} THEN w.booking_id IS NOT NULL AND b.status IS DISTINCT FROM {BookingStatus.CANCELLED.sql}
        ELSE w.booking_id IS NOT NULL AND (b.status IS NULL OR b.status IN {WITH_SEATS}) END
       OR CASE WHEN w.accept_partial THEN b.seats > w.party_size ELSE b.seats <> w.party_size END
"""  # noqa: S608  # only constants
_WAITS_FOR_FREE_SEATS: Final = f"""
    SELECT 'party ' || w.id || ' of ' || w.party_size || ' waits for flight ' || f.id || ', which has '
           || f.total_seats - f.seats_held - f.seats_sold || ' free', w.id::text
    FROM waitlist w JOIN flights f ON f.id = w.flight_id
    WHERE w.status = {WaitStatus.WAITING.sql} AND f.status = {FlightStatus.SCHEDULED.sql} AND f.departure_ts > now()
      AND f.total_seats - f.seats_held - f.seats_sold >= CASE WHEN w.accept_partial THEN 1 ELSE w.party_size END
"""  # noqa: S608  # only constants


def find_violations(connection: RawConnection, *, limit: int) -> list[Finding]:
    """The violations, as sentences that name the row; at most `limit` of each kind."""
    rows: list[tuple[Any, ...]] = []
    for query in (_WRONG_BOOKING, _WAITS_FOR_FREE_SEATS):
        rows += connection.execute(f"{query} LIMIT %s", (limit,)).fetchall()
    return [Finding(what, same_as=party) for what, party in rows]
