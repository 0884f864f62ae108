"""The parts of this process that run on its event loop. They are started and stopped together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from redis.asyncio import Redis

from api.live.backlog import Backlog
from api.live.booking_intake import BookingIntake
from api.live.job_events import JobEventsReader
from api.live.job_reader import JobReader
from api.live.load_run_polls import LoadRunPolls
from api.live.seat_count_cache import SeatCountCache
from api.live.streams.event_streams import EventStreams
from api.live.waiters import Waiters
from core.bookings.intake.rules import BookingRules
from core.db import Database
from core.messaging.dispatcher import Dispatcher


@dataclass(frozen=True, slots=True)
class Live:
    intake: BookingIntake
    seat_counts: SeatCountCache
    jobs: JobReader
    load_run_polls: LoadRunPolls
    backlog: Backlog
    job_events: JobEventsReader
    streams: EventStreams
    dispatcher: Dispatcher
    """For handlers that run in threads."""

    @classmethod
    def build(
        cls,
        db: Database,
        redis: Redis,
        redis_url: str,
        *,
        backlog_limit: int,
        shares_backlog: bool,
        rules: BookingRules,
        keys_changed: Callable[[], None],
    ) -> Live:
        """Create the parts. Nothing runs before `start`. `keys_changed`: called on the event loop when a process created or revoked a key."""
        waiters = Waiters()
        seat_counts = SeatCountCache(db)
        streams = EventStreams()
        job_events = JobEventsReader(redis, waiters, seat_counts, streams, keys_changed)
        dispatcher = Dispatcher(redis_url)
        return cls(
            intake=BookingIntake(db, dispatcher, rules=rules),
            seat_counts=seat_counts,
            jobs=JobReader(db, waiters),
            load_run_polls=LoadRunPolls(db),
            backlog=Backlog(db, job_events, limit=backlog_limit, is_shared=shares_backlog),
            job_events=job_events,
            streams=streams,
            dispatcher=dispatcher,
        )

    def start(self) -> None:
        """Start all parts, on the running event loop."""
        self.job_events.start()
        self.backlog.start()

    async def close(self) -> None:
        """Stop listening, and finish what was accepted."""
        self.streams.close()
        await self.backlog.close()
        await self.job_events.close()
        await self.intake.close()
        await self.jobs.close()
        await self.load_run_polls.close()
        await self.seat_counts.close()
        self.dispatcher.close()
