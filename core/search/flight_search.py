"""Read the flights of one route on one day from the database. This is what the search computes if the cache has no entry."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from psycopg.sql import SQL

from core.db import RawConnection, fetch
from core.flights.models import FlightStatus
from core.flights.views import COLUMNS, FlightRow, FlightView

ROWS: Final = 500
"""The most flights of one cached result. A client gets at most 100; the others replace flights that depart during the lifetime of
the entry.
"""


class SearchSort(StrEnum):
    DEPARTURE = "departure"
    PRICE = "price"
    FASTEST = "fastest"
    """Shortest time between departure and arrival."""


_ORDER: Final = {
    SearchSort.DEPARTURE: SQL("departure_ts, currency, price, id"),
    SearchSort.PRICE: SQL("count(*) OVER (PARTITION BY currency) DESC, currency, price, departure_ts, id"),
    SearchSort.FASTEST: SQL("arrival_ts - departure_ts, currency, price, departure_ts, id"),
}
"""Prices are compared within one currency only. Sorted by price, flights are grouped by currency; the currency with most flights
comes first.
"""
_SEARCH: Final = {
    sort: SQL(f"""
        SELECT {{columns}} FROM flights
        WHERE source_key = %s AND destination_key = %s AND departure_date = %s AND status = {FlightStatus.SCHEDULED.sql} AND departure_ts > now()
        ORDER BY {{order}} LIMIT %s
        """).format(columns=COLUMNS, order=order)  # noqa: S608  # only constants
    for sort, order in _ORDER.items()
}


def find_flights(
    connection: RawConnection, source_key: str, destination_key: str, day: date, sort: SearchSort
) -> list[FlightView]:
    """Scheduled flights that have not departed, in order. The place keys are those of `End.key` (`core/places/route.py`). `day`:
    local date at the source.
    """
    rows = fetch(connection, FlightRow, _SEARCH[sort], (source_key, destination_key, day, ROWS))
    return [row.view for row in rows]
