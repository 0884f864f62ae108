"""Receive job events from Redis, with one subscription for the process: wake waiting clients, update the seat counts, and feed
the event streams.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.live.background_task import BackgroundTask
from api.live.seat_count_cache import SeatCountCache
from api.live.streams.event_streams import EventStreams
from api.live.waiters import Waiters
from core import keys
from core.events import job_events
from core.telemetry.incidents import Incident

RECONNECT_SECONDS: Final = 0.5
LISTEN_SECONDS: Final = 1.0
"""Shorter than the socket's time limit, so that silence is not an error."""

_log = structlog.get_logger(__name__)


class JobEventsReader(BackgroundTask):
    """A task that reads events from Redis as long as the process runs, also after outages of Redis."""

    def __init__(
        self, redis: Redis, waiters: Waiters, seat_counts: SeatCountCache, streams: EventStreams, keys_changed: Callable[[], None]
    ) -> None:
        self._redis = redis
        self._waiters = waiters
        self._seat_counts = seat_counts
        self._streams = streams
        self._keys_changed = keys_changed
        self._is_subscribed = False
        """Whether Redis has confirmed a subscription. A gap is sent when an outage begins and when it ends, and not at each attempt."""
        self.finished = 0
        """How many changes of a booking's status have arrived since the start. `Backlog` computes from it how many workers finish per second."""
        self._outage = Incident(_log, "job events do not arrive; waiters read Postgres", "job events arrive again")
        self._broken = Incident(
            _log, "job events cannot be read; waiters read Postgres", "job events can be read again", level=logging.ERROR
        )
        self._unread = Incident(_log, "a job event that cannot be read", "job events can be read again")

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                self._outage.failed(error=str(error))
            except Exception:
                self._broken.failed(exc_info=True)  # the next message may be readable
            self._lose()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as channel:
            await channel.subscribe(keys.JOB_EVENTS_CHANNEL)
            while True:
                message = await channel.get_message(timeout=LISTEN_SECONDS)
                self._outage.succeeded()
                self._broken.succeeded()
                if message is None:
                    continue
                if message["type"] == "message":
                    self._take(message["data"])
                else:
                    self._begin()

    def _begin(self) -> None:
        """Called when Redis has confirmed the subscription. Events of earlier commits did not reach this process."""
        self._seat_counts.distrust()
        self._streams.send_gap()
        self._is_subscribed = True

    def _lose(self) -> None:
        """The subscription is lost, or could not be made again."""
        self._seat_counts.distrust()
        if self._is_subscribed:
            self._streams.send_gap()
        self._is_subscribed = False

    def _take(self, payload: bytes) -> None:
        try:
            event = job_events.read(payload)
        except msgspec.DecodeError as error:
            self._unread.failed(error=str(error))
            return
        self._unread.succeeded()
        self._seat_counts.note(event.seats)
        self._streams.publish(event)
        if event.keys_changed:
            self._keys_changed()
        self.finished += len(event.bookings)
        for booking_id in event.bookings:
            self._waiters.wake(booking_id)
        for job_id in (*event.jobs, *event.imports):
            self._waiters.wake(job_id)
