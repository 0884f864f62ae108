"""Jobs: one resource for everything that a client can follow."""

from __future__ import annotations

import zlib
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter

from api.contract.headers import CACHE_CONTROL, ETAG, RETRY_AFTER
from api.http.polling import ask_again_in
from api.http.prefer import LONGEST_PREFERENCE, wait_seconds
from api.live.backlog import Backlog
from api.load_runs import LoadRunName
from api.pages import files
from api.services import Services, SignedRequest
from core.jobs.status import Job, JobNotFound
from core.users.tokens import Principal

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        required=False,
        max_length=LONGEST_PREFERENCE,
        description="`wait=n`: answer when it is done, or after n seconds (25 at most).",
    ),
]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match", required=False, max_length=500)]


class JobController(Controller):
    """Known from the moment of the 202, for at least 30 days."""

    path = "/api/v1"
    tags = ("jobs",)

    @get(
        ["/jobs/{job_id:uuid}", "/booking/status/{job_id:uuid}"],
        operation_id="getJob",
        summary="Follow a job",
        response_headers=(ETAG, CACHE_CONTROL, RETRY_AFTER),
        responses={304: ResponseSpec(None, description="Nothing has changed since the answer with this `ETag`.")},
        opt={"errors": (JobNotFound,)},
    )
    async def read(
        self,
        job_id: FromPath[UUID],
        request: SignedRequest,
        services: NamedDependency[Services],
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
        load_run: LoadRunName = None,
    ) -> Response[Job]:
        """The job as it is now; with `Prefer: wait=n`, as it is once it is done. While it is not done, `Retry-After` says when to ask again."""
        seconds = wait_seconds(prefer)
        live = services.live
        if load_run is not None:
            live.load_run_polls.count(load_run)
        job = await live.jobs.read(job_id)
        if job is None or not _may_see(job, request.user):
            raise JobNotFound("There is no such job.")
        if seconds and not job.done:
            job = await live.jobs.wait(job_id, seconds) or job
        described = describe(job, live.backlog)
        headers = {"etag": _etag(job), "cache-control": "no-store"}
        if not job.done:
            headers["retry-after"] = _ask_again(described, live.backlog)
        if seconds:
            headers["preference-applied"] = f"wait={seconds}"
        if files.is_known(headers["etag"], if_none_match):
            return Response[Any](None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(described, headers=headers)


def describe(job: Job, backlog: Backlog) -> Job:
    """The job with its place in the queue, if it waits in one."""
    if job.done or job.status != "PENDING" or job.kind != "booking":
        return job
    position = backlog.position(job.job_id)
    return msgspec.structs.replace(job, queue_position=position, eta_ms=backlog.eta_ms(position))


def _ask_again(job: Job, backlog: Backlog) -> str:
    """A booking that waits for its seats is done when the queue has come to it; how long the rest takes, nobody can tell."""
    waits = job.kind == "booking" and job.status == "PENDING"
    return ask_again_in(backlog.seconds_until_done(job.queue_position) if waits else None)


def _may_see(job: Job, principal: Principal) -> bool:
    return principal.sees_everything or (job.booking is not None and job.booking.user_id == principal.user_id)


def _etag(job: Job) -> str:
    """Changes with whatever the job says. The place in the queue is no change: a poller that only moved up still gets its 304."""
    return f'"{job.status}-{zlib.crc32(msgspec.json.encode(job)):08x}"'
