"""How much work waits, looked at once a second: queue positions, the estimate, and the limits beyond which the door closes.

One account has a share of the room that is left. So the first thousand bookings of one account do not shut everybody out, and neither
do those of ten: the fuller the backlog, the smaller the share, and there is always room for somebody who has nothing waiting.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from bisect import bisect_left
from collections import Counter
from typing import Final
from uuid import UUID

import structlog

from api.live.job_events import JobEventsReader
from core.bookings.errors import TooManyWaiting
from core.db import AWAY, Database, RawConnection
from core.errors import Overloaded
from core.telemetry.incidents import Incident

PERIOD_SECONDS: Final = 1.0
POSITIONS: Final = 10_000
"""Jobs nearer to the head than this are told their position."""
LONGEST_RETRY_SECONDS: Final = 60
SMOOTHING: Final = 0.3
SHARE: Final = 1 / 9
"""Of the room that is left, so that one account alone has a tenth of the limit at most."""

_log = structlog.get_logger(__name__)


class Backlog:
    """Lives on the event loop; its query runs in a thread."""

    def __init__(self, db: Database, news: JobEventsReader, *, limit: int, is_shared: bool) -> None:
        """`is_shared`: whether one account has a share only. Load tests book with one account as fast as they can."""
        self._db = db
        self._news = news
        self._is_shared = is_shared
        self._waiting_of: dict[UUID, int] = {}
        self._let_in: Counter[UUID] = Counter()
        """Since the last look, by this process."""
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

    def check(self, user_id: UUID) -> None:
        """Let one more booking of this account in.

        Raises:
            Overloaded: more work waits than the limit; `Retry-After` is what it takes to drain, with jitter.
            TooManyWaiting: more of this account waits than its share.
        """
        if self.waiting >= self.limit:
            raise Overloaded("Too many bookings are waiting; try again shortly.", retry_after=self._time_to_work(self.waiting))
        if not self._is_shared:
            return
        own = self._waiting_of.get(user_id, 0) + self._let_in[user_id]
        if own >= self.share:
            told = f"{own} of your bookings are waiting to be worked; send more when they are done."
            raise TooManyWaiting(told, retry_after=self._time_to_work(own))
        self._let_in[user_id] += 1

    @property
    def share(self) -> int:
        """How many bookings of one account may wait now."""
        return max(1, int((self.limit - self.waiting - self._let_in.total()) * SHARE))

    @property
    def anybody_has_their_share(self) -> bool:
        """Whether further bookings of some account are refused."""
        return self._is_shared and any(count >= self.share for count in self._waiting_of.values())

    def _time_to_work(self, waiting: int) -> int:
        seconds = waiting / self.per_second if self.per_second else LONGEST_RETRY_SECONDS
        return max(1, round(min(LONGEST_RETRY_SECONDS, seconds) * random.uniform(0.8, 1.2)))

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
            begun = self._let_in.copy()
            try:
                self.waiting, self._head, self.oldest_seconds, self._waiting_of = await asyncio.to_thread(self._look)
            except AWAY as error:
                self._outage.failed(error=str(error))
            except Exception:
                # A task that ends here would leave the door as it is, open or shut, for as long as the process lives.
                self._broken.failed(exc_info=True)
            else:
                self._let_in -= begun
                self._outage.succeeded()
                self._broken.succeeded()

    def _look(self) -> tuple[int, list[UUID], float, dict[UUID, int]]:
        with self._db.snapshot() as connection:
            head = [
                row[0]
                for row in connection.execute(
                    "SELECT id FROM bookings WHERE next_at IS NOT NULL AND status = 'PENDING' ORDER BY id LIMIT %s", (POSITIONS,)
                ).fetchall()
            ]
            oldest_seconds = _age(connection, head[0]) if head else 0.0
            waiting_of = self._count_by_account(connection) if self._is_shared and head else {}
            if len(head) < POSITIONS:
                return len(head), head, oldest_seconds, waiting_of
            counted = connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM bookings WHERE next_at IS NOT NULL AND status = 'PENDING' LIMIT %s) AS waiting",
                (self.limit,),
            ).fetchone()
            return counted[0] if counted else 0, head, oldest_seconds, waiting_of

    def _count_by_account(self, connection: RawConnection) -> dict[UUID, int]:
        """Of those that have a good part of their share; with the others it is no question."""
        return dict(
            connection.execute(
                """
                SELECT user_id, count(*) FROM bookings WHERE next_at IS NOT NULL AND status = 'PENDING'
                GROUP BY user_id HAVING count(*) >= %s
                """,
                (max(1, self.share // 4),),
            ).fetchall()
        )


def _age(connection: RawConnection, booking_id: UUID) -> float:
    """Seconds since it was accepted."""
    found = connection.execute(
        "SELECT extract(epoch FROM clock_timestamp() - created_at)::float8 FROM bookings WHERE id = %s", (booking_id,)
    ).fetchone()
    return float(found[0]) if found else 0.0
