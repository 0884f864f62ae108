"""The endpoint that lists the jobs of all accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.clock import now
from core.jobs import listing, times
from core.jobs.listing import JobFilter
from core.jobs.status import Job, JobKind
from core.jobs.times import JobTimes
from core.text.patterns import VISIBLE

LONGEST_AGE: Final = 10 * 365 * 24 * 3600
"""Seconds. No job is older."""


class TimedJob(Job, frozen=True, kw_only=True):
    """A job in the form for its owner, with the times that it waited and was processed."""

    times: JobTimes


class JobPage(msgspec.Struct):
    data: list[TimedJob]
    next_cursor: UUID | None


class OperationsJobController(Controller):
    path = "/admin/jobs"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(operation_id="listJobs", summary="List jobs", sync_to_thread=True)
    def list(
        self,
        services: NamedDependency[Services],
        kind: FromQuery[JobKind | None] = None,
        status: Annotated[str | None, QueryParameter(max_length=32, pattern=r"^[A-Z_]+$", required=False)] = None,
        flight_id: FromQuery[UUID | None] = None,
        user: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        q: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        min_age: Annotated[int | None, QueryParameter(ge=0, le=LONGEST_AGE, required=False)] = None,
        max_age: Annotated[int | None, QueryParameter(ge=0, le=LONGEST_AGE, required=False)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> JobPage:
        """All filters must match. `status`: a status of the kind. `flight_id`: bookings on that flight, and its cancellation. `user`: the
        username of the account that booked or uploaded. `q`: the reference, flight number or failure code of a booking; a part of the
        failure of an import; a part of the reason of a cancellation. `min_age`, `max_age`: seconds since the job was accepted.
        """
        at = now()
        wanted = JobFilter(
            kind=kind,
            status=status,
            flight_id=flight_id,
            username=user,
            text=q,
            accepted_from=None if max_age is None else at - timedelta(seconds=max_age),
            accepted_before=None if min_age is None else at - timedelta(seconds=min_age),
        )
        with services.db.snapshot() as connection:
            jobs, following = listing.list_jobs(connection, wanted, before=cursor, limit=limit)
        return JobPage([TimedJob(**msgspec.structs.asdict(job), times=times.read(job.timeline)) for job in jobs], following)
