"""Where searches are answered: what a traveller asks becomes a question to the cache, and its answer becomes JSON with live seats.

A question that was understood once is known by the bytes of its query from then on, and its answer needs no framework
(`api/search/fast_path.py`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import msgspec
from redis.exceptions import RedisError

from api.live.seat_count_cache import SeatCountCache
from api.search.flight_lists import FlightList
from core import clock, keys
from core.db import Database
from core.flights import airports
from core.flights.airports import ServedPlace
from core.flights.announcements import served_places
from core.places import registry
from core.search import flight_search
from core.search.cache import REDIS_SECONDS, Answer, Question, SearchCache
from core.search.cached_entries import Names
from core.search.flight_search import SearchSort
from core.search.suggestions import Suggestions

QUERIES: Final = 20_000
"""Queries remembered; beyond this the endpoint starts anew."""
QUERY_BYTES: Final = 300
"""A longer one is read again each time."""

_encode = msgspec.msgpack.Encoder().encode
_read_places = msgspec.msgpack.Decoder(list[ServedPlace]).decode


class UnderstoodSearch(NamedTuple):
    """A search as it was understood. `seats`: how many must be free in each flight, None for any number, also none."""

    question: Question[FlightList]
    seats: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class Served:
    """The places that have flights, ready to be asked for."""

    names: list[str]
    suggestions: Suggestions
    keys: frozenset[str]
    spellings: dict[str, str]
    """The key of each place that no registry knows, by its name without accents and case; of two, the busier."""

    @classmethod
    def read(cls, body: bytes) -> Served:
        served = _read_places(body)
        unknown = sorted((place for place in served if place.airport.iata is None), key=lambda place: place.traffic)
        return cls(
            names=[place.airport.name for place in served],
            suggestions=Suggestions(served),
            keys=frozenset(place.key for place in served),
            spellings={registry.fold(place.airport.name): place.key for place in unknown},
        )


class SearchEndpoint:
    """Lives on the event loop."""

    def __init__(self, db: Database, cache: SearchCache, seat_counts: SeatCountCache) -> None:
        self._db = db
        self._cache = cache
        self._seat_counts = seat_counts
        self._understood: dict[bytes, UnderstoodSearch] = {}

    def recall(self, query: bytes) -> UnderstoodSearch | None:
        """What a query means, if it was understood before."""
        return self._understood.get(query)

    async def understand(
        self, query: bytes, *, source: str, destination: str, day: date, sort: SearchSort, seats: int | None, limit: int
    ) -> UnderstoodSearch:
        """What the parameters of a query mean. It is remembered, unless its places have to be looked for each time."""
        route = await self.place_key(source), await self.place_key(destination)
        search = UnderstoodSearch(self._flights(*route, day, sort), seats, limit)
        if len(query) <= QUERY_BYTES and registry.resolve(source) and registry.resolve(destination):
            if len(self._understood) >= QUERIES:
                self._understood.clear()
            self._understood[query] = search
        return search

    async def answer(self, search: UnderstoodSearch) -> tuple[bytes, Answer[FlightList]]:
        """A JSON array of flights, and the answer of the cache that it is made from."""
        answer = await self._cache.get(search.question)
        body = await answer.value.encode(self._seat_counts, now=clock.now(), seats=search.seats, limit=search.limit)
        return body, answer

    async def served(self) -> Answer[Served]:
        """Every place that has a flight."""
        names = Names(keys.AIRPORTS, keys.AIRPORTS_VERSION, keys.AIRPORTS_LOCK)
        return await self._cache.get(Question(names, self._list_places, Served.read))

    async def place_key(self, text: str) -> str:
        """The key of the place that a traveller means. What no registry knows is looked for among the places that have flights."""
        key = registry.place_key(text)
        if registry.resolve(text) is not None:
            return key
        served = (await self.served()).value
        return key if key in served.keys else served.spellings.get(registry.fold(text), key)

    async def _list_places(self) -> bytes:
        def read() -> list[ServedPlace]:
            with self._db.snapshot() as connection:
                return airports.list_places(connection)

        # A list that Redis is not told of is computed anew after the next flight that is added.
        redis, turn = self._cache.reachable, None
        with suppress(RedisError, TimeoutError):
            if redis is not None:
                async with asyncio.timeout(REDIS_SECONDS):
                    turn = await served_places.begin(redis)
        listed = await asyncio.to_thread(read)
        with suppress(RedisError, TimeoutError):
            if redis is not None and turn is not None:
                async with asyncio.timeout(REDIS_SECONDS):
                    await served_places.keep(redis, turn, [place.key for place in listed])
        return _encode(listed)

    def _flights(self, source_key: str, destination_key: str, day: date, sort: SearchSort) -> Question[FlightList]:
        def compute() -> bytes:
            with self._db.snapshot() as connection:
                return _encode(flight_search.find_flights(connection, source_key, destination_key, day, sort))

        route = source_key, destination_key
        names = Names(keys.search(*route, day, sort), keys.route_version(*route, day), keys.search_lock(*route, day, sort))
        return Question(names, lambda: asyncio.to_thread(compute), FlightList.read)
