"""Find flights: one by its id, many by filters, page by page."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
import redis
from psycopg.sql import SQL, Composable

from core.db import RawConnection
from core.errors import Invalid
from core.flights import airports, places
from core.flights.errors import FlightNotFound
from core.flights.models import FlightStatus
from core.flights.views import COLUMNS, FlightView, InventoryView, view
from core.seats.inventory import Inventory

NOT_FOUND: Final = "There is no such flight."


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
    "flight_number": (SQL("flight_number"), SQL("text")),
    "created_at": (SQL("created_at"), SQL("timestamptz")),
}
"""What a sort order compares, and its type."""

_GET: Final = SQL("SELECT {columns} FROM flights WHERE id = %s").format(columns=COLUMNS)
_LIST: Final = SQL("""
SELECT {columns}, {column}::text AS cursor_value FROM flights WHERE {conditions} ORDER BY {column} {direction}, id {direction} LIMIT %(limit)s
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightFilter:
    """None matches everything. `source` and `destination`: names or IATA codes. `day`: the local date of departure.

    `text`: the beginning of a flight number, or part of a place's name.
    """

    source: str | None = None
    destination: str | None = None
    day: date | None = None
    status: FlightStatus | None = None
    text: str | None = None


def get_flight(connection: RawConnection, flight_id: UUID) -> FlightView:
    """One flight.

    Raises:
        FlightNotFound
    """
    row = connection.execute(_GET, (flight_id,)).fetchone()
    if row is None:
        raise FlightNotFound(NOT_FOUND)
    return view(row)


def find_flight_id(connection: RawConnection, flight_number: str, departure_ts: datetime) -> UUID | None:
    """The flight with this natural key."""
    row = connection.execute(
        "SELECT id FROM flights WHERE flight_number = %s AND departure_ts = %s", (flight_number, departure_ts)
    ).fetchone()
    return row[0] if row else None


def read_free_seats(connection: RawConnection, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Free seats in Postgres; flights that do not exist are left out."""
    rows = connection.execute(
        "SELECT id, total_seats - seats_held - seats_sold FROM flights WHERE id = ANY(%s)", (list(flight_ids),)
    ).fetchall()
    return dict(rows)


def read_inventory(connection: RawConnection, client: redis.Redis, flight_id: UUID) -> InventoryView:
    """The seats of one flight, in Postgres and in Redis.

    Raises:
        FlightNotFound
    """
    row = connection.execute("SELECT total_seats, seats_held, seats_sold FROM flights WHERE id = %s", (flight_id,)).fetchone()
    if row is None:
        raise FlightNotFound(NOT_FOUND)
    total, held, sold = row
    free = total - held - sold
    try:
        redis_free = Inventory(client).free([flight_id])[flight_id]
    except redis.RedisError:
        redis_free = None
    drift = None if redis_free is None else redis_free - free
    return InventoryView(total=total, held=held, sold=sold, free=free, redis_free=redis_free, drift=drift)


def list_flights(
    connection: RawConnection, wanted: FlightFilter, *, sort: FlightSort, cursor: str | None, limit: int
) -> tuple[list[FlightView], str | None]:
    """A page of flights, and the cursor of the next one.

    Raises:
        Invalid: the cursor is not one that this list, in this order, gave out.
    """
    column, kind = _COLUMN[sort.lstrip("-")]
    descending = sort.startswith("-")
    conditions, values = _conditions(connection, wanted)
    if cursor is not None:
        values |= _read_cursor(cursor, sort)
        beyond = SQL("<" if descending else ">")
        conditions.append(
            SQL("({column}, id) {beyond} (%(after)s::{kind}, %(after_id)s)").format(column=column, beyond=beyond, kind=kind)
        )
    statement = _LIST.format(
        columns=COLUMNS,
        column=column,
        conditions=SQL(" AND ").join(conditions),
        direction=SQL("DESC" if descending else "ASC"),
    )
    try:
        rows = connection.execute(statement, {**values, "limit": limit + 1}).fetchall()
    except psycopg.DataError as error:
        if cursor is None:
            raise
        raise _bad_cursor() from error
    more = len(rows) > limit
    return [view(row) for row in rows[:limit]], _cursor(sort, rows[limit - 1]) if more else None


def _conditions(connection: RawConnection, wanted: FlightFilter) -> tuple[list[Composable], dict[str, Any]]:
    conditions: list[Composable] = [SQL("true")]
    values: dict[str, Any] = {}
    if wanted.source is not None:
        conditions.append(SQL("source_key = %(source)s"))
        values["source"] = places.place_key(wanted.source)
    if wanted.destination is not None:
        conditions.append(SQL("destination_key = %(destination)s"))
        values["destination"] = places.place_key(wanted.destination)
    if wanted.day is not None:
        conditions.append(SQL("departure_date = %(day)s"))
        values["day"] = wanted.day
    if wanted.status is not None:
        conditions.append(SQL("status = %(status)s"))
        values["status"] = wanted.status
    if wanted.text:
        # Names are looked for among the few places, not among the many flights.
        conditions.append(
            SQL("(flight_number LIKE %(number)s OR source_key = ANY(%(places)s) OR destination_key = ANY(%(places)s))")
        )
        beginning = re.sub(r"([\\%_])", r"\\\1", wanted.text.upper())
        values |= {"number": f"{beginning}%", "places": airports.find_place_keys(connection, wanted.text)}
    return conditions, values


def _cursor(sort: FlightSort, last: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((sort, last[-1], last[0]))).rstrip(b"=").decode()


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
