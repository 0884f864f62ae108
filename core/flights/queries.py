"""Find flights: one by its id or its natural key, and the seats of some."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import redis
from psycopg.sql import SQL

from core.db import RawConnection
from core.flights.errors import FlightNotFound
from core.flights.views import COLUMNS, FlightView, InventoryView, view
from core.seats.inventory import Inventory

NOT_FOUND: Final = "There is no such flight."


_GET: Final = SQL("SELECT {columns} FROM flights WHERE id = %s").format(columns=COLUMNS)


def get_flight(connection: RawConnection, flight_id: UUID) -> FlightView:
    """One flight.

    Raises:
        FlightNotFound
    """
    row = connection.execute(_GET, (flight_id,)).fetchone()
    if row is None:
        raise FlightNotFound(NOT_FOUND)
    return view(row)


def find_flight_id(connection: RawConnection, flight_number_key: str, departure_ts: datetime) -> UUID | None:
    """The flight with this natural key."""
    row = connection.execute(
        "SELECT id FROM flights WHERE flight_number_key = %s AND departure_ts = %s", (flight_number_key, departure_ts)
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
