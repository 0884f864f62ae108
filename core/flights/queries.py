"""Find flights by id, or by flight number and departure, and read their seats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import redis
from psycopg.sql import SQL

from core.db import RawConnection, fetch_one
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.flights.models import FlightStatus
from core.flights.views import COLUMNS, FlightRow, FlightView, InventoryView
from core.seats.inventory import Inventory

NOT_FOUND: Final = "There is no such flight."


_GET: Final = SQL("SELECT {columns} FROM flights WHERE id = %s").format(columns=COLUMNS)


def get_flight(connection: RawConnection, flight_id: UUID) -> FlightView:
    """One flight.

    Raises:
        FlightNotFound
    """
    row = fetch_one(connection, FlightRow, _GET, (flight_id,))
    if row is None:
        raise FlightNotFound(NOT_FOUND)
    return row.view


def find_existing(connection: RawConnection, flight_ids: Sequence[UUID]) -> set[UUID]:
    """The ids of those of these flights that exist."""
    rows = connection.execute("SELECT id FROM flights WHERE id = ANY(%s)", (list(flight_ids),)).fetchall()
    return {row[0] for row in rows}


def require_open(connection: RawConnection, flight_id: UUID) -> None:
    """Check that a flight can be booked, or waited for: it exists, is not cancelled, and has not departed.

    Raises:
        FlightNotFound, FlightCancelled, FlightDeparted
    """
    row = connection.execute("SELECT status, departure_ts <= now() FROM flights WHERE id = %s", (flight_id,)).fetchone()
    if row is None:
        raise FlightNotFound(NOT_FOUND, flight_id=str(flight_id))
    status, departed = row
    if status == FlightStatus.CANCELLED:
        raise FlightCancelled("The airline has cancelled this flight.", flight_id=str(flight_id))
    if departed:
        raise FlightDeparted("This flight has departed.", flight_id=str(flight_id))


def find_flight_id(connection: RawConnection, flight_number_key: str, departure_ts: datetime) -> UUID | None:
    """The id of the flight with this flight number and departure; None: there is none."""
    row = connection.execute(
        "SELECT id FROM flights WHERE flight_number_key = %s AND departure_ts = %s", (flight_number_key, departure_ts)
    ).fetchone()
    return row[0] if row else None


def read_free_seats(connection: RawConnection, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Flight id -> free seats in Postgres. Flights that do not exist are left out."""
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
