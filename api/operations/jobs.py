"""Every job of everybody."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.jobs import listing
from core.jobs.listing import JobFilter
from core.jobs.status import Job, JobKind
from core.text.patterns import VISIBLE


class JobPage(msgspec.Struct):
    data: list[Job]
    next_cursor: UUID | None


class OperationsJobController(Controller):
    path = "/admin/jobs"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(operation_id="listJobs", summary="Jobs of every kind, newest first", sync_to_thread=True)
    def list(
        self,
        services: NamedDependency[Services],
        kind: FromQuery[JobKind | None] = None,
        status: Annotated[str | None, QueryParameter(max_length=32, pattern=r"^[A-Z_]+$", required=False)] = None,
        flight_id: FromQuery[UUID | None] = None,
        user: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> JobPage:
        """All that is given must match. `status` is one of the kind's own. `flight_id`: bookings on that flight, and its cancellation.
        `user`: the username of who booked or uploaded.
        """
        wanted = JobFilter(kind=kind, status=status, flight_id=flight_id, username=user)
        with services.db.snapshot() as connection:
            jobs, following = listing.list_jobs(connection, wanted, before=cursor, limit=limit)
        return JobPage(jobs, following)
