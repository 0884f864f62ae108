"""A flight as clients see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from psycopg.sql import SQL

from core import money
from core.flights.models import FlightStatus
from core.places import registry


class FlightView(msgspec.Struct, frozen=True, kw_only=True):
    """One departure of one flight number. Times in UTC; `price` is for one seat; `version` counts changes, sales do not count.

    The code and the IANA time zone of a place are null if it is not in the registry of airports.
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
    cabin: Annotated[str | None, Meta(examples=["A320-180"])] = None
    """The name of its layout; null: its seats have no numbers."""


COLUMNS: Final = SQL(
    "id, flight_number, source, destination, departure_ts, arrival_ts, total_seats, "
    "total_seats - seats_held - seats_sold AS available_seats, price, currency, status, version, source_iata, destination_iata, cabin"
)
"""The columns of `flights` that `FlightRow` has."""


@dataclass(frozen=True, slots=True)
class FlightRow:
    """A flight as it is stored."""

    id: UUID
    flight_number: str
    source: str
    destination: str
    departure_ts: datetime
    arrival_ts: datetime
    total_seats: int
    available_seats: int
    price: Decimal
    currency: str
    status: FlightStatus
    version: int
    source_iata: str | None
    destination_iata: str | None
    cabin: str | None

    @property
    def view(self) -> FlightView:
        return FlightView(
            id=self.id,
            flight_number=self.flight_number,
            source=self.source,
            source_iata=self.source_iata,
            source_timezone=registry.timezone_of(self.source_iata),
            destination=self.destination,
            destination_iata=self.destination_iata,
            destination_timezone=registry.timezone_of(self.destination_iata),
            departure_ts=self.departure_ts,
            arrival_ts=self.arrival_ts,
            total_seats=self.total_seats,
            available_seats=self.available_seats,
            price=money.in_units(self.price, self.currency),
            currency=self.currency,
            status=self.status,
            version=self.version,
            cabin=self.cabin,
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
