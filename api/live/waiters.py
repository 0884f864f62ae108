"""The requests of this process that wait for a job (`Prefer: wait`)."""

from __future__ import annotations

import asyncio
from uuid import UUID


class Waiters:
    """Used on the event loop only. A job event ends the wait; then the waiter reads Postgres."""

    def __init__(self) -> None:
        self._futures: dict[UUID, set[asyncio.Future[None]]] = {}
        self.dismissed = False
        """This process is about to end: no new waits."""

    def __len__(self) -> int:
        """The jobs for which a client waits."""
        return len(self._futures)

    def expect(self, job_id: UUID) -> asyncio.Future[None]:
        """A future that ends with the next event of this job, or at once if this process is about to end. Create it before reading the job, so
        that no event is missed between the two.

        Call `forget` when it is not needed any more.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.dismissed:
            future.set_result(None)
            return future
        self._futures.setdefault(job_id, set()).add(future)
        return future

    def wake(self, job_id: UUID) -> None:
        """Wake all requests that wait for this job, which then read it again."""
        for future in self._futures.pop(job_id, ()):
            if not future.done():
                future.set_result(None)

    def dismiss(self) -> None:
        """Wake all waiters, which then read Postgres one last time."""
        self.dismissed = True
        for job_id in list(self._futures):
            self.wake(job_id)

    def forget(self, job_id: UUID, future: asyncio.Future[None]) -> None:
        """End this wait; others may still wait for the job."""
        waiting = self._futures.get(job_id)
        if waiting is not None:
            waiting.discard(future)
            if not waiting:
                del self._futures[job_id]
