"""Read flights from Postgres into arrays. The query returns each column as one binary value, so no Python object is created for
each row, and other threads are not blocked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from psycopg.rows import class_row
from psycopg.sql import SQL

from core import money
from core.db import RawConnection
from core.flights.models import FlightStatus
from core.search.itineraries.tables import EPOCH, DayTable, Flights, Ints, NumberedNames, day_number, route_day

# All aggregates without an order of their own get the rows in the same order.
_COLUMNS: Final = f"""
    string_agg(convert_to(source_key, 'UTF8'), '\\x00'::bytea) AS source,
    string_agg(convert_to(destination_key, 'UTF8'), '\\x00'::bytea) AS destination,
    string_agg(timestamptz_send(departure_ts), ''::bytea) AS departure, string_agg(timestamptz_send(arrival_ts), ''::bytea) AS arrival,
    string_agg(int8send(({money.in_units_sql("price", "currency")} * {money.SMALLEST_PER_UNIT})::bigint), ''::bytea) AS price,
    string_agg(convert_to(currency, 'UTF8'), '\\x00'::bytea) AS currency,
    string_agg(date_send(departure_date), ''::bytea) AS date, string_agg(uuid_send(id), ''::bytea) AS flight_id
"""
_DAY: Final = SQL(f"""
    SELECT {_COLUMNS} FROM flights WHERE departure_ts >= %s AND departure_ts < %s
      AND departure_ts > now() AND status = {FlightStatus.SCHEDULED.sql} AND source_key <> destination_key
    """)  # noqa: S608  # a constant of this module
_ROUTE_DAYS: Final = SQL(f"""
    SELECT {_COLUMNS} FROM flights
    JOIN (SELECT DISTINCT * FROM unnest(%s::text[], %s::text[], %s::date[]) AS changed (s, d, on_day)) AS changed
      ON source_key = s AND destination_key = d AND departure_date = on_day
    WHERE status = {FlightStatus.SCHEDULED.sql} AND departure_ts > now() AND source_key <> destination_key
    """)  # noqa: S608  # a constant of this module


@dataclass(frozen=True, slots=True)
class _Columns:
    """Flights as the query returns them: the values of each column, joined. None: there are no flights."""

    source: bytes | None
    destination: bytes | None
    departure: bytes | None
    arrival: bytes | None
    price: bytes | None
    currency: bytes | None
    date: bytes | None
    flight_id: bytes | None


class Loader:
    """Loads flights, and assigns numbers to places and currencies. Only one thread at a time may use it."""

    def __init__(self, places: NumberedNames, currencies: NumberedNames) -> None:
        self._places = places
        self._currencies = currencies

    def load(self, connection: RawConnection, day: int) -> DayTable:
        """The scheduled flights of a UTC day that have not departed."""
        begin = EPOCH + timedelta(days=day)
        return DayTable.of(day, self._flights(connection, _DAY, (begin, begin + timedelta(days=1))))

    def replace(
        self, connection: RawConnection, tables: Sequence[DayTable], changed: Sequence[tuple[str, str, date]]
    ) -> list[DayTable]:
        """Copies of the tables in which the flights of the changed routes and days are replaced by their present state."""
        sources, destinations, days = zip(*changed, strict=True)
        parameters = (list(sources), list(destinations), list(days))
        now = self._flights(connection, _ROUTE_DAYS, parameters)
        codes = self._codes(list(sources), list(destinations), list(days))
        return [table.replaced(codes, now) for table in tables]

    def _codes(self, sources: list[str], destinations: list[str], days: list[date]) -> Ints:
        numbers = np.array([day_number(day) for day in days], dtype=np.int32)
        return route_day(self._places.of(sources), self._places.of(destinations), numbers)

    def _flights(self, connection: RawConnection, query: SQL, parameters: Sequence[object]) -> Flights:
        with connection.cursor(binary=True, row_factory=class_row(_Columns)) as cursor:
            columns = cursor.execute(query, parameters).fetchone()
        assert columns is not None  # an aggregate has a row
        return Flights(
            source=self._places.of(_words(columns.source)),
            destination=self._places.of(_words(columns.destination)),
            departure=_numbers(columns.departure) // 1_000_000,
            arrival=_numbers(columns.arrival) // 1_000_000,
            price=_numbers(columns.price),
            currency=self._currencies.of(_words(columns.currency)),
            date=np.frombuffer(columns.date or b"", dtype=">i4").astype(np.int32),
            flight_id=np.frombuffer(columns.flight_id or b"", dtype="V16"),
        )


def _words(joined: bytes | None) -> list[str]:
    return joined.decode().split("\0") if joined else []


def _numbers(joined: bytes | None) -> Ints:
    return np.frombuffer(joined or b"", dtype=">i8").astype(np.int64)
