"""Who waits for which job in this process: one future for each job, however many wait for it."""

from __future__ import annotations

import asyncio
from uuid import UUID


class Waiters:
    """Lives on the event loop. The news wakes; the reader of Postgres tells."""

    def __init__(self) -> None:
        self._futures: dict[UUID, asyncio.Future[None]] = {}

    def __len__(self) -> int:
        return len(self._futures)

    def expect(self, job_id: UUID) -> asyncio.Future[None]:
        """A future that ends with the next news of this job. Take it before looking at the job, so that no news falls between."""
        future = self._futures.get(job_id)
        if future is None:
            future = self._futures[job_id] = asyncio.get_running_loop().create_future()
        return future

    def wake(self, job_id: UUID) -> None:
        """Tell everybody who waits for this job to look again."""
        future = self._futures.pop(job_id, None)
        if future is not None and not future.done():
            future.set_result(None)

    def forget(self, job_id: UUID, future: asyncio.Future[None]) -> None:
        """Nobody waits for it any more."""
        if self._futures.get(job_id) is future:
            del self._futures[job_id]
