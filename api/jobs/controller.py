"""The endpoint of jobs: bookings, imports and cancellations of flights, which a client can follow."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, MediaType, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter

from api.contract.headers import CACHE_CONTROL, ETAG, RETRY_AFTER
from api.http.polling import LONGEST_PREFERENCE
from api.jobs.following import follow
from api.load_runs import LoadRunName
from api.services import Services, SignedRequest
from core.jobs.status import Job, JobNotFound

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        required=False,
        max_length=LONGEST_PREFERENCE,
        description="`wait=n`: respond when it is done, or after n seconds (25 at most).",
    ),
]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match", required=False, max_length=500)]


class JobController(Controller):
    """A job exists from the response 202 on, for at least 30 days."""

    path = "/api/v1"
    tags = ("jobs",)

    @get(
        ["/jobs/{job_id:uuid}", "/booking/status/{job_id:uuid}"],
        operation_id="getJob",
        summary="Get a job",
        response_headers=(ETAG, CACHE_CONTROL, RETRY_AFTER),
        responses={304: ResponseSpec(None, description="Nothing has changed since the response with this `ETag`.")},
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
        """The present state of the job; with `Prefer: wait=n` the state when it is done, or after n seconds. While it is not done,
        `Retry-After` says when to poll again.
        """
        response = await follow(
            services.live, request.user, job_id, prefer=prefer, if_none_match=if_none_match, load_run=load_run
        )
        return Response[Any](response.body, status_code=response.status, headers=response.headers, media_type=MediaType.JSON)
