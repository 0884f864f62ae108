"""What the door knows of a sold-out flight is read anew before it is forgotten."""

from __future__ import annotations

import asyncio
from uuid import UUID

from api.live.seat_count_cache import SeatCountCache
from tests.support.pipeline import Pipeline


async def ask_until(cache: SeatCountCache, flight: UUID, seats: int) -> None:
    async with asyncio.timeout(20):
        while cache.known(flight) != seats:
            cache.freshen(flight)
            await asyncio.sleep(0.01)


def test_a_count_that_is_asked_for_is_read_before_it_is_forgotten(pipeline: Pipeline) -> None:
    async def scenario() -> None:
        flight = pipeline.flight(3)
        cache = SeatCountCache(pipeline.db)
        cache.note({flight: 0})
        await ask_until(cache, flight, 3)
        await cache.close()

    asyncio.run(scenario())


def test_a_flight_that_nobody_knows_is_not_read(pipeline: Pipeline) -> None:
    async def scenario() -> None:
        flight = pipeline.flight(3)
        cache = SeatCountCache(pipeline.db)
        cache.freshen(flight)
        await cache.close()
        assert cache.known(flight) is None

    asyncio.run(scenario())
