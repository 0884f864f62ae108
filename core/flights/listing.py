"""The list of flights for administrators: with filters, an order, and pages."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from psycopg.sql import SQL, Composable, Composed

from core.db import RawConnection, fetch
from core.errors import Invalid
from core.flights import airports, numbers, rules
from core.flights.models import FlightStatus
from core.flights.views import COLUMNS, FlightRow, FlightView
from core.places import wanted as places

EASTERNMOST: Final = timedelta(hours=14)
WESTERNMOST: Final = timedelta(hours=12)
"""The largest offsets of time zones: ahead of UTC, and behind it."""


class FlightSort(StrEnum):
    """A leading `-` means descending. Flights that are equal in it follow in the order of their ids."""

    DEPARTURE = "departure_ts"
    LATEST_DEPARTURE = "-departure_ts"
    PRICE = "price"
    HIGHEST_PRICE = "-price"
    NUMBER = "flight_number"
    LAST_NUMBER = "-flight_number"
    CREATED = "created_at"
    LAST_CREATED = "-created_at"


_COLUMN: Final = {
    "departure_ts": (SQL("departure_ts"), SQL("timestamptz")),
    "price": (SQL("price"), SQL("numeric")),
    "flight_number": (SQL("flight_number_key"), SQL("text")),
    # Ids grow with time, and have an index.
    "created_at": (SQL("id"), SQL("uuid")),
}
"""The column of each order, and its SQL type."""

_LIST: Final = SQL("""
SELECT {columns}, {column}::text AS sorted_by FROM flights WHERE {conditions} ORDER BY {order} LIMIT %(limit)s
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightFilter:
    """None matches everything. `source` and `destination`: names or IATA codes. `day`: the local date of departure; `first_day`: its
    earliest.

    `text`: the beginning of a flight number in any spelling, or part of a place's name.
    """

    source: str | None = None
    destination: str | None = None
    day: date | None = None
    first_day: date | None = None
    status: FlightStatus | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class _ListedRow(FlightRow):
    """A flight, and the value that it is sorted by, as text."""

    sorted_by: str


def list_flights(
    connection: RawConnection, wanted: FlightFilter, *, sort: FlightSort, cursor: str | None, limit: int
) -> tuple[list[FlightView], str | None]:
    """A page of flights, and the cursor of the next page (None: this is the last).

    Raises:
        Invalid: the cursor was not made by this list in this order.
    """
    column, kind = _COLUMN[sort.lstrip("-")]
    conditions, values = conditions_of(connection, wanted)
    if cursor is not None:
        values |= _read_cursor(cursor, sort)
        beyond = SQL("<" if sort.startswith("-") else ">")
        after = SQL("({column}, id) {beyond} (%(after)s::{kind}, %(after_id)s)").format(column=column, beyond=beyond, kind=kind)
        conditions = SQL(" AND ").join([conditions, after])
    statement = _LIST.format(columns=COLUMNS, column=column, conditions=conditions, order=order_of(sort))
    try:
        rows = fetch(connection, _ListedRow, statement, {**values, "limit": limit + 1})
    except psycopg.DataError as error:
        if cursor is None:
            raise
        raise _bad_cursor() from error
    more = len(rows) > limit
    return [row.view for row in rows[:limit]], _cursor(sort, rows[limit - 1]) if more else None


def order_of(sort: FlightSort) -> Composed:
    """The SQL of ORDER BY for this order."""
    column, _ = _COLUMN[sort.lstrip("-")]
    return SQL("{column} {direction}, id {direction}").format(
        column=column, direction=SQL("DESC" if sort.startswith("-") else "ASC")
    )


def conditions_of(connection: RawConnection, wanted: FlightFilter) -> tuple[Composed, dict[str, Any]]:
    """The SQL of WHERE for this filter, and its parameters."""
    conditions: list[Composable] = [SQL("true")]
    values: dict[str, Any] = {}
    if wanted.source is not None:
        conditions.append(SQL("source_key = ANY(%(source)s)"))
        values["source"] = places.keys_of(wanted.source)
    if wanted.destination is not None:
        conditions.append(SQL("destination_key = ANY(%(destination)s)"))
        values["destination"] = places.keys_of(wanted.destination)
    if wanted.day is not None:
        # `departure_date` has no index, and `departure_ts` has one. So the departures are limited to the hours that can be this local date
        # in some time zone.
        conditions.append(SQL("departure_date = %(day)s AND departure_ts >= %(day_begins)s AND departure_ts < %(day_ends)s"))
        midnight = _midnight(wanted.day)
        begins, ends = midnight - EASTERNMOST, midnight + timedelta(days=1) + WESTERNMOST
        values |= {"day": wanted.day, "day_begins": begins, "day_ends": ends}
    if wanted.first_day is not None:
        conditions.append(SQL("departure_date >= %(first_day)s AND departure_ts >= %(first_day_begins)s"))
        values |= {"first_day": wanted.first_day, "first_day_begins": _midnight(wanted.first_day) - EASTERNMOST}
    if wanted.status is not None:
        conditions.append(SQL("status = %(status)s"))
        values["status"] = wanted.status
    if wanted.text:
        # Names are compared with those of the places, which are few, and not with those of all flights.
        conditions.append(
            SQL("(flight_number_key LIKE %(number)s OR source_key = ANY(%(places)s) OR destination_key = ANY(%(places)s))")
        )
        beginning = re.sub(r"([\\%_])", r"\\\1", numbers.beginning_of_key(wanted.text))
        values |= {"number": f"{beginning}%", "places": airports.find_place_keys(connection, wanted.text)}
    return SQL(" AND ").join(conditions), values


def _midnight(day: date) -> datetime:
    """Midnight (UTC) of a day. Days outside of the years that flights can have are replaced by the nearest that is inside."""
    return datetime.combine(min(max(day, rules.EARLIEST.date()), rules.LATEST.date()), time(), UTC)


def _cursor(sort: FlightSort, last: _ListedRow) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((sort, last.sorted_by, last.id))).rstrip(b"=").decode()


def _read_cursor(cursor: str, sort: FlightSort) -> dict[str, Any]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        of_sort, after, after_id = msgspec.json.decode(text, type=tuple[FlightSort, str, UUID])
    except (ValueError, msgspec.MsgspecError) as error:
        raise _bad_cursor() from error
    if of_sort is not sort:
        raise _bad_cursor()
    return {"after": after, "after_id": after_id}


def _bad_cursor() -> Invalid:
    return Invalid.field("?cursor", "bad_cursor", "Take the cursor from `next_cursor` of the page before, with the same sort.")
