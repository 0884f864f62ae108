"""The calendar: the cheapest price of each day of a month."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.db import Database
from tests.support.flights import add_flight, noon_in, sell
from tests.support.waiting import until


def test_the_calendar_has_the_cheapest_price_of_each_day(admin: httpx.Client, client: httpx.Client, db: Database) -> None:
    first = (noon_in(40)).replace(day=10)
    offers = [("C-1", first, 300), ("C-2", first + timedelta(hours=1), 200), ("C-3", first + timedelta(days=5), 250)]
    flights = [
        add_flight(admin, flight_number=number, departure_ts=at, arrival_ts=at + timedelta(hours=2), price=price, total_seats=9)
        for number, at, price in offers
    ]
    parameters = {"source": "delhi", "destination": "BOM", "month": f"{first:%Y-%m}"}

    def shown(**more: Any) -> tuple[str, list[tuple[str, int, str | None]]]:
        response = client.get("/api/v1/calendar", params={**parameters, **more})
        assert response.status_code == 200, response.text
        return response.headers["x-cache"], [
            (each["date"][-2:], each["flights"], each["price"]) for each in response.json()["data"]
        ]

    assert shown() == ("miss", [("10", 2, "200.00"), ("15", 1, "250.00")])
    assert shown() == ("hit", [("10", 2, "200.00"), ("15", 1, "250.00")])
    sell(db, flights[1]["id"], sold=3)
    sell(db, flights[2]["id"], sold=9)
    until(lambda: shown() == ("hit", [("10", 2, "200.00"), ("15", 1, None)]))
    assert shown(seats=7) == ("hit", [("10", 2, "300.00"), ("15", 1, None)])
    admin.delete(f"/admin/flights/{flights[1]['id']}")
    assert shown() == ("miss", [("10", 1, "300.00"), ("15", 1, None)])


@pytest.mark.parametrize("month", ["1000-01", "2025-01", "9999-12"])
def test_a_month_without_flights_is_an_empty_calendar_however_far_away(client: httpx.Client, month: str) -> None:
    response = client.get("/api/v1/calendar", params={"source": "Delhi", "destination": "Dublin", "month": month})
    assert (response.status_code, response.json()) == (200, {"data": []})
