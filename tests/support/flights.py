"""Flights for tests that need some."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

import httpx

from core.db import Database

SEED_BODY: Mapping[str, Any] = {
    "flight_number": "AI-202",
    "source": "Delhi",
    "destination": "Mumbai",
    "departure_ts": "2025-12-25T10:00:00Z",
    "arrival_ts": "2025-12-25T12:00:00Z",
    "total_seats": 150,
    "price": 7500.00,
}


TODAY: Final = datetime.now(UTC).date()
"""The day on which this process of the tests began. Days are counted from it, so that a run over midnight means one day only."""


_numbers: Final = count(1000)


def new_number(airline: str) -> str:
    """A flight number that no other test of this process has."""
    return f"{airline}-{next(_numbers)}"


def noon_in(days: int, *, hours: float = 0) -> datetime:
    """Noon UTC some days ahead (and some hours later): the same day on every clock from Reykjavik to Tokyo."""
    return datetime.combine(TODAY, time(12), UTC) + timedelta(days=days, hours=hours)


def body(**changes: Any) -> dict[str, Any]:
    """The seed's flight, ten days ahead, with changes. Times may be datetimes."""
    fields = {**SEED_BODY, "departure_ts": noon_in(10), "arrival_ts": noon_in(10, hours=2), **changes}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}


def add_flight(admin: httpx.Client, **changes: Any) -> dict[str, Any]:
    """Create a flight through the API."""
    response = admin.post("/admin/flights", json=body(**changes))
    assert response.status_code == 201, response.text
    flight: dict[str, Any] = response.json()
    return flight


def sell(db: Database, flight_id: str | UUID, *, sold: int = 0, held: int = 0) -> None:
    """Take seats the way a worker's transaction does, without a booking."""
    with db.transaction() as connection:
        connection.execute("UPDATE flights SET seats_sold = %s, seats_held = %s WHERE id = %s", (sold, held, flight_id))
