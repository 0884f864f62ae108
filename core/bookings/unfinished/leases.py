"""Leases of PENDING bookings: the columns `next_at` (end of the lease) and `attempts`. `core/lease.py` explains leases.

If a worker crashes, the lease of its bookings ends, and the sweep sends them again. From the third time on, a booking is sent in a
message of its own, so that a booking that crashes its workers is found and given up, while the others succeed. Decision 3
explains how attempts are counted.

An example: a booking crashes every worker. It is accepted at second 0 (attempt 1, lease 15 s), sent in a batch at second 15 (attempt
2, 30 s), then alone at 45 (attempt 3, 60 s), 105 (attempt 4, 120 s) and 225 (attempt 5, 240 s), and given up at 465.
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
"""From this attempt on a booking is sent in a message of its own, because it may be the one that crashes the workers. The worker
counts the attempt when it begins, and works on no other booking at that time. A booking is only given up after such attempts, so
never because another booking of the same batch crashed the worker."""
LAST_ATTEMPT: Final = 5
LIMIT: Final = 5_000
"""The most bookings that one statement leases."""
LOST_LEASE_SECONDS: Final = 60
"""The lease of a booking that is sent again after Redis lost its data. It is longer than any other lease of a booking that is
sent in a batch. So the lease itself shows which bookings have been sent again."""


_LEASE_DUE: Final = """
    WITH due AS MATERIALIZED (
        SELECT id, attempts FROM bookings WHERE next_at < now() AND status = %(pending)s
        ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE bookings b SET
        attempts = CASE WHEN due.attempts < %(counted_below)s THEN b.attempts + 1 ELSE b.attempts END,
        next_at = now() + interval '1 second' * CASE
            WHEN due.attempts < %(alone_from)s THEN %(lease)s * power(2, due.attempts)
            WHEN due.attempts < %(last)s THEN %(lease)s
            ELSE %(cap)s END
    FROM due WHERE b.id = due.id RETURNING due.attempts, b.id
"""
_BEGIN_ALONE: Final = """
    UPDATE bookings SET
        attempts = attempts + 1, next_at = now() + least(%(lease)s * power(2, attempts), %(cap)s) * interval '1 second'
    WHERE id = ANY(%(bookings)s) AND status = %(pending)s AND attempts < %(last)s RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """The result of a pass: bookings to send in batches, bookings to send one by one (in this order), and bookings to give up."""

    together: list[UUID]
    alone: list[UUID]
    given_up: list[UUID]


def lease_due_bookings(connection: RawConnection, *, counted_below: int = ALONE_FROM_ATTEMPT - 1) -> Due:
    """Lease PENDING bookings whose lease has ended. A booking that is sent in a batch is counted here, and leased for
    15 s x 2^(attempts before). A booking that is sent alone is leased for 15 s and not counted here: its message may be lost when another
    booking crashes the worker, and that must not count as an attempt.

    `counted_below`: attempts below this number are counted here, others by the worker. Only a test of this rule passes another number.
    """
    alone_from = ALONE_FROM_ATTEMPT - 1
    rows = connection.execute(
        _LEASE_DUE,
        {
            "pending": BookingStatus.PENDING,
            "counted_below": counted_below,
            "alone_from": alone_from,
            "last": LAST_ATTEMPT,
            "lease": LEASE_SECONDS,
            "cap": LEASE_CAP_SECONDS,
            "limit": LIMIT,
        },
    ).fetchall()
    return Due(
        together=sorted(booking for attempts, booking in rows if attempts < alone_from),
        # Bookings with fewer attempts come first, so that they are not lost again behind one that crashes its worker.
        alone=[booking for attempts, booking in sorted(rows) if alone_from <= attempts < LAST_ATTEMPT],
        given_up=sorted(booking for attempts, booking in rows if attempts >= LAST_ATTEMPT),
    )


def begin_alone(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[UUID]:
    """Count an attempt that begins now, and lease the bookings for 15 s x 2^(attempts before). Returns those that are still PENDING.

    The caller works on no other booking in its process, and commits before it continues.
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
    """The end of a lease that begins now, after Redis lost its data."""
    row = connection.execute("SELECT now() + %s * interval '1 second'", (LOST_LEASE_SECONDS,)).fetchone()
    assert row is not None
    ends_at: datetime = row[0]
    return ends_at


def lease_lost_bookings(connection: RawConnection, before: datetime) -> list[UUID]:
    """Lease PENDING bookings again because Redis lost its queues, the earliest due first. If fewer than `LIMIT` are returned,
    they are the last ones. No attempt is counted, because the bookings did not cause the loss.

    `before`: the end of a lease that began at the loss. Bookings that are leased longer were handled already, or were accepted
    since. Two kinds are left out: bookings that a worker has locked, and bookings that are sent alone, which may crash their
    workers and can wait for the end of their lease.
    """
    rows = connection.execute(
        """
        WITH free AS MATERIALIZED (
            SELECT id FROM bookings WHERE next_at < %(before)s AND status = %(pending)s AND attempts < %(alone)s
            ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        )
        UPDATE bookings b SET next_at = now() + %(lease)s * interval '1 second' FROM free
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
    """Those of these bookings that are not locked now, and whose flights are not locked either. It does not wait for locks."""
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
