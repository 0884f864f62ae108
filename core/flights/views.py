"""A flight as clients see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from psycopg.sql import SQL

from core import money
from core.flights.models import FlightStatus
from core.places import registry


class FlightView(msgspec.Struct, frozen=True, kw_only=True):
    """One departure of one flight number. Times in UTC; `price` is for one seat; `version` counts changes, sales do not count.

    The code and the IANA time zone of a place are null where the registry of airports does not know it.
    """

    id: UUID
    flight_number: Annotated[str, Meta(examples=["AI-202"])]
    source: Annotated[str, Meta(examples=["Delhi"])]
    source_iata: Annotated[str | None, Meta(examples=["DEL"])]
    source_timezone: Annotated[str | None, Meta(examples=["Asia/Kolkata"])]
    destination: Annotated[str, Meta(examples=["Mumbai"])]
    destination_iata: Annotated[str | None, Meta(examples=["BOM"])]
    destination_timezone: Annotated[str | None, Meta(examples=["Asia/Kolkata"])]
    departure_ts: datetime
    arrival_ts: datetime
    total_seats: int
    available_seats: int
    price: Annotated[Decimal, Meta(examples=["7500.00"])]
    currency: Annotated[str, Meta(examples=["INR"])]
    status: FlightStatus
    version: int


COLUMNS: Final = SQL(
    "id, flight_number, source, destination, departure_ts, arrival_ts, total_seats, total_seats - seats_held - seats_sold, "
    "price, currency, status, version, source_iata, destination_iata"
)
"""What `view` reads, in its order, from `flights`."""


def view(row: Sequence[Any]) -> FlightView:
    """A row of `COLUMNS`; what follows them is left alone."""
    return FlightView(
        id=row[0],
        flight_number=row[1],
        source=row[2],
        source_iata=row[12],
        source_timezone=registry.timezone_of(row[12]),
        destination=row[3],
        destination_iata=row[13],
        destination_timezone=registry.timezone_of(row[13]),
        departure_ts=row[4],
        arrival_ts=row[5],
        total_seats=row[6],
        available_seats=row[7],
        price=money.in_units(row[8], row[9]),
        currency=row[9],
        status=FlightStatus(row[10]),
        version=row[11],
    )


class InventoryView(msgspec.Struct, frozen=True, kw_only=True):
    """The seats of a flight in Postgres, and what Redis counts as free: null while it has not loaded the flight, or is away.

    `drift` is `redis_free - free`. A reservation under way makes it negative for milliseconds.
    """

    total: int
    held: int
    sold: int
    free: int
    redis_free: int | None
    drift: int | None
