"""Who works a booking, and until when: `next_at` and `attempts` of bookings that are PENDING.

A worker that dies lets its lease end; then the sweep finds the booking and sends it again (`core/lease.py` has the length).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.lease import LEASE_SECONDS

LEASE_CAP_SECONDS: Final = 300
ALONE_FROM_ATTEMPT: Final = 3
"""From here on a booking travels in a message of its own, because it may be what kills the workers; and the attempt is counted by
the worker that begins it, which has no other booking at work then. A booking is given up for such attempts only, so never for what
a neighbour did to its worker."""
LAST_ATTEMPT: Final = 5
LIMIT: Final = 5_000
"""Bookings leased in one statement."""
LOST_LEASE_SECONDS: Final = 60
"""After a loss of Redis. Longer than any lease of a booking that travels in company, so the lease itself tells what has been sent
again from what has not."""


_LEASE_DUE: Final = """
    UPDATE bookings b SET
        attempts = CASE WHEN due.attempts < %(counted_below)s THEN b.attempts + 1 ELSE b.attempts END,
        next_at = now() + interval '1 second' * CASE
            WHEN due.attempts < %(company)s THEN %(lease)s * power(2, due.attempts)
            WHEN due.attempts < %(last)s THEN %(lease)s
            ELSE %(cap)s END
    FROM (
        SELECT id, attempts FROM bookings WHERE next_at < now() AND status = %(pending)s
        ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE b.id = due.id RETURNING due.attempts, b.id
"""
_BEGIN_ALONE: Final = """
    UPDATE bookings SET
        attempts = attempts + 1, next_at = now() + least(%(lease)s * power(2, attempts), %(cap)s) * interval '1 second'
    WHERE id = ANY(%(bookings)s) AND status = %(pending)s AND attempts < %(last)s RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """What a pass found: bookings to send together, bookings to send one by one, in this order, and bookings to be given up."""

    together: list[UUID]
    alone: list[UUID]
    given_up: list[UUID]


def lease_due_bookings(connection: RawConnection, *, counted_below: int = ALONE_FROM_ATTEMPT - 1) -> Due:
    """Take over PENDING bookings whose lease is over. Who goes in company is counted, and leased for 15 s x 2^attempts. Who goes
    alone is leased for 15 s and not counted: it may be lost behind the one that kills its worker, and that is no attempt.

    `counted_below`: attempts below it are counted here, all others by the worker that begins them; only the test that shows why names
    another.
    """
    company = ALONE_FROM_ATTEMPT - 1
    rows = connection.execute(
        _LEASE_DUE,
        {
            "pending": BookingStatus.PENDING,
            "counted_below": counted_below,
            "company": company,
            "last": LAST_ATTEMPT,
            "lease": LEASE_SECONDS,
            "cap": LEASE_CAP_SECONDS,
            "limit": LIMIT,
        },
    ).fetchall()
    return Due(
        together=sorted(booking for attempts, booking in rows if attempts < company),
        # Who killed no worker yet goes first: the others are not lost again behind the one that did.
        alone=[booking for attempts, booking in sorted(rows) if company <= attempts < LAST_ATTEMPT],
        given_up=sorted(booking for attempts, booking in rows if attempts >= LAST_ATTEMPT),
    )


def begin_alone(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[UUID]:
    """Count an attempt that begins now, and lease it for 15 s x 2^attempts. Returns those of these bookings that are still to be worked.

    The caller has no other booking at work in its process, and commits before it goes on.
    """
    rows = connection.execute(
        _BEGIN_ALONE,
        {
            "bookings": list(booking_ids),
            "pending": BookingStatus.PENDING,
            "last": LAST_ATTEMPT,
            "lease": LEASE_SECONDS,
            "cap": LEASE_CAP_SECONDS,
        },
    ).fetchall()
    return [row[0] for row in rows]


def read_end_of_lost_lease(connection: RawConnection) -> datetime:
    """When a lease ends that begins now, after a loss of Redis."""
    row = connection.execute("SELECT now() + %s * interval '1 second'", (LOST_LEASE_SECONDS,)).fetchone()
    assert row is not None
    ends_at: datetime = row[0]
    return ends_at


def lease_lost_bookings(connection: RawConnection, before: datetime) -> list[UUID]:
    """Take over PENDING bookings because Redis lost its queues, those that are due first; fewer than `LIMIT` are the last. It is not
    the bookings' fault: no attempt is counted.

    `before`: when a lease ends that began at the loss. What is leased to later was taken already, or was accepted since. Those that
    a worker is writing at this moment are left to it, and those that were begun alone to their leases: they are in no hurry, and may
    be what kills the workers.
    """
    rows = connection.execute(
        """
        UPDATE bookings b SET next_at = now() + %(lease)s * interval '1 second'
        FROM (
            SELECT id FROM bookings WHERE next_at < %(before)s AND status = %(pending)s AND attempts < %(alone)s
            ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        ) AS free
        WHERE b.id = free.id RETURNING b.id
        """,
        {
            "lease": LOST_LEASE_SECONDS,
            "before": before,
            "pending": BookingStatus.PENDING,
            "alone": ALONE_FROM_ATTEMPT,
            "limit": LIMIT,
        },
    ).fetchall()
    return sorted(row[0] for row in rows)


def find_unlocked_bookings(connection: RawConnection, booking_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these bookings of which nobody has the row, or one of its flights, locked at this moment. Waits for nobody."""
    rows = connection.execute(
        """
        WITH wanted AS (SELECT booking_id, flight_id FROM booking_segments WHERE booking_id = ANY(%(bookings)s)),
        bookings_free AS (SELECT id FROM bookings WHERE id = ANY(%(bookings)s) FOR NO KEY UPDATE SKIP LOCKED),
        flights_free AS (SELECT id FROM flights WHERE id IN (SELECT flight_id FROM wanted) FOR NO KEY UPDATE SKIP LOCKED)
        SELECT w.booking_id FROM wanted w
        JOIN bookings_free b ON b.id = w.booking_id LEFT JOIN flights_free f ON f.id = w.flight_id
        GROUP BY w.booking_id HAVING count(*) = count(f.id)
        """,
        {"bookings": list(booking_ids)},
    ).fetchall()
    return {row[0] for row in rows}
