"""Follow a job: read it, many readers in one query, or wait until it is done."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

from api.live.waiters import Waiters
from core.batching import Batcher
from core.db import Database
from core.jobs.status import Job, read_jobs

BACKSTOP_SECONDS: Final = 1.0
"""How long a waiter trusts the news before it looks for itself."""


class JobReader:
    """Lives on the event loop. What many pollers ask while one query runs is the next query."""

    def __init__(self, db: Database, waiters: Waiters) -> None:
        self._db = db
        self._waiters = waiters
        self._reader: Batcher[UUID, Job | None] = Batcher("job-reader", self._read, limit=500)

    async def read(self, job_id: UUID) -> Job | None:
        """The job as it is now, or None."""
        return await self._reader.submit(job_id)

    async def wait(self, job_id: UUID, seconds: float) -> Job | None:
        """The job once it is done, or as it is when the time is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            news = self._waiters.expect(job_id)
            try:
                job = await self.read(job_id)
                left = deadline - loop.time()
                if job is None or job.done or left <= 0:
                    return job
                await asyncio.wait([news], timeout=min(left, BACKSTOP_SECONDS))
            finally:
                self._waiters.forget(job_id, news)

    async def close(self) -> None:
        await self._reader.close()

    def _read(self, job_ids: list[UUID]) -> list[Job | None]:
        with self._db.snapshot() as connection:
            jobs = read_jobs(connection, list(dict.fromkeys(job_ids)))
        return [jobs.get(job_id) for job_id in job_ids]
