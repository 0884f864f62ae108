"""The queue of flight cancellations: end the bookings of flights that the airline cancelled. The work is in
`core/lifecycle/cancel_flight.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

import psycopg
import structlog
from psycopg.errors import DeadlockDetected, SerializationFailure
from sqlalchemy.exc import SQLAlchemyError

from core import failpoints
from core.after_commit import AfterCommit
from core.bookings import segments
from core.db.bisect import isolated
from core.events import job_events
from core.events.job_events import JobEvents
from core.flights.changes import cancellation
from core.lifecycle import cancel_flight
from core.telemetry.incidents import Incidents
from workers.context import Context

BATCH: Final = 200
"""How many bookings one transaction ends. Their locks are held for tens of milliseconds."""

_log = structlog.get_logger(__name__)
_stopped = Incidents(_log, "the cancellation of a flight stopped; the sweep will go on with it")
_stuck = Incidents(_log, "bookings of a cancelled flight that cannot be ended", level=logging.ERROR)
_unended = Incidents(_log, "a booking that cannot be ended", level=logging.ERROR)


def cancel_flights(context: Context, job_ids: Sequence[UUID]) -> None:
    """Continue each cancellation job until all bookings of its flight have ended. If that is not possible now, the sweep sends
    the job again.
    """
    for job_id in job_ids:
        try:
            _work(context, job_id)
        except (psycopg.Error, SQLAlchemyError) as error:
            _stopped.failed(job_id, job_id=str(job_id), error=str(error))


def _work(context: Context, job_id: UUID) -> None:
    stuck: set[UUID] = set()
    while booking_ids := _next_batch(context, job_id, stuck):
        _end(context, job_id, booking_ids, stuck)
        job_events.publish(context.redis, JobEvents(jobs=[job_id]))
    if stuck:
        _stuck.failed(job_id, job_id=str(job_id), bookings=[str(each) for each in stuck])
    job_events.publish(context.redis, JobEvents(jobs=[job_id]))


def _next_batch(context: Context, job_id: UUID, stuck: set[UUID]) -> list[UUID]:
    """The next bookings to end. If none is left, and none is stuck, the job is completed."""
    with context.db.transaction() as connection:
        flight_id = cancellation.claim(connection, job_id)
        if flight_id is None:
            return []
        booking_ids = segments.list_active_bookings(connection, flight_id, without=stuck, limit=BATCH)
        is_empty = not booking_ids and not stuck
        if is_empty:
            cancellation.complete(connection, job_id)
    if is_empty:
        # If a worker crashed after a commit, the seats of its batch are still reserved in Redis. Nobody can book the flight, so
        # they are dropped.
        AfterCommit(stale_flights={flight_id}).run(context.redis, context.dispatcher)
    return booking_ids


def _end(context: Context, job_id: UUID, booking_ids: Sequence[UUID], stuck: set[UUID]) -> None:
    """End these bookings. Bookings that make the transaction fail are left out, and reported for a person to solve."""

    def end_part(part: Sequence[UUID]) -> None:
        after = AfterCommit()
        with context.db.transaction() as connection:
            ended = cancel_flight.end_affected(connection, part, after, hold_minutes=context.settings.booking.hold_minutes)
            cancellation.add_ended(connection, job_id, ended)
            failpoints.reach("mid_cancellation")
        after.run(context.redis, context.dispatcher)

    def leave(booking_id: UUID, error: Exception) -> None:
        _unended.failed(booking_id, booking_id=str(booking_id), exc_info=error)
        stuck.add(booking_id)

    with suppress(DeadlockDetected, SerializationFailure):  # bookings that were not ended are in the next batch again
        isolated(end_part, booking_ids, leave)
