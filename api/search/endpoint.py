"""Answers searches: a query becomes queries of the cache, and their results become JSON with the seats that are free now.

A question that was understood once is known by the bytes of its query from then on, and its response needs no framework
(`api/search/fast_path.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, TypeVar

import msgspec
from redis.exceptions import RedisError

from api.live.seat_count_cache import SeatCountCache
from api.search.flight_lists import FlightList
from core import clock, keys
from core.db import Database
from core.errors import Invalid
from core.flights import airports
from core.flights.airports import ServedPlace
from core.flights.announcements import served_places
from core.places import wanted
from core.places.folding import fold
from core.places.wanted import Wanted, WantedRoute
from core.search import flight_search
from core.search.cache import REDIS_SECONDS, CacheQuery, CacheResult, SearchCache
from core.search.cached_entries import Names
from core.search.flight_search import SearchSort
from core.search.suggestions import Suggestions

QUERIES: Final = 20_000
"""Queries remembered; beyond this the endpoint starts anew."""
QUERY_BYTES: Final = 300
"""A longer one is read again each time."""

Value = TypeVar("Value")

_encode = msgspec.msgpack.Encoder().encode
_read_places = msgspec.msgpack.Decoder(list[ServedPlace]).decode


class UnderstoodSearch(NamedTuple):
    """A search as it was understood: a question for each route between the airports that are meant. `seats`: how many must be free in
    each flight, None for any number, also none. `matched`: those airports, in words for a header.
    """

    questions: tuple[CacheQuery[FlightList], ...]
    sort: SearchSort
    seats: int | None
    limit: int
    matched: str


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
            spellings={fold(place.airport.name): place.key for place in unknown},
        )


class SearchEndpoint:
    """Used on the event loop only."""

    def __init__(self, db: Database, cache: SearchCache, seat_counts: SeatCountCache) -> None:
        self._db = db
        self._cache = cache
        self._seat_counts = seat_counts
        self._understood: dict[bytes, UnderstoodSearch] = {}
        self._typed: dict[bytes, tuple[str, int]] = {}

    def recall(self, query: bytes) -> UnderstoodSearch | None:
        """What a query means, if it was understood before."""
        return self._understood.get(query)

    async def understand(
        self, query: bytes, *, source: str, destination: str, day: date, sort: SearchSort, seats: int | None, limit: int
    ) -> UnderstoodSearch:
        """What the parameters of a query mean. It is remembered, unless its places have to be looked for each time."""
        route = wanted.read(source, destination)
        sources, destinations = await self._keys(route.source), await self._keys(route.destination)
        questions = tuple(self._flights(*each, day, sort) for each in routes_between(sources, destinations))
        search = UnderstoodSearch(questions, sort, seats, limit, _matched(route))
        if route.source.known and route.destination.known:
            _remember(self._understood, query, search)
        return search

    def recall_typed(self, query: bytes) -> tuple[str, int] | None:
        """The typed text and the limit of a query for suggestions, if it was understood before."""
        return self._typed.get(query)

    async def suggest(self, query: bytes, typed: str, limit: int) -> tuple[bytes, CacheResult[Served]]:
        """A JSON array of the places for what was typed, and the cache result that it is made from. The query is remembered."""
        _remember(self._typed, query, (typed, limit))
        answer = await self.served()
        return answer.value.suggestions.encoded(typed, limit), answer

    async def answer(self, search: UnderstoodSearch) -> tuple[bytes, CacheResult[FlightList]]:
        """A JSON array of flights, and the cache result that it is made from."""
        answer = await self._answer(search)
        body = await answer.value.encode(self._seat_counts, now=clock.now(), seats=search.seats, limit=search.limit)
        return body, answer

    async def served(self) -> CacheResult[Served]:
        """Every place that has a flight."""
        names = Names(keys.AIRPORTS, keys.AIRPORTS_VERSION, keys.AIRPORTS_LOCK)
        return await self._cache.get(CacheQuery(names, self._list_places, Served.read))

    async def routes(self, source: str, destination: str) -> list[tuple[str, str]]:
        """The routes between the places that a traveller means, by their keys: of several airports those that have flights.

        Raises:
            Invalid: an end may be one of several cities, or both are the same place.
        """
        sources, destinations = await self.ends(source, destination)
        found = routes_between(sources, destinations)
        if len(found) == 1:
            return found
        keys = (await self.served()).value.keys
        return [each for each in found if keys.issuperset(each)]

    async def ends(self, source: str, destination: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The keys of all places that a traveller may mean by either end, whether they have flights or not.

        Raises:
            Invalid: an end may be one of several cities, or both are the same place.
        """
        route = wanted.read(source, destination)
        sources, destinations = await self._keys(route.source), await self._keys(route.destination)
        if all(departure == arrival for departure, arrival in routes_between(sources, destinations)):
            raise Invalid.field("?destination", "same_place", "Source and destination are the same place.")
        return sources, destinations

    async def _keys(self, end: Wanted) -> tuple[str, ...]:
        """The keys of what is meant. What no registry knows is looked for among the places that have flights."""
        if end.known:
            return end.keys
        served = (await self.served()).value
        return tuple(key if key in served.keys else served.spellings.get(fold(key), key) for key in end.keys)

    async def _answer(self, search: UnderstoodSearch) -> CacheResult[FlightList]:
        if len(search.questions) == 1:
            return await self._cache.get(search.questions[0])
        answers = await asyncio.gather(*map(self._cache.get, search.questions))
        flights = FlightList.merged([answer.value for answer in answers], search.sort)
        return CacheResult(flights, max(answer.age for answer in answers), hit=all(answer.hit for answer in answers))

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

    def _flights(self, source_key: str, destination_key: str, day: date, sort: SearchSort) -> CacheQuery[FlightList]:
        def compute() -> bytes:
            with self._db.snapshot() as connection:
                return _encode(flight_search.find_flights(connection, source_key, destination_key, day, sort))

        route = source_key, destination_key
        names = Names(keys.search(*route, day, sort), keys.route_version(*route, day), keys.search_lock(*route, day, sort))
        return CacheQuery(names, lambda: asyncio.to_thread(compute), FlightList.read)


def _remember(known: dict[bytes, Value], query: bytes, meaning: Value) -> None:
    if len(query) <= QUERY_BYTES:
        if len(known) >= QUERIES:
            known.clear()
        known[query] = meaning


def routes_between(sources: Sequence[str], destinations: Sequence[str]) -> list[tuple[str, str]]:
    """From each to each, but from no place to itself, unless nothing else is left."""
    routes = [(source, destination) for source in sources for destination in destinations]
    return [route for route in routes if route[0] != route[1]] or routes[:1]


def _matched(route: WantedRoute) -> str:
    """Airports that a search is about, as in `DEL; LHR, LGW`. A place that no registry knows has no code."""
    return "; ".join(", ".join(end.keys) if end.known else "-" for end in route)
