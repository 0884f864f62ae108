"""The state of a job, in one form for every kind, read from Postgres for many jobs with one query for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from core.bookings.reading.by_id import read_bookings
from core.bookings.reading.views import BookingView, Receipt, Stage
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.errors import NotFound
from core.flights.changes import cancellation
from core.flights.changes.cancellation import FlightCancellation
from core.imports.queries import ImportSummary, read_imports


class JobNotFound(NotFound):
    code = "job_not_found"


class JobKind(StrEnum):
    BOOKING = "booking"
    IMPORT = "import"
    FLIGHT_CANCELLATION = "flight_cancellation"


class JobFailure(msgspec.Struct, frozen=True):
    """Why a job failed: the code of a booking or of an import, and a sentence for people. `flight_id`: the flight of a trip that was the
    reason. `receipt`: the place in the line of a booking that found no seats.
    """

    code: str
    message: str
    flight_id: UUID | None = None
    receipt: Receipt | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job that a client follows. `done`: the state does not change any more unless a person does something."""

    job_id: UUID
    kind: JobKind
    status: str
    done: bool
    booking: BookingView | None = None
    import_: ImportSummary | None = msgspec.field(default=None, name="import")
    flight_cancellation: FlightCancellation | None = None
    failure: JobFailure | None = None
    timeline: list[Stage]
    queue_position: int | None = None
    eta_ms: int | None = None
    created_at: datetime
    finished_at: datetime | None


def read_jobs(connection: RawConnection, job_ids: Sequence[UUID]) -> dict[UUID, Job]:
    """The jobs with these ids; unknown ids are left out. Bookings are read first: nearly every job is one."""
    jobs = {booking.id: booking_job(booking) for booking in read_bookings(connection, job_ids).values()}
    return jobs | read_other_jobs(connection, [job_id for job_id in job_ids if job_id not in jobs])


def read_other_jobs(connection: RawConnection, job_ids: Sequence[UUID]) -> dict[UUID, Job]:
    """The jobs with these ids that are no bookings."""
    if not job_ids:
        return {}
    imports = {each.job_id: import_job(each) for each in read_imports(connection, job_ids)}
    return imports | {each.id: cancellation_job(each) for each in cancellation.read(connection, job_ids)}


def booking_job(booking: BookingView) -> Job:
    """The job of a booking."""
    failure = booking.failure
    return Job(
        job_id=booking.id,
        kind=JobKind.BOOKING,
        status=booking.status,
        done=is_done(booking.status, awaits_payment=booking.awaiting_payment),
        booking=booking,
        failure=JobFailure(failure.code, failure.message, failure.flight_id, failure.receipt) if failure else None,
        timeline=booking.timeline,
        created_at=booking.created_at,
        finished_at=booking.finished_at,
    )


def import_job(imported: ImportSummary) -> Job:
    """The job of one uploaded file. The errors of its rows have an address of their own."""
    failure = imported.failure
    return Job(
        job_id=imported.job_id,
        kind=JobKind.IMPORT,
        status=imported.status,
        done=imported.finished_at is not None,
        import_=imported,
        failure=JobFailure(failure.code, failure.message) if failure else None,
        timeline=_timeline(imported.created_at, started=imported.started_at, finished=imported.finished_at),
        created_at=imported.created_at,
        finished_at=imported.finished_at,
    )


def cancellation_job(cancelled: FlightCancellation) -> Job:
    """The job that ends the bookings of a cancelled flight."""
    return Job(
        job_id=cancelled.id,
        kind=JobKind.FLIGHT_CANCELLATION,
        status=cancelled.status,
        done=cancelled.finished_at is not None,
        flight_cancellation=cancelled,
        timeline=_timeline(cancelled.created_at, started=cancelled.started_at, finished=cancelled.finished_at),
        created_at=cancelled.created_at,
        finished_at=cancelled.finished_at,
    )


def _timeline(accepted: datetime, *, started: datetime | None, finished: datetime | None) -> list[Stage]:
    reached = [("accepted", accepted), ("started", started), ("completed", finished)]
    return [Stage(stage, at, round((at - accepted).total_seconds() * 1000, 3)) for stage, at in reached if at is not None]


def is_done(status: BookingStatus, *, awaits_payment: bool) -> bool:
    """Whether the job is done. A hold that waits for the traveller's payment is done; a hold that is being charged, or is over, is not."""
    match status:
        case BookingStatus.PENDING:
            return False
        case BookingStatus.HELD:
            return awaits_payment
        case BookingStatus.CONFIRMED | BookingStatus.CANCELLED | BookingStatus.FAILED | BookingStatus.EXPIRED:
            return True
