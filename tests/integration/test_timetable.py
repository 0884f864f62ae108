"""The timetable in memory: no change is lost, and tables that may be out of date are dropped."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from core.db import Database
from core.flights.announcements import route_versions
from core.flights.announcements.route_versions import RouteDay, RouteDays
from core.search.itineraries.tables import day_number
from core.search.itineraries.timetable import Timetable
from tests.support.flights import noon_in
from tests.support.pipeline import Pipeline


@pytest.mark.anyio
async def test_a_change_that_overtakes_a_load_is_not_lost(db: Database, redis_url: str, pipeline: Pipeline) -> None:
    """The day is read, a flight is added and announced, and only then does the load end."""
    flight = pipeline.flight(5, departs_in=timedelta(days=3))
    with db.snapshot() as connection:
        found = connection.execute(
            "SELECT source_key, destination_key, departure_date, departure_ts FROM flights WHERE id = %s", (flight,)
        ).fetchone()
    assert found is not None
    day = day_number(found[3].date())
    async with Redis.from_url(redis_url) as client:
        timetable = Timetable(db.snapshot, client, max_bytes=2**20, seconds=300)
        await timetable.refresh()
        loading = asyncio.ensure_future(timetable.days(day, day))
        await asyncio.sleep(0)
        with db.transaction() as connection:
            connection.execute("UPDATE flights SET price = 7 WHERE id = %s", (flight,))
        route_versions.invalidate(pipeline.redis, RouteDays([RouteDay(*found[:3])]))
        await timetable.refresh()
        (table,) = await timetable.days(day, day)
        await loading
        assert table.flights.price.tolist() == [7000]
        assert [UUID(bytes=each.tobytes()) for each in table.flights.flight_id] == [flight]
        await timetable.close()


@pytest.mark.anyio
async def test_a_day_in_use_is_loaded_anew_now_and_then_without_anybody_waiting(db: Database, redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        timetable = Timetable(db.snapshot, client, max_bytes=2**20, seconds=0.4)
        day = day_number(noon_in(3).date())
        await timetable.days(day, day)
        (before,) = await timetable.days(day, day)

        async def another() -> None:
            while (await timetable.days(day, day))[0] is before:
                await asyncio.sleep(0.02)

        await asyncio.wait_for(another(), 5)
        assert 2 <= timetable.loaded <= 4
        await timetable.close()


@pytest.mark.anyio
async def test_a_reader_that_is_too_far_behind_or_whose_log_is_lost_drops_everything(
    db: Database, redis_url: str, pipeline: Pipeline
) -> None:
    async with Redis.from_url(redis_url) as client:
        timetable = Timetable(db.snapshot, client, max_bytes=2**20, seconds=300)
        day = day_number(noon_in(3).date())

        async def held_after(change: Any) -> bool:
            await timetable.refresh()
            await timetable.days(day, day)
            change()
            await timetable.refresh()
            return day in timetable.held_days

        far = RouteDays([RouteDay("AAA", "BBB", noon_in(90).date())])
        assert await held_after(partial(route_versions.invalidate, pipeline.redis, far))
        assert not await held_after(pipeline.redis.flushdb)

        def fall_behind() -> None:
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda _: route_versions.invalidate(pipeline.redis, far), range(1001)))

        assert not await held_after(fall_behind)
        near = RouteDays(RouteDay("AAA", f"B{number}", noon_in(3).date()) for number in range(201))
        assert not await held_after(partial(route_versions.invalidate, pipeline.redis, near))
        await timetable.close()
    assert timetable.loaded == 3
