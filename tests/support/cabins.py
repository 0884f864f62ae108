"""Flights whose seats have numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from core.seats.cabins.catalogue import CABINS
from tests.support.pipeline import Pipeline

SMALL = "C208-9"
"""Three rows of one seat, an aisle, and two seats: 1A 1C 1D, 2A 2C 2D, 3A 3C 3D."""


def flight_with_cabin(pipeline: Pipeline, cabin: str = SMALL, *, departs_in: timedelta | None = None) -> UUID:
    """A new flight that has this cabin."""
    flight = pipeline.flight(CABINS[cabin].size, departs_in=departs_in)
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE flights SET cabin = %s WHERE id = %s", (cabin, flight))
    return flight


def book(client: httpx.Client, *flights: UUID, seats: int = 1, **more: Any) -> httpx.Response:
    """Book seats on one flight or on several."""
    named = {"flight_id": str(flights[0])} if len(flights) == 1 else {"flight_ids": [str(flight) for flight in flights]}
    return client.post("/api/v1/booking", json={**named, "seats": seats, "allow_duplicate": True, **more})


def taken(client: httpx.Client, flight: UUID) -> list[str]:
    """Seats that are picked, as anybody sees them."""
    seats: list[str] = client.get(f"/api/v1/flights/{flight}/seats").json()["taken"]
    return seats


def booked(response: httpx.Response) -> UUID:
    assert response.status_code == 202, response.text
    return UUID(response.json()["booking_id"])


def numbers(client: httpx.Client, booking: UUID) -> list[list[str]]:
    view = client.get(f"/api/v1/bookings/{booking}").json()
    return [segment["seat_numbers"] for segment in view["segments"]]


def put(client: httpx.Client, booking: UUID, wanted: Any) -> httpx.Response:
    return client.put(f"/api/v1/bookings/{booking}/seats", json={"seat_numbers": wanted})


def wrong_numbers(pipeline: Pipeline) -> list[str]:
    """The violations of seat numbers that the checker finds."""
    return [each for each in pipeline.violations() if each.startswith("I13")]
