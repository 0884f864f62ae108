"""Cancel a flight. The flight itself is cancelled at once; a job then ends its bookings.

The job ends bookings in batches (`core/lifecycle/cancel_flight.py`). Each batch is one transaction, and the lease of the job is renewed before
each. If a worker crashes, its batch is rolled back, and the sweep sends the job to another worker, which continues with the bookings that
are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from core.clock import new_id
from core.db import RawConnection, fetch, fetch_one
from core.events import outbox
from core.events.domain_events import flight_cancelled
from core.flights.announcements.route_versions import RouteDay
from core.flights.changes.models import CancellationStatus
from core.flights.errors import FlightDeparted, FlightNotFound
from core.flights.models import FlightStatus
from core.flights.queries import NOT_FOUND
from core.lease import LEASE_SECONDS
from core.operations import audit_log

LEASE_CAP_SECONDS: Final = 300


class FlightCancellation(msgspec.Struct, frozen=True, kw_only=True):
    """The job that ends every booking of a flight. `cancelled` counts the bookings that are ended; one with several flights counts once."""

    id: UUID
    flight_id: UUID
    reason: str
    status: str
    cancelled: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class BegunCancellation:
    """`is_new` False: the flight was cancelled before, and `job` is the job of that time. `route_day`: what is to be announced to search
    caches.
    """

    job: FlightCancellation
    is_new: bool
    route_day: RouteDay


@dataclass(frozen=True, slots=True)
class _LockedFlight:
    departed: bool
    version: int
    source_key: str
    destination_key: str
    departure_date: date


_COLUMNS: Final = "id, flight_id, reason, status, cancelled, created_at, started_at, finished_at"


def begin(connection: RawConnection, flight_id: UUID, reason: str, *, user_id: UUID | None) -> BegunCancellation:
    """Cancel a flight: after the commit no search finds it, and nobody can book it. Its bookings are ended by the job that this stores.

    Raises:
        FlightNotFound, FlightDeparted
    """
    # FOR UPDATE is stronger than this update needs: a booking that is being accepted waits for it, and is then refused by the intake.
    flight = fetch_one(
        connection,
        _LockedFlight,
        """
        SELECT departure_ts <= now() AS departed, version, source_key, destination_key, departure_date
        FROM flights WHERE id = %s FOR UPDATE
        """,
        (flight_id,),
    )
    if flight is None:
        raise FlightNotFound(NOT_FOUND)
    route_day = RouteDay(flight.source_key, flight.destination_key, flight.departure_date)
    earlier = _fetch(connection, "flight_id = ANY(%s)", [flight_id])
    if earlier:
        return BegunCancellation(earlier[0], False, route_day)
    if flight.departed:
        raise FlightDeparted("The flight has departed and cannot be cancelled.")
    connection.execute(
        f"UPDATE flights SET status = {FlightStatus.CANCELLED.sql}, version = version + 1, updated_at = now() WHERE id = %s",  # noqa: S608  # only constants
        (flight_id,),
    )
    connection.execute(
        """
        INSERT INTO flight_cancellations (id, flight_id, user_id, reason, next_at)
        VALUES (%s, %s, %s, %s, now() + %s * interval '1 second')
        """,
        (new_id(), flight_id, user_id, reason, LEASE_SECONDS),
    )
    audit_log.record(
        connection,
        user_id,
        "flight.cancelled",
        flight_id,
        before={"status": FlightStatus.SCHEDULED, "version": flight.version},
        after={"status": FlightStatus.CANCELLED, "version": flight.version + 1, "reason": reason},
    )
    outbox.write(connection, [flight_cancelled(flight_id)])
    return BegunCancellation(_fetch(connection, "flight_id = ANY(%s)", [flight_id])[0], True, route_day)


def claim(connection: RawConnection, job_id: UUID) -> UUID | None:
    """Lease the job, and return the id of its flight; None: the job is completed. It does no harm if two workers have one job."""
    row = connection.execute(
        f"""
        UPDATE flight_cancellations SET status = {CancellationStatus.IN_PROGRESS.sql}, started_at = coalesce(started_at, now()),
                                        next_at = now() + %s * interval '1 second'
        WHERE id = %s AND status <> {CancellationStatus.COMPLETED.sql} RETURNING flight_id
        """,  # noqa: S608  # only constants
        (LEASE_SECONDS, job_id),
    ).fetchone()
    return row[0] if row else None


def add_ended(connection: RawConnection, job_id: UUID, ended: int) -> None:
    """Add the number of bookings that this transaction ended to the job. Its attempts are counted from 1 again, because it makes progress."""
    connection.execute("UPDATE flight_cancellations SET cancelled = cancelled + %s, attempts = 1 WHERE id = %s", (ended, job_id))


def complete(connection: RawConnection, job_id: UUID) -> None:
    """Complete the job, because all bookings of the flight have ended."""
    connection.execute(
        f"UPDATE flight_cancellations SET status = {CancellationStatus.COMPLETED.sql}, next_at = NULL, finished_at = now() WHERE id = %s",  # noqa: S608  # only constants
        (job_id,),
    )


def lease_due(connection: RawConnection) -> list[UUID]:
    """Lease the jobs whose lease has ended, and return their ids. The lease is longer with each attempt, up to `LEASE_CAP_SECONDS`. Jobs are
    never given up.
    """
    rows = connection.execute(
        f"""
        UPDATE flight_cancellations SET attempts = least(attempts + 1, 100),
                                        next_at = now() + least(%s * power(2, least(attempts, 10)), %s) * interval '1 second'
        WHERE id IN (
            SELECT id FROM flight_cancellations WHERE next_at < now() AND status <> {CancellationStatus.COMPLETED.sql} FOR NO KEY UPDATE SKIP LOCKED
        ) RETURNING id
        """,  # noqa: S608  # only constants
        (LEASE_SECONDS, LEASE_CAP_SECONDS),
    ).fetchall()
    return sorted(row[0] for row in rows)


def make_due_now(connection: RawConnection) -> None:
    """Make the jobs that no worker has begun due now, because the queues were lost."""
    connection.execute(f"UPDATE flight_cancellations SET next_at = now() WHERE status = {CancellationStatus.PENDING.sql}")  # noqa: S608  # only constants


def read(connection: RawConnection, job_ids: Sequence[UUID]) -> list[FlightCancellation]:
    """The jobs with these ids. Unknown ids are left out."""
    return _fetch(connection, "id = ANY(%s)", job_ids)


def _fetch(connection: RawConnection, condition: str, ids: Sequence[UUID]) -> list[FlightCancellation]:
    query = f"SELECT {_COLUMNS} FROM flight_cancellations WHERE {condition}"  # noqa: S608  # constants of this module
    return fetch(connection, FlightCancellation, query, (list(ids),))
