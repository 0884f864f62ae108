"""The public endpoints for itineraries with up to two stops, and for the cheapest fare of each day of a month."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.contract.headers import FROM_CACHE
from api.http.authentication import PUBLIC
from api.search.controller import Place
from api.search.fast_path import headers_of
from api.services import Services
from core import clock, keys
from core.search import calendar
from core.search.cache import CacheQuery, CacheResult
from core.search.cached_entries import Names
from core.search.calendar import CalendarDay, Day
from core.search.itineraries.joining import Rules
from core.search.itineraries.ranking import Ranking
from core.search.itineraries.service import ItineraryRequest, find_itineraries
from core.search.itineraries.views import ItinerariesView, merged
from core.text.patterns import END

Party = Annotated[int, QueryParameter(ge=1, le=9, description="Seats that must be free on every flight.")]
Month = Annotated[
    str, QueryParameter(pattern=rf"^[1-9][0-9]{{3}}-(0[1-9]|1[0-2]){END}", description="A year and a month, as in 2026-12.")
]

_encode = msgspec.msgpack.Encoder().encode
_read_days = msgspec.msgpack.Decoder(list[Day]).decode


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """The days of the month that have flights which have not departed."""

    data: list[CalendarDay]


class ItineraryController(Controller):
    path = "/api/v1"
    tags = ("search",)
    opt = PUBLIC

    @get("/itineraries", operation_id="findItineraries", summary="Find itineraries, direct and with connections")
    async def itineraries(
        self,
        services: NamedDependency[Services],
        source: Place,
        destination: Place,
        day: Annotated[date, QueryParameter(name="date", description="The local date of the first departure.")],
        max_stops: Annotated[int, QueryParameter(ge=0, le=2)] = 2,
        seats: Party = 1,
        sort: FromQuery[Ranking] = Ranking.BEST,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
    ) -> ItinerariesView:
        """Each itinerary can be booked as one trip: send the ids of its segments, in their order, as `flight_ids`. A connection is at one
        airport, with a wait of 45 minutes to 6 hours. No place is visited twice, and all flights have one currency. Prices of different
        currencies are not compared; `currencies` lists them. An itinerary is left out if another one is at least as good in departure,
        arrival, price and stops, and better in one of them.
        """
        routes = await services.search_endpoint.routes(source, destination)
        search = services.settings.search
        connections = Rules(
            max_stops=max_stops, min_wait=60 * search.connection_min_minutes, max_wait=60 * search.connection_max_minutes
        )
        found = []
        for source_key, destination_key in routes:
            request = ItineraryRequest(
                source_key=source_key, destination_key=destination_key, day=day, party=seats, ranking=sort, limit=limit
            )
            found.append(await find_itineraries(services.timetable, services.db.snapshot, request, connections, clock.now()))
        return found[0] if len(found) == 1 else merged(found, sort, limit)

    @get(
        "/calendar",
        operation_id="getCalendar",
        summary="Get the cheapest direct flight of each day of a month",
        response_headers=FROM_CACHE,
    )
    async def calendar(
        self,
        services: NamedDependency[Services],
        source: Place,
        destination: Place,
        month: Month,
        seats: Party = 1,
    ) -> Response[CalendarView]:
        """Days are local days at the source. `X-Cache` and `Age` are about schedules and prices; changes of these are visible at once."""
        routes = await services.search_endpoint.routes(source, destination)
        begin = date.fromisoformat(f"{month}-01")

        results = await asyncio.gather(*(services.search_cache.get(_month(services, route, begin)) for route in routes))
        days = calendar.merge([result.value for result in results])
        result = CacheResult(days, max((each.age for each in results), default=0), hit=all(each.hit for each in results))
        now = clock.now()
        fares = [of_currency for day in days for of_currency in day.ahead(now)]
        # The cheapest flight usually has free seats. Only if it has none, the seats of the other flights of its day and currency are read.
        free = await services.live.seat_counts.free([cheapest.flight_id for cheapest, *_ in fares])
        others = [fare.flight_id for cheapest, *more in fares if free.get(cheapest.flight_id, 0) < seats for fare in more]
        free |= await services.live.seat_counts.free(others)
        listed = calendar.list_days(days, free, party=seats, now=now)
        return Response(CalendarView(data=listed), headers=headers_of(result))


def _month(services: Services, route: tuple[str, str], begin: date) -> CacheQuery[list[Day]]:
    def compute() -> bytes:
        with services.db.snapshot() as connection:
            return _encode(calendar.find_days(connection, *route, begin))

    names = Names(keys.calendar(*route, begin), keys.calendar_version(*route), keys.calendar_lock(*route, begin))
    return CacheQuery(names, lambda: asyncio.to_thread(compute), _read_days)
