"""The parts of this process that live on its event loop, started and stopped together."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from api.live.backlog import Backlog
from api.live.booking_intake import BookingIntake
from api.live.event_streams import EventStreams
from api.live.job_events import JobEventsReader
from api.live.job_reader import JobReader
from api.live.seat_count_cache import SeatCountCache
from api.live.waiters import Waiters
from core.bookings.fair_share import FairShare
from core.db import Database
from core.messaging.dispatcher import Dispatcher


@dataclass(frozen=True, slots=True)
class Live:
    desk: BookingIntake
    board: SeatCountCache
    jobs: JobReader
    backlog: Backlog
    news: JobEventsReader
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
        refuses_duplicates: bool,
        hold_limit: int | None,
        fair_share: FairShare | None,
    ) -> Live:
        """Make the parts; nothing runs before `start`."""
        waiters = Waiters()
        board = SeatCountCache(db)
        streams = EventStreams()
        news = JobEventsReader(redis, waiters, board, streams)
        dispatcher = Dispatcher(redis_url)
        return cls(
            desk=BookingIntake(
                db, dispatcher, refuses_duplicates=refuses_duplicates, hold_limit=hold_limit, fair_share=fair_share
            ),
            board=board,
            jobs=JobReader(db, waiters),
            backlog=Backlog(db, news, limit=backlog_limit, is_shared=shares_backlog),
            news=news,
            streams=streams,
            dispatcher=dispatcher,
        )

    def start(self) -> None:
        """On a running loop."""
        self.news.start()
        self.backlog.start()

    async def close(self) -> None:
        """Stop listening, and finish what was accepted."""
        self.streams.close()
        await self.backlog.close()
        await self.news.close()
        await self.desk.close()
        await self.jobs.close()
        await self.board.close()
        self.dispatcher.close()
