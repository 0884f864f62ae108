"""Answers searches: parse the query of a request, query the cache, and write the results as JSON with the seats that are free now.

Parsed queries are cached by their bytes. A request with a cached query is answered without the framework (`api/search/fast_path.py`).
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
"""The most parsed queries in the cache. If there are more, the cache is emptied."""
QUERY_BYTES: Final = 300
"""Bytes. A longer query is not cached."""

Value = TypeVar("Value")

_encode = msgspec.msgpack.Encoder().encode
_read_places = msgspec.msgpack.Decoder(list[ServedPlace]).decode


class ParsedSearch(NamedTuple):
    """A parsed search: a query of the cache for each route between the airports that are meant. `seats`: how many must be free on each
    flight; None: sold-out flights are included. `matched`: these airports, as the text of a header.
    """

    queries: tuple[CacheQuery[FlightList], ...]
    sort: SearchSort
    seats: int | None
    limit: int
    matched: str


@dataclass(frozen=True, slots=True)
class Served:
    """The places that have flights, in a form for fast look-ups."""

    names: list[str]
    suggestions: Suggestions
    keys: frozenset[str]
    spellings: dict[str, str]
    """Folded name -> key, of each place that is not in the registry; if two places have one name, of the busier one."""

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
        self._parsed: dict[bytes, ParsedSearch] = {}
        self._typed: dict[bytes, tuple[str, int]] = {}

    def find_parsed(self, query: bytes) -> ParsedSearch | None:
        """The parsed query, if it is in the cache."""
        return self._parsed.get(query)

    async def parse(
        self, query: bytes, *, source: str, destination: str, day: date, sort: SearchSort, seats: int | None, limit: int
    ) -> ParsedSearch:
        """Parse the parameters of a query. The result is cached, unless its places have to be looked up each time."""
        route = wanted.read(source, destination)
        sources, destinations = await self._keys(route.source), await self._keys(route.destination)
        queries = tuple(self._flights(*each, day, sort) for each in routes_between(sources, destinations))
        search = ParsedSearch(queries, sort, seats, limit, _matched(route))
        if route.source.known and route.destination.known:
            _keep_parsed(self._parsed, query, search)
        return search

    def find_typed(self, query: bytes) -> tuple[str, int] | None:
        """The typed text and the limit of a query for suggestions, if it is in the cache."""
        return self._typed.get(query)

    async def suggest(self, query: bytes, typed: str, limit: int) -> tuple[bytes, CacheResult[Served]]:
        """A JSON array of the places for the typed text, and the cache result that it is made from. The query is cached."""
        _keep_parsed(self._typed, query, (typed, limit))
        result = await self.served()
        return result.value.suggestions.encoded(typed, limit), result

    async def list_flights(self, search: ParsedSearch) -> tuple[bytes, CacheResult[FlightList]]:
        """A JSON array of flights, and the cache result that it is made from."""
        result = await self._read_flights(search)
        body = await result.value.encode(self._seat_counts, now=clock.now(), seats=search.seats, limit=search.limit)
        return body, result

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
            raise Invalid.field("?destination", "same_place", "Source and destination are the same place. Name two places.")
        return sources, destinations

    async def _keys(self, end: Wanted) -> tuple[str, ...]:
        """The keys of the places that are meant. A name that is not in the registry is looked up among the places that have flights."""
        if end.known:
            return end.keys
        served = (await self.served()).value
        return tuple(key if key in served.keys else served.spellings.get(fold(key), key) for key in end.keys)

    async def _read_flights(self, search: ParsedSearch) -> CacheResult[FlightList]:
        if len(search.queries) == 1:
            return await self._cache.get(search.queries[0])
        results = await asyncio.gather(*map(self._cache.get, search.queries))
        flights = FlightList.merged([result.value for result in results], search.sort)
        return CacheResult(flights, max(result.age for result in results), hit=all(result.hit for result in results))

    async def _list_places(self) -> bytes:
        def read() -> list[ServedPlace]:
            with self._db.snapshot() as connection:
                return airports.list_places(connection)

        # If Redis does not store the places of this list, the list is computed again after the next flight that is added.
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


def _keep_parsed(cache: dict[bytes, Value], query: bytes, parsed: Value) -> None:
    if len(query) <= QUERY_BYTES:
        if len(cache) >= QUERIES:
            cache.clear()
        cache[query] = parsed


def routes_between(sources: Sequence[str], destinations: Sequence[str]) -> list[tuple[str, str]]:
    """All pairs of a source and a destination. Pairs of a place with itself are left out, unless there are no others."""
    routes = [(source, destination) for source in sources for destination in destinations]
    return [route for route in routes if route[0] != route[1]] or routes[:1]


def _matched(route: WantedRoute) -> str:
    """The airports of a search, as in `DEL; LHR, LGW`. A place that is not in the registry appears as `-`."""
    return "; ".join(", ".join(end.keys) if end.known else "-" for end in route)
