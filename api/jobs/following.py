"""Answer a client that follows a job. The fast path (`fast_path.py`) and the handler (`controller.py`) call it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec

from api.http.polling import retry_after_header, wait_seconds
from api.live.backlog import Backlog
from api.live.services import Live
from api.pages import files
from core.jobs.status import Job, JobNotFound
from core.users.tokens import Principal

_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """`body`: the job as JSON; None if the client has it already (304)."""

    status: HTTPStatus
    headers: dict[str, str]
    body: bytes | None


async def follow(
    live: Live, principal: Principal, job_id: UUID, *, prefer: str | None, if_none_match: str | None, load_run: str | None
) -> JobAnswer:
    """The present state of the job; with `Prefer: wait=n` the state when it is done, or after n seconds.

    Raises:
        JobNotFound: there is no such job, or it is somebody else's.
        `core.db.AWAY`: Postgres is away, and no final result of this job is in memory.
    """
    seconds = wait_seconds(prefer)
    if load_run is not None:
        live.load_run_polls.count(load_run)
    state = await live.jobs.read(job_id)
    if state is None or not _may_see(state.job, principal):
        raise JobNotFound("There is no such job.")
    if seconds and not state.job.done:
        state = await live.jobs.wait(job_id, seconds) or state
    job = state.job
    headers = {"etag": state.etag, "cache-control": "no-store"}
    described = _with_position(job, live.backlog)
    if not job.done:
        headers["retry-after"] = _ask_again(described, live.backlog)
    if seconds:
        headers["preference-applied"] = f"wait={seconds}"
    if files.is_known(headers["etag"], if_none_match):
        return JobAnswer(HTTPStatus.NOT_MODIFIED, headers, None)
    # The place in the queue is not part of the tag: a client that only moved up gets 304.
    return JobAnswer(HTTPStatus.OK, headers, state.body if described is job else _encoder.encode(described))


def _with_position(job: Job, backlog: Backlog) -> Job:
    """The job with its position in the queue, if it waits in one."""
    if job.done or job.status != "PENDING" or job.kind != "booking":
        return job
    position = backlog.position(job.job_id)
    return msgspec.structs.replace(job, queue_position=position, eta_ms=backlog.eta_ms(position))


def _ask_again(job: Job, backlog: Backlog) -> str:
    """`Retry-After`: when the client should poll again. The time is estimated for bookings that wait for their seats, and for no other
    jobs.
    """
    waits = job.kind == "booking" and job.status == "PENDING"
    return retry_after_header(backlog.seconds_until_done(job.queue_position) if waits else None)


def _may_see(job: Job, principal: Principal) -> bool:
    return principal.sees_everything or (job.booking is not None and job.booking.user_id == principal.user_id)
