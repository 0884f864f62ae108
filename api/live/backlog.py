"""How much work waits, looked at once a second: queue positions, the estimate, and the limit beyond which the door closes."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from bisect import bisect_left
from typing import Final
from uuid import UUID

import structlog

from api.live.job_events import JobEventsReader
from core.db import AWAY, Database, RawConnection
from core.errors import Overloaded
from core.telemetry.incidents import Incident

PERIOD_SECONDS: Final = 1.0
POSITIONS: Final = 10_000
"""Jobs nearer to the head than this are told their position."""
LONGEST_RETRY_SECONDS: Final = 60
SMOOTHING: Final = 0.3

_log = structlog.get_logger(__name__)


class Backlog:
    """Lives on the event loop; its query runs in a thread."""

    def __init__(self, db: Database, news: JobEventsReader, *, limit: int) -> None:
        self._db = db
        self._news = news
        self.limit = limit
        self._head: list[UUID] = []
        self._task: asyncio.Task[None] | None = None
        self.waiting = 0
        self.oldest_seconds = 0.0
        """How long the booking that waits longest has waited; 0 when none waits."""
        self.per_second = 0.0
        """Trips that workers finish, smoothed."""
        self._outage = Incident(_log, "the backlog cannot be seen", "the backlog is seen again")
        self._broken = Incident(_log, "the backlog cannot be seen", "the backlog is seen again", level=logging.ERROR)

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def check(self) -> None:
        """Let one more booking in.

        Raises:
            Overloaded: more work waits than the limit; `Retry-After` is what it takes to drain, with jitter.
        """
        if self.waiting >= self.limit:
            seconds = self.waiting / self.per_second if self.per_second else LONGEST_RETRY_SECONDS
            retry_after = max(1, round(min(LONGEST_RETRY_SECONDS, seconds) * random.uniform(0.8, 1.2)))
            raise Overloaded("Too many bookings are waiting; try again shortly.", retry_after=retry_after)

    def position(self, booking_id: UUID) -> int | None:
        """1 for the next in line. None far back, for what is not waiting, and for what the last look has not seen yet."""
        index = bisect_left(self._head, booking_id)
        return index + 1 if index < len(self._head) and self._head[index] == booking_id else None

    def eta_ms(self, position: int | None) -> int | None:
        """Milliseconds until a job at this position is done, if the workers go on as they do."""
        return round(position / self.per_second * 1000) if position is not None and self.per_second else None

    def seconds_until_done(self, position: int | None) -> float | None:
        """How long a job at this position takes if the workers go on as they do; without a position, one behind all that waits.

        None when no worker has finished anything for a while.
        """
        ahead = self.waiting if position is None else position
        return ahead / self.per_second if self.per_second else None

    async def _run(self) -> None:
        finished, at = self._news.finished, time.monotonic()
        while True:
            await asyncio.sleep(PERIOD_SECONDS)
            now = time.monotonic()
            rate = (self._news.finished - finished) / (now - at)
            finished, at = self._news.finished, now
            if rate or self.waiting:
                self.per_second += (rate - self.per_second) * SMOOTHING
            try:
                self.waiting, self._head, self.oldest_seconds = await asyncio.to_thread(self._look)
            except AWAY as error:
                self._outage.failed(error=str(error))
            except Exception:
                # A task that ends here would leave the door as it is, open or shut, for as long as the process lives.
                self._broken.failed(exc_info=True)
            else:
                self._outage.succeeded()
                self._broken.succeeded()

    def _look(self) -> tuple[int, list[UUID], float]:
        with self._db.snapshot() as connection:
            head = [
                row[0]
                for row in connection.execute(
                    "SELECT id FROM bookings WHERE next_at IS NOT NULL AND status = 'PENDING' ORDER BY id LIMIT %s", (POSITIONS,)
                ).fetchall()
            ]
            oldest_seconds = _age(connection, head[0]) if head else 0.0
            if len(head) < POSITIONS:
                return len(head), head, oldest_seconds
            counted = connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM bookings WHERE next_at IS NOT NULL AND status = 'PENDING' LIMIT %s) AS waiting",
                (self.limit,),
            ).fetchone()
            return counted[0] if counted else 0, head, oldest_seconds


def _age(connection: RawConnection, booking_id: UUID) -> float:
    """Seconds since it was accepted."""
    found = connection.execute(
        "SELECT extract(epoch FROM clock_timestamp() - created_at)::float8 FROM bookings WHERE id = %s", (booking_id,)
    ).fetchone()
    return float(found[0]) if found else 0.0
