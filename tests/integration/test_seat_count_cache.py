"""The cached count of a sold-out flight is read again before it expires."""

from __future__ import annotations

import asyncio
from uuid import UUID

from api.live.seat_count_cache import SeatCountCache
from tests.support.pipeline import Pipeline


async def ask_until(cache: SeatCountCache, flight: UUID, seats: int) -> None:
    async with asyncio.timeout(20):
        while cache.cached(flight) != seats:
            cache.refresh(flight)
            await asyncio.sleep(0.01)


def test_a_requested_count_is_read_again_before_it_expires(pipeline: Pipeline) -> None:
    async def scenario() -> None:
        flight = pipeline.flight(3)
        cache = SeatCountCache(pipeline.db)
        cache.note({flight: 0})
        await ask_until(cache, flight, 3)
        await cache.close()

    asyncio.run(scenario())


def test_a_count_that_is_not_in_the_cache_is_not_refreshed(pipeline: Pipeline) -> None:
    async def scenario() -> None:
        flight = pipeline.flight(3)
        cache = SeatCountCache(pipeline.db)
        cache.refresh(flight)
        await cache.close()
        assert cache.cached(flight) is None

    asyncio.run(scenario())
