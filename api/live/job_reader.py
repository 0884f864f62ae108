"""Read jobs for clients that follow them: many in one query, or wait until a job is done.

The results of finished jobs are kept in memory for times when Postgres cannot be reached. Otherwise jobs are always read from Postgres.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Final
from uuid import UUID

import structlog

from api.live.waiters import Waiters
from core.batching import Batcher
from core.db import AWAY, Database
from core.jobs.status import Job, read_jobs
from core.telemetry.incidents import Incident

BACKSTOP_SECONDS: Final = 1.0
"""How often a waiting client's job is read from Postgres without a job event, while few clients wait."""
LOOKS_PER_SECOND: Final = 500
"""The most such reads of all waiting clients of a process together. The more clients wait, the less often each job is read."""
JITTER: Final = 0.2
"""The random part of a wait, as a fraction of it, so that clients that came at the same time do not cause reads at the same time."""
REMEMBERED: Final = 20_000
"""The most results of finished jobs in memory; the least recently read ones are removed first."""

_log = structlog.get_logger(__name__)


class JobReader:
    """Used on the event loop only. The jobs that clients request while one query runs are read with the next query."""

    def __init__(self, db: Database, waiters: Waiters) -> None:
        self._db = db
        self._waiters = waiters
        self._reader: Batcher[UUID, Job | None] = Batcher("job-reader", self._read, limit=500)
        self._ended: dict[UUID, Job] = {}
        self._unread = Incident(_log, "a job that was promised cannot be read", "jobs that were promised are read again")

    async def read(self, job_id: UUID) -> Job | None:
        """The present state of the job; None: there is no such job. While Postgres is away, the state of a job that was done when it was
        last read.

        Raises:
            `core.db.AWAY`: Postgres is away, and no final result of this job is in memory.
        """
        return await self._reader.submit(job_id)

    async def wait(self, job_id: UUID, seconds: float) -> Job | None:
        """Wait until the job is done, and return it. Returns its present state if the time is over or this process is about to end."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            event = self._waiters.expect(job_id)
            try:
                job = await self.read(job_id)
                left = deadline - loop.time()
                if job is None or job.done or left <= 0 or self._waiters.dismissed:
                    return job
                await asyncio.wait([event], timeout=min(left, backstop_seconds(len(self._waiters))))
            finally:
                self._waiters.forget(job_id, event)

    async def follow(self, job_id: UUID, seconds: float) -> Job | None:
        """As `wait`, for a booking that was just accepted. None if its state cannot be read now; the booking is accepted nevertheless."""
        try:
            job = await self.wait(job_id, seconds)
        except Exception as error:
            self._unread.failed(job_id=str(job_id), error=repr(error))
            return None
        self._unread.succeeded()
        return job

    def stop_waiting(self) -> None:
        """Answer all waiting requests with the present state. Later requests do not wait."""
        self._waiters.dismiss()

    async def close(self) -> None:
        await self._reader.close()

    def _read(self, job_ids: list[UUID]) -> list[Job | Exception | None]:
        try:
            with self._db.snapshot() as connection:
                jobs = read_jobs(connection, list(dict.fromkeys(job_ids)))
        except AWAY as error:
            return [self._ended.get(job_id, error) for job_id in job_ids]
        for job in jobs.values():
            self._remember(job)
        return [jobs.get(job_id) for job_id in job_ids]

    def _remember(self, job: Job) -> None:
        self._ended.pop(job.job_id, None)
        if job.done:
            self._ended[job.job_id] = job
            if len(self._ended) > REMEMBERED:
                del self._ended[next(iter(self._ended))]  # the least recently read job


def backstop_seconds(waiting: int, *, chance: Callable[[], float] = random.random) -> float:
    """How long one of so many waiters relies on job events. `chance` gives numbers from 0 to 1."""
    return max(BACKSTOP_SECONDS, waiting / LOOKS_PER_SECOND) * (1 - JITTER + 2 * JITTER * chance())
