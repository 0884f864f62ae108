"""The backlog, the bookings that wait for a worker, read once a second: positions in the queue, estimated times, and the limits beyond which
bookings are refused.

An account may use a ninth of the free room in the backlog. So a few accounts cannot fill it: the fuller it is, the smaller is the
share.

An example with a limit of 100,000: in an empty backlog one account can have at most 10,000 waiting bookings (then 90,000 are
free, and a ninth of that is 10,000). If others have filled it up to 91,000, 9,000 are free and the share is 1,000.
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

from api.live.background_task import BackgroundTask
from api.live.job_events import JobEventsReader
from core.bookings.errors import TooManyWaiting
from core.bookings.unfinished.backlog import Waiting, read_waiting
from core.db import AWAY, Database
from core.errors import Overloaded
from core.telemetry.incidents import Incident

PERIOD_SECONDS: Final = 1.0
POSITIONS: Final = 10_000
"""Only jobs nearer to the head of the queue than this get their position."""
LONGEST_RETRY_SECONDS: Final = 60
SMOOTHING: Final = 0.3
SHARE: Final = 1 / 9
"""The share of one account in the free room of the backlog. With it, one account alone gets at most a tenth of the limit."""

_log = structlog.get_logger(__name__)


class Backlog(BackgroundTask):
    """Used on the event loop only; its query runs in a thread."""

    def __init__(self, db: Database, job_events: JobEventsReader, *, limit: int, is_shared: bool) -> None:
        """`is_shared`: whether one account has a share only. Load tests book with one account as fast as they can."""
        self._db = db
        self._job_events = job_events
        self._is_shared = is_shared
        self._waiting_of: dict[UUID, int] = {}
        self._accepted: Counter[UUID] = Counter()
        """Account -> bookings that this process accepted since the backlog was last read."""
        self._accepted_count = 0
        """Their number. It is kept, because in a rush thousands of accounts would be added up for each booking."""
        self.limit = limit
        self._head: list[UUID] = []
        self.waiting = 0
        self.oldest_seconds = 0.0
        """How long the booking that waits longest has waited; 0 when none waits."""
        self.per_second = 0.0
        """Bookings that workers finish per second, as a moving average."""
        self._outage = Incident(_log, "the backlog cannot be read", "the backlog is read again")
        self._broken = Incident(_log, "the backlog cannot be read", "the backlog is read again", level=logging.ERROR)

    def check(self, user_id: UUID) -> None:
        """Check whether one more booking of this account may wait, and count it.

        Raises:
            Overloaded: more bookings wait than the limit. `Retry-After`: the expected time until there is room, with jitter.
            TooManyWaiting: more of this account waits than its share.
        """
        if self.waiting >= self.limit:
            raise Overloaded("Too many bookings are waiting. Try again shortly.", retry_after=self._retry_after(self.waiting))
        if not self._is_shared:
            return
        own = self._waiting_of.get(user_id, 0) + self._accepted[user_id]
        if own >= self.share:
            message = f"{own} of your bookings are waiting for a worker. Send more when they are done."
            raise TooManyWaiting(message, retry_after=self._retry_after(own))
        self._accepted[user_id] += 1
        self._accepted_count += 1

    @property
    def share(self) -> int:
        """How many bookings of one account may wait now."""
        return max(1, int((self.limit - self.waiting - self._accepted_count) * SHARE))

    @property
    def is_any_account_at_its_share(self) -> bool:
        """Whether further bookings of some accounts are refused now."""
        return self._is_shared and any(count >= self.share for count in self._waiting_of.values())

    def _retry_after(self, waiting: int) -> int:
        """The expected seconds until workers have finished so many bookings, with jitter."""
        seconds = waiting / self.per_second if self.per_second else LONGEST_RETRY_SECONDS
        return max(1, round(min(LONGEST_RETRY_SECONDS, seconds) * random.uniform(0.8, 1.2)))

    def position(self, booking_id: UUID) -> int | None:
        """The position in the queue, 1 for the next. None beyond `POSITIONS`, and for a booking that did not wait when the backlog
        was last read.
        """
        index = bisect_left(self._head, booking_id)
        return index + 1 if index < len(self._head) and self._head[index] == booking_id else None

    def eta_ms(self, position: int | None) -> int | None:
        """Milliseconds until a job at this position is done, at the present speed of the workers."""
        return round(position / self.per_second * 1000) if position is not None and self.per_second else None

    def seconds_until_done(self, position: int | None) -> float | None:
        """How long a job at this position takes at the present speed of the workers; without a position, a job behind all that wait.

        None if no worker has finished anything for a while.
        """
        ahead = self.waiting if position is None else position
        return ahead / self.per_second if self.per_second else None

    async def _run(self) -> None:
        finished, at = self._job_events.finished, time.monotonic()
        while True:
            await asyncio.sleep(PERIOD_SECONDS)
            now = time.monotonic()
            rate = (self._job_events.finished - finished) / (now - at)
            finished, at = self._job_events.finished, now
            if rate or self.waiting:
                self.per_second += (rate - self.per_second) * SMOOTHING
            before_query = self._accepted.copy()
            try:
                seen = await asyncio.to_thread(self._look)
            except AWAY as error:
                self._outage.failed(error=str(error))
            except Exception:
                # If this task ended, the process would accept and refuse bookings by outdated numbers until its end.
                self._broken.failed(exc_info=True)
            else:
                self.waiting, self._head, self.oldest_seconds = seen.count, seen.head, seen.oldest_seconds
                self._waiting_of = seen.by_account
                self._accepted -= before_query
                self._accepted_count = self._accepted.total()
                self._outage.succeeded()
                self._broken.succeeded()

    def _look(self) -> Waiting:
        """Bookings are only counted for accounts that have used a large part of their share. The others are far from the limit."""
        with self._db.snapshot() as connection:
            by_account = max(1, self.share // 4) if self._is_shared else None
            return read_waiting(connection, head=POSITIONS, limit=self.limit, by_account_from=by_account)
