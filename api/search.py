"""Search: flights of a route on a day, airports, one flight. Public, and the busiest part of the product."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from api.deps import Services
from api.guards import PUBLIC
from api.wire import NO_CONTROL_CHARACTERS
from core import clock, keys
from core.flights import places, queries, search
from core.flights.cached_entries import Names
from core.flights.errors import FlightNotFound
from core.flights.search import AirportView, SearchSort
from core.flights.search_cache import Answer
from core.flights.suggest import Suggestions
from core.flights.views import FlightView

Place = Annotated[
    str,
    QueryParameter(
        min_length=1,
        max_length=80,
        pattern=NO_CONTROL_CHARACTERS,
        description="The name or the IATA code of a place, in any case.",
    ),
]
AIRPORTS = Names(keys.AIRPORTS, keys.AIRPORTS_VERSION, keys.AIRPORTS_LOCK)

KEPT_BYTES: Final = 8 * 1024 * 1024
"""Read, an answer takes about five times its bytes."""

Value = TypeVar("Value")


class Read(Generic[Value]):
    """What was last read from the bytes of an answer, for as many answers as have `size` bytes together."""

    def __init__(self, read: Callable[[bytes], Value], *, size: int) -> None:
        self._read = read
        self._size = size
        self._known: dict[str, tuple[bytes, Value]] = {}
        self._kept = 0

    def of(self, name: str, body: bytes) -> Value:
        known = self._known.get(name)
        if known is not None and known[0] == body:
            return known[1]
        if self._kept > self._size:
            self._known.clear()
            self._kept = 0
        value = self._read(body)
        self._known[name] = (body, value)
        self._kept += len(body)
        return value


_encoder = msgspec.msgpack.Encoder()
_flights = Read(msgspec.msgpack.Decoder(list[FlightView]).decode, size=KEPT_BYTES)
_airports = Read(msgspec.msgpack.Decoder(list[AirportView]).decode, size=KEPT_BYTES)
_suggestions = Read(lambda body: Suggestions(msgspec.msgpack.decode(body, type=list[AirportView])), size=KEPT_BYTES)


class SearchController(Controller):
    path = "/api/v1"
    tags = ("search",)
    opt = PUBLIC

    @get("/search", operation_id="searchFlights", summary="Flights of a route on a day")
    async def flights(
        self,
        services: NamedDependency[Services],
        source: Place,
        destination: Place,
        day: Annotated[date, QueryParameter(name="date", description="The local date of departure.")],
        sort: FromQuery[SearchSort | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
    ) -> Response[list[FlightView]]:
        """Scheduled flights that have not departed, with the seats that are free now. `X-Cache` and `Age` are about the schedule
        and the price; a change of either is seen at once.
        """
        route = places.place_key(source), places.place_key(destination)
        order = sort or "departure"
        names = Names(keys.search(*route, day, order), keys.route_version(*route, day), keys.search_lock(*route, day, order))

        def compute() -> bytes:
            with services.db.snapshot() as connection:
                return _encoder.encode(search.find_flights(connection, *route, day, sort))

        answer = await services.search_cache.get(names, lambda: asyncio.to_thread(compute))
        now = clock.now()
        ahead = [flight for flight in _flights.of(names.value, answer.body) if flight.departure_ts > now][:limit]
        free = await services.live.board.free([flight.id for flight in ahead])
        listed = [msgspec.structs.replace(flight, available_seats=free[flight.id]) for flight in ahead if flight.id in free]
        return Response(listed, headers=_headers(answer))

    @get("/airports", operation_id="listAirports", summary="Names of all places that have a flight")
    async def airports(self, services: NamedDependency[Services]) -> Response[list[str]]:
        answer = await _read_airports(services)
        names = [airport.name for airport in _airports.of(AIRPORTS.value, answer.body)]
        return Response(names, headers=_headers(answer))

    @get("/airports/suggest", operation_id="suggestAirports", summary="Places for what was typed so far")
    async def suggest(
        self,
        services: NamedDependency[Services],
        q: Annotated[str, QueryParameter(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
        limit: Annotated[int, QueryParameter(ge=1, le=50)] = 10,
    ) -> Response[list[AirportView]]:
        """Best match first: the code, the beginning of a name, of a word in it, and the same with a slip of the finger or two."""
        answer = await _read_airports(services)
        found = _suggestions.of(AIRPORTS.value, answer.body).find(q, limit)
        return Response(found, headers=_headers(answer))

    @get(
        "/flights/{flight_id:uuid}",
        operation_id="getFlight",
        summary="One flight, with the seats that are free now",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def flight(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> FlightView:
        with services.db.snapshot() as connection:
            return queries.get_flight(connection, flight_id)


async def _read_airports(services: Services) -> Answer:
    def compute() -> bytes:
        with services.db.snapshot() as connection:
            return _encoder.encode(search.list_airports(connection))

    return await services.search_cache.get(AIRPORTS, lambda: asyncio.to_thread(compute))


def _headers(answer: Answer) -> dict[str, str]:
    return {"x-cache": "hit" if answer.hit else "miss", "age": str(answer.age), "cache-control": "no-cache"}
