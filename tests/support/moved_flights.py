"""A flight that is moved after somebody has booked it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from tests.support.flights import add_flight, body, noon_in
from tests.support.pipeline import Pipeline

Book = Callable[..., UUID]


@pytest.fixture
def flight(admin: httpx.Client) -> dict[str, Any]:
    """Three days ahead, so that cancelling costs a fee."""
    return add_flight(admin, departure_ts=noon_in(3), arrival_ts=noon_in(3, hours=2))


@pytest.fixture
def book(traveller: httpx.Client, pipeline: Pipeline) -> Book:
    """Book the flights for the traveller and pay: `book(flight, ..., mode=...)`."""
    owner = UUID(traveller.get("/api/v1/auth/me").json()["id"])

    def book(*flights: str | UUID, mode: PaymentMode = PaymentMode.NONE) -> UUID:
        (booking,) = pipeline.accept(BookingRequest(owner, tuple(UUID(str(each)) for each in flights), 1, mode))
        pipeline.work(booking)
        with pipeline.db.transaction() as connection:
            connection.execute(
                """
                INSERT INTO payments (id, booking_id, token, amount, currency, status)
                SELECT gen_random_uuid(), id, 'tok_ok', price_total, 'INR', 'SUCCEEDED' FROM bookings
                WHERE id = %s AND status = 'CONFIRMED'
                """,
                (booking,),
            )
        return booking

    return book


def move(admin: httpx.Client, flight: dict[str, Any], *, hours: float) -> None:
    """Let it depart so many hours later than it was first meant to."""
    moved = admin.put(
        f"/admin/flights/{flight['id']}", json=body(departure_ts=noon_in(3, hours=hours), arrival_ts=noon_in(3, hours=hours + 2))
    )
    assert moved.status_code == 200, moved.text


def read(client: httpx.Client, booking: UUID) -> dict[str, Any]:
    response = client.get(f"/api/v1/bookings/{booking}")
    assert response.status_code == 200
    view: dict[str, Any] = response.json()
    return view


def keep(client: httpx.Client, booking: UUID, **seen: str) -> httpx.Response:
    return client.post(f"/api/v1/bookings/{booking}/schedule-change", json={"action": "keep", **seen})


def times(change: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(change[name]) for name in ("old_departure_ts", "new_departure_ts", "new_arrival_ts")]
