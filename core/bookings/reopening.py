"""Make bookings that were given up PENDING again, when their dead letters are replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import stages
from core.clock import now
from core.db import RawConnection
from core.events import outbox
from core.events.domain_events import booking_event
from core.lease import LEASE_SECONDS

_REOPEN: Final = """
    UPDATE bookings b SET status = %(pending)s, failure_code = NULL, finished_at = NULL, attempts = 1, updated_at = now(),
                          next_at = now() + %(lease)s * interval '1 second', timeline = timeline || %(stages)s::jsonb
    FROM (
        SELECT id FROM bookings WHERE id = ANY(%(bookings)s) AND status = %(failed)s AND failure_code = %(internal)s
        ORDER BY id FOR NO KEY UPDATE
    ) AS given_up
    WHERE b.id = given_up.id RETURNING b.id
"""


def find_given_up(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these bookings that are FAILED with the code `internal`, which means that they were given up."""
    rows = connection.execute(
        "SELECT id FROM bookings WHERE id = ANY(%s) AND status = %s AND failure_code = %s",
        (list(booking_ids), BookingStatus.FAILED, FailureCode.INTERNAL),
    ).fetchall()
    return [row[0] for row in rows]


def reopen(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[UUID]:
    """Make those of these bookings that were given up PENDING again, with a new count of attempts. Returns their ids."""
    rows = connection.execute(
        _REOPEN,
        {
            "pending": BookingStatus.PENDING,
            "failed": BookingStatus.FAILED,
            "internal": FailureCode.INTERNAL,
            "lease": LEASE_SECONDS,
            "stages": stages(("replayed", now())),
            "bookings": list(booking_ids),
        },
    ).fetchall()
    reopened = sorted(row[0] for row in rows)
    if reopened:
        outbox.write(connection, (booking_event(booking_id, BookingStatus.PENDING) for booking_id in reopened))
    return reopened


def find_flights(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Flight -> its bookings among these."""
    rows = connection.execute(
        "SELECT flight_id, array_agg(booking_id) FROM booking_segments WHERE booking_id = ANY(%s) GROUP BY flight_id",
        (list(booking_ids),),
    ).fetchall()
    return dict(rows)
