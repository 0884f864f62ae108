"""Read jobs for clients that follow them: many in one query, or wait until a job is done.

Jobs are always read from Postgres. The results of finished jobs are kept in memory for two reasons: they are the answer while Postgres cannot
be reached; and if Postgres returns the same text for a booking as before, its job need not be made and encoded again.
"""

from __future__ import annotations

import asyncio
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

import msgspec
import structlog

from api.live.waiters import Waiters
from core.batching import OF_CLIENTS, Batcher
from core.bookings.reading.by_id import read_texts, view_of
from core.db import AWAY, Database
from core.errors import Unavailable
from core.jobs.status import Job, booking_job, read_other_jobs
from core.telemetry.incidents import Incident

BACKSTOP_SECONDS: Final = 1.0
"""How often a waiting client's job is read from Postgres without a job event, while few clients wait."""
LOOKS_PER_SECOND: Final = 500
"""The most such reads of all waiting clients of a process together. The more clients wait, the less often each job is read."""
JITTER: Final = 0.2
"""The random part of a wait, as a fraction of it, so that clients that came at the same time do not cause reads at the same time."""
REMEMBERED: Final = 10_000
"""The most results of finished jobs in memory, of about 7 kB each; the least recently read ones are removed first."""

_log = structlog.get_logger(__name__)
_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True)
class JobState:
    """A job as it was read. `text`: that of its booking (`core/bookings/reading/by_id.py`); None: it is no booking."""

    job: Job
    text: str | None = None

    @cached_property
    def body(self) -> bytes:
        """The job as JSON."""
        return _encoder.encode(self.job)

    @cached_property
    def etag(self) -> str:
        return f'"{self.job.status}-{zlib.crc32(self.body):08x}"'


class JobReader:
    """Used on the event loop only. The jobs that clients request while one query runs are read with the next query."""

    def __init__(self, db: Database, waiters: Waiters) -> None:
        self._db = db
        self._waiters = waiters
        self._reader: Batcher[UUID, JobState | None] = Batcher("job-reader", self._read, limit=500, patience=OF_CLIENTS)
        self._ended: dict[UUID, JobState] = {}
        self._unread = Incident(_log, "a job that was promised cannot be read", "jobs that were promised are read again")

    async def read(self, job_id: UUID) -> JobState | None:
        """The present state of the job; None: there is no such job. While Postgres is away, the state of a job that was done when it was
        last read.

        Raises:
            `core.db.AWAY`: Postgres is away, and no final result of this job is in memory.
        """
        try:
            return await self._reader.submit(job_id)
        except Unavailable:  # Postgres hangs
            known = self._ended.get(job_id)
            if known is None:
                raise
            return known

    async def wait(self, job_id: UUID, seconds: float, *, is_new: bool = False) -> JobState | None:
        """Wait until the job is done, and return it. Returns its present state if the time is over or this process is about to end.

        `is_new`: the job cannot have changed yet, so it is not read before its first event. The event loop has not run since the job was
        queued for sending, so its events are still to come.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        may_have_changed = not is_new
        while True:
            event = self._waiters.expect(job_id)
            try:
                if may_have_changed:
                    state = await self.read(job_id)
                    if state is None or state.job.done or loop.time() >= deadline or self._waiters.dismissed:
                        return state
                may_have_changed = True
                await asyncio.wait([event], timeout=min(deadline - loop.time(), backstop_seconds(len(self._waiters))))
            finally:
                self._waiters.forget(job_id, event)

    async def follow(self, job_id: UUID, seconds: float, *, is_new: bool = False) -> Job | None:
        """As `wait`, for a booking that was accepted or paid. None if its state cannot be read now; it is accepted or paid nevertheless."""
        try:
            state = await self.wait(job_id, seconds, is_new=is_new)
        except Exception as error:
            self._unread.failed(job_id=str(job_id), error=repr(error))
            return None
        self._unread.succeeded()
        return None if state is None else state.job

    def stop_waiting(self) -> None:
        """Answer all waiting requests with the present state. Later requests do not wait."""
        self._waiters.dismiss()

    async def close(self) -> None:
        await self._reader.close()

    def _read(self, job_ids: list[UUID]) -> list[JobState | Exception | None]:
        wanted = list(dict.fromkeys(job_ids))
        try:
            with self._db.snapshot() as connection:
                texts = read_texts(connection, wanted)
                others = read_other_jobs(connection, [job_id for job_id in wanted if job_id not in texts])
        except AWAY as error:
            return [self._ended.get(job_id, error) for job_id in job_ids]
        states = {job_id: self._state(job_id, text) for job_id, text in texts.items()}
        states |= {job_id: JobState(job) for job_id, job in others.items()}
        for job_id, state in states.items():
            if isinstance(state, JobState):
                self._remember(job_id, state)
        return [states.get(job_id) for job_id in job_ids]

    def _state(self, job_id: UUID, text: str) -> JobState | Exception:
        """An error if this version of the code cannot read the booking, so that the other jobs of the batch are still read."""
        known = self._ended.get(job_id)
        if known is not None and known.text == text:
            return known
        try:
            return JobState(booking_job(view_of(text)), text)
        except Exception as error:
            return error

    def _remember(self, job_id: UUID, state: JobState) -> None:
        self._ended.pop(job_id, None)
        if state.job.done:
            self._ended[job_id] = state
            if len(self._ended) > REMEMBERED:
                del self._ended[next(iter(self._ended))]  # the least recently read job


def backstop_seconds(waiting: int, *, chance: Callable[[], float] = random.random) -> float:
    """How long one of so many waiters relies on job events. `chance` gives numbers from 0 to 1."""
    return max(BACKSTOP_SECONDS, waiting / LOOKS_PER_SECOND) * (1 - JITTER + 2 * JITTER * chance())
