"""The public endpoints of the search: flights of a route on a day, airports, one flight. They get most of the requests."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

from litestar import Controller, MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from api.contract.headers import FROM_CACHE, MATCHED_AIRPORTS, PRICE_GROUPS
from api.http.authentication import PUBLIC
from api.search.fast_path import headers_of, search_headers
from api.services import Services
from core.flights import queries
from core.flights.airports import AirportView
from core.flights.errors import FlightNotFound
from core.flights.views import FlightView
from core.search.flight_search import SearchSort
from core.text.patterns import VISIBLE_OR_EMPTY

Place = Annotated[
    str,
    QueryParameter(
        min_length=1,
        max_length=80,
        description="The name of a city or an airport, in any case, or an IATA code.",
    ),
]


class SearchController(Controller):
    path = "/api/v1"
    tags = ("search",)
    opt = PUBLIC

    @get(
        "/search",
        operation_id="searchFlights",
        summary="Search the flights of a route on a day",
        response_headers=(*FROM_CACHE, MATCHED_AIRPORTS, PRICE_GROUPS),
    )
    async def flights(
        self,
        request: Request[Any, Any, Any],
        services: NamedDependency[Services],
        source: Place,
        destination: Place,
        day: Annotated[date, QueryParameter(name="date", description="The local date of departure.")],
        sort: FromQuery[SearchSort] = SearchSort.DEPARTURE,
        seats: Annotated[
            int | None, QueryParameter(ge=1, le=9, required=False, description="Only flights that have so many free seats now.")
        ] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
    ) -> Response[list[FlightView]]:
        """Scheduled flights that have not departed, with the seats that are free now. A city means all its airports; `X-Matched-Airports`
        names those of the source and of the destination. `X-Cache` and `Age` are about schedules and prices; changes of these are visible
        at once. Prices of different currencies are not compared: sorted by price, flights are grouped by currency, the currency of most
        flights first, and `X-Price-Groups` names the currencies in this order.
        """
        search = await services.search_endpoint.parse(
            request.scope["query_string"],
            source=source,
            destination=destination,
            day=day,
            sort=sort,
            seats=seats,
            limit=limit,
        )
        body, result = await services.search_endpoint.list_flights(search)
        return cast(
            "Response[list[FlightView]]",
            Response(body, media_type=MediaType.JSON, headers=search_headers(search, result)),
        )

    @get(
        "/airports",
        operation_id="listAirports",
        summary="List all places that have a flight",
        response_headers=FROM_CACHE,
    )
    async def airports(self, services: NamedDependency[Services]) -> Response[list[str]]:
        """The names of all places in the flights. Each can be the source or the destination of a search."""
        result = await services.search_endpoint.served()
        return Response(result.value.names, headers=headers_of(result))

    @get(
        "/airports/suggest",
        operation_id="suggestAirports",
        summary="Suggest places for a typed text",
        response_headers=FROM_CACHE,
    )
    async def suggest(
        self,
        request: Request[Any, Any, Any],
        services: NamedDependency[Services],
        q: Annotated[str, QueryParameter(max_length=80, pattern=VISIBLE_OR_EMPTY)] = "",
        limit: Annotated[int, QueryParameter(ge=1, le=50)] = 10,
    ) -> Response[list[AirportView]]:
        """The best match comes first: by code, by the beginning of a name, by the beginning of a word in a name, and then with one or two
        typing errors. Among equal matches, places with more flights come first. Without a text: the places with most flights.
        """
        body, result = await services.search_endpoint.suggest(request.scope["query_string"], q, limit)
        return cast("Response[list[AirportView]]", Response(body, media_type=MediaType.JSON, headers=headers_of(result)))

    @get(
        "/flights/{flight_id:uuid}",
        operation_id="getFlight",
        summary="Get a flight and its free seats",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def flight(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> FlightView:
        """One flight, also if it has departed or is cancelled (see `status` and the times)."""
        with services.db.snapshot() as connection:
            return queries.get_flight(connection, flight_id)
