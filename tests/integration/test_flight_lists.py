"""A prepared JSON list of flights is sent again only while its seat counts are up to date."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from uuid import UUID

import msgspec
import pytest

from api.live import seat_count_cache
from api.live.seat_count_cache import SeatCountCache
from api.search import flight_lists
from api.search.flight_lists import FlightList
from core.clock import now
from core.flights import queries
from tests.support.pipeline import Pipeline


class Lists:
    """Two flights of ten seats, of which the first has `free` seats left."""

    def __init__(self, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
        self.first, self.second = pipeline.flight(10), pipeline.flight(10)
        self.counts = SeatCountCache(pipeline.db)
        self.counts.note({self.first: free, self.second: 10})
        with pipeline.db.snapshot() as connection:
            views = [queries.get_flight(connection, flight) for flight in (self.first, self.second)]
        self.flights = FlightList.read(msgspec.msgpack.encode(views))
        self.departure = views[0].departure_ts
        self.encoded = 0
        array = flight_lists._array

        def counted(flights: object, least: int, limit: int) -> bytes:
            self.encoded += 1
            return array(flights, least, limit)  # type: ignore[arg-type]

        monkeypatch.setattr(flight_lists, "_array", counted)

    async def ask(self, *, seats: int | None = None, limit: int = 20) -> list[tuple[UUID, int]]:
        body = await self.flights.encode(self.counts, now=now(), seats=seats, limit=limit)
        return [(UUID(flight["id"]), flight["available_seats"]) for flight in json.loads(body)]


def test_an_unchanged_list_is_encoded_once(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        lists = Lists(pipeline, monkeypatch, free=3)
        both = [(lists.first, 3), (lists.second, 10)]
        assert await lists.ask() == await lists.ask() == both
        assert lists.encoded == 1
        lists.counts.note({lists.first: 3})  # the same number again
        assert await lists.ask() == both
        assert lists.encoded == 1

    asyncio.run(scenario())


def test_other_parameters_and_other_seats_make_another_list(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        lists = Lists(pipeline, monkeypatch, free=3)
        assert await lists.ask() == [(lists.first, 3), (lists.second, 10)]
        assert await lists.ask(limit=1) == [(lists.first, 3)]
        assert await lists.ask(seats=4) == [(lists.second, 10)]
        assert await lists.ask(seats=3) == [(lists.first, 3), (lists.second, 10)]
        lists.counts.note({lists.first: 2})
        assert await lists.ask(seats=3) == [(lists.second, 10)]
        lists.counts.distrust()
        assert await lists.ask() == [(lists.first, 10), (lists.second, 10)]  # as Postgres says
        await lists.counts.close()

    asyncio.run(scenario())


def test_a_flight_that_left_is_not_in_the_list(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        lists = Lists(pipeline, monkeypatch, free=3)
        assert len(await lists.ask()) == 2
        body = await lists.flights.encode(lists.counts, now=lists.departure, seats=None, limit=20)
        assert [UUID(flight["id"]) for flight in json.loads(body)] == [lists.second]

    asyncio.run(scenario())


def test_seat_counts_that_are_too_old_are_read_again(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        monkeypatch.setattr(seat_count_cache, "TRUSTED_SECONDS", 0.05)
        lists = Lists(pipeline, monkeypatch, free=3)
        both: Sequence[tuple[UUID, int]] = [(lists.first, 10), (lists.second, 10)]
        async with asyncio.timeout(20):
            while await lists.ask() != both:
                await asyncio.sleep(0.01)
        await lists.counts.close()

    asyncio.run(scenario())
