"""Flights of one route on one day, and the places that have flights: what search computes when no cache answers."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

import msgspec
from psycopg.sql import SQL

from core.db import RawConnection
from core.flights import places
from core.flights.views import COLUMNS, FlightView, view

ROWS: Final = 500
"""Flights of one answer. A client sees at most 100; the others take the place of those that depart before the answer is computed
again."""


class SearchSort(StrEnum):
    """Without one, flights come in the order of their departure."""

    PRICE = "price"
    FASTEST = "fastest"
    """Shortest time between departure and arrival."""


_ORDER: Final = {
    None: SQL("departure_ts, price, id"),
    SearchSort.PRICE: SQL("price, departure_ts, id"),
    SearchSort.FASTEST: SQL("arrival_ts - departure_ts, price, departure_ts, id"),
}
_SEARCH: Final = {
    sort: SQL("""
        SELECT {columns} FROM flights
        WHERE source_key = %s AND destination_key = %s AND departure_date = %s AND status = 'SCHEDULED' AND departure_ts > now()
        ORDER BY {order} LIMIT %s
        """).format(columns=COLUMNS, order=order)
    for sort, order in _ORDER.items()
}
# Jump from route to route in the index instead of reading every flight: a thousand probes for a thousand routes.
_ROUTES: Final = """
    WITH RECURSIVE route AS (
        (SELECT source_key, destination_key, source, destination, source_iata, destination_iata
         FROM flights ORDER BY source_key, destination_key LIMIT 1)
        UNION ALL
        SELECT following.* FROM route, LATERAL (
            SELECT source_key, destination_key, source, destination, source_iata, destination_iata FROM flights
            WHERE (source_key, destination_key) > (route.source_key, route.destination_key)
            ORDER BY source_key, destination_key LIMIT 1
        ) AS following
    )
    SELECT key, iata, name FROM (
        SELECT source_key AS key, source_iata AS iata, source AS name FROM route
        UNION ALL SELECT destination_key, destination_iata, destination FROM route
    ) AS named GROUP BY key, iata, name ORDER BY key, count(*) DESC, length(name) DESC, name
"""


class AirportView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that has a flight. `name` is what its flights call it; the rest is known where the registry knows the place."""

    name: str
    iata: str | None
    city: str | None
    country: str | None
    timezone: str | None


def find_flights(
    connection: RawConnection, source_key: str, destination_key: str, day: date, sort: SearchSort | None
) -> list[FlightView]:
    """Scheduled flights that have not departed, in order. Place keys as in `core/flights/places.py`; `day` as at the source."""
    rows = connection.execute(_SEARCH[sort], (source_key, destination_key, day, ROWS)).fetchall()
    return [view(row) for row in rows]


def find_place_keys(connection: RawConnection, text: str) -> list[str]:
    """The keys of places that have a flight and whose name contains `text`, or whose code it is."""
    part = places.fold(text)
    named = connection.execute(_ROUTES).fetchall()
    return sorted({key for key, iata, name in named if part in places.fold(name) or part == (iata or "").lower()})


def list_airports(connection: RawConnection) -> list[AirportView]:
    """Every place that has a flight, once, by the name that most of its routes use (a city rather than a code); in the order of the names."""
    airports: dict[str, AirportView] = {}
    for key, iata, name in connection.execute(_ROUTES):
        if key in airports:
            continue
        place = places.airport(iata) if iata else None
        airports[key] = AirportView(
            name=name,
            iata=iata,
            city=place.city if place else None,
            country=place.country if place else None,
            timezone=place.timezone if place else None,
        )
    return sorted(airports.values(), key=lambda airport: places.fold(airport.name))
