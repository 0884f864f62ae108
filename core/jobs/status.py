"""What became of a job: one shape for every kind, read from Postgres for many jobs at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.bookings.views import BookingView, Failure, Stage, read_bookings
from core.db import RawConnection
from core.errors import NotFound


class JobNotFound(NotFound):
    code = "job_not_found"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job that a client follows. `done`: nothing more happens to it without a person."""

    job_id: UUID
    kind: str
    status: str
    done: bool
    booking: BookingView | None = None
    failure: Failure | None = None
    timeline: list[Stage]
    queue_position: int | None = None
    eta_ms: int | None = None
    created_at: datetime
    finished_at: datetime | None


def read_jobs(connection: RawConnection, job_ids: Sequence[UUID]) -> dict[UUID, Job]:
    """The jobs with these ids; unknown ids are left out."""
    return {booking.id: booking_job(booking) for booking in read_bookings(connection, job_ids).values()}


def booking_job(booking: BookingView) -> Job:
    """The job that a booking is."""
    return Job(
        job_id=booking.id,
        kind="booking",
        status=booking.status,
        done=is_done(booking.status, booking.payment_mode),
        booking=booking,
        failure=booking.failure,
        timeline=booking.timeline,
        created_at=booking.created_at,
        finished_at=booking.finished_at,
    )


def is_done(status: BookingStatus, mode: PaymentMode) -> bool:
    """A hold that waits for its traveller is done for the queue; one that is being charged is not."""
    match status:
        case BookingStatus.PENDING:
            return False
        case BookingStatus.HELD:
            return mode is PaymentMode.HOLD
        case BookingStatus.CONFIRMED | BookingStatus.CANCELLED | BookingStatus.FAILED | BookingStatus.EXPIRED:
            return True
