"""A booking with named passengers: make it and read it over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.support.pipeline import Pipeline

BY_REFERENCE = "/api/v1/bookings/by-reference"
ASHA = {"name": "Asha Rao", "date_of_birth": "1990-02-28", "contact": "asha@example.com"}
RAVI = {"name": "Ravi Łukasz de la Cruz"}


def book(client: httpx.Client, pipeline: Pipeline, *passengers: dict[str, Any], flight: UUID | None = None) -> httpx.Response:
    return client.post(
        "/api/v1/booking",
        json={"flight_id": str(flight or pipeline.flight(9)), "seats": 2, "passengers": list(passengers)},
    )


@pytest.fixture
def booking(traveller: httpx.Client, pipeline: Pipeline) -> UUID:
    """Of Asha and Ravi, confirmed."""
    booking = UUID(book(traveller, pipeline, ASHA, RAVI).json()["booking_id"])
    pipeline.work(booking)
    return booking


def read(client: httpx.Client, booking: UUID) -> dict[str, Any]:
    view: dict[str, Any] = client.get(f"/api/v1/bookings/{booking}").json()
    return view


def correct(client: httpx.Client, booking: UUID, position: int, **changes: Any) -> httpx.Response:
    return client.patch(f"/api/v1/bookings/{booking}/passengers/{position}", json=changes)
