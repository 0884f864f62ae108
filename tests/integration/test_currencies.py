"""Prices of different currencies are not compared: lists that are sorted by price are grouped by currency, and a header names the groups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from tests.support.flights import add_flight, noon_in

FLIGHTS: Final = [
    ("C-1", "DEL", "HND", 9_500, "INR", 0),
    ("C-2", "DEL", "HND", 800, "JPY", 1),
    ("C-3", "DEL", "NRT", 9_000, "INR", 2),
    ("C-4", "DEL", "NRT", 90, "EUR", 3),
    ("C-5", "DEL", "HND", 9_800, "INR", 4),
    ("C-6", "DEL", "NRT", "700", "JPY", 5),
]
"""Number, source, destination, price, currency and the hour of departure behind noon. As numbers, 90 euros would be the cheapest, and the
yen cheaper than the rupees."""


@pytest.fixture
def mixed(admin: httpx.Client) -> dict[str, str]:
    """The flights are there. What asks for them."""
    for number, source, destination, price, currency, hours in FLIGHTS:
        at = noon_in(20, hours=hours)
        times = {"departure_ts": at, "arrival_ts": at + timedelta(hours=8)}
        add_flight(admin, flight_number=number, source=source, destination=destination, price=price, currency=currency, **times)
    return {"source": "Delhi", "destination": "Tokyo", "date": f"{noon_in(20):%Y-%m-%d}"}


def numbers(flights: list[dict[str, Any]]) -> list[str]:
    return [flight["flight_number"] for flight in flights]


def test_a_search_by_price_has_one_currency_after_the_other(client: httpx.Client, mixed: dict[str, str]) -> None:
    for _ in range(2):  # the long way, and the short one
        found = client.get("/api/v1/search", params=mixed | {"sort": "price"})
        assert numbers(found.json()) == ["C-3", "C-1", "C-5", "C-6", "C-2", "C-4"]
        assert found.headers["x-price-groups"] == "INR, JPY, EUR"
    one = client.get("/api/v1/search", params=mixed | {"sort": "price", "destination": "HND"})
    assert (numbers(one.json()), one.headers["x-price-groups"]) == (["C-1", "C-5", "C-2"], "INR, JPY")


def test_what_is_in_one_currency_or_not_by_price_names_no_groups(
    client: httpx.Client, admin: httpx.Client, mixed: dict[str, str]
) -> None:
    assert "x-price-groups" not in client.get("/api/v1/search", params=mixed).headers
    add_flight(admin, flight_number="C-7", source="BOM", destination="HND", currency="JPY")
    one = client.get(
        "/api/v1/search", params={"source": "BOM", "destination": "HND", "date": f"{noon_in(10):%Y-%m-%d}", "sort": "price"}
    )
    assert numbers(one.json()) == ["C-7"]
    assert "x-price-groups" not in one.headers


def test_itineraries_are_ranked_within_their_currency(client: httpx.Client, mixed: dict[str, str]) -> None:
    def ask(sort: str, **more: Any) -> tuple[list[str], list[str]]:
        response = client.get("/api/v1/itineraries", params=mixed | {"sort": sort, **more})
        assert response.status_code == 200, response.text
        found = response.json()
        return [each["segments"][0]["flight_number"] for each in found["data"]], found["currencies"]

    assert ask("price") == (["C-3", "C-1", "C-5", "C-6", "C-2", "C-4"], ["INR", "JPY", "EUR"])
    assert ask("price", destination="HND") == (["C-1", "C-5", "C-2"], ["INR", "JPY"])
    best, currencies = ask("best")
    # The cheapest of each currency is as good as that of another: a currency is not ahead because its unit is small.
    assert set(best[:3]) == {"C-3", "C-4", "C-6"}
    assert set(currencies) == {"INR", "JPY", "EUR"}


def test_a_day_of_the_calendar_has_the_lowest_price_of_each_currency(client: httpx.Client, mixed: dict[str, str]) -> None:
    month = {"source": "Delhi", "destination": "Tokyo", "month": mixed["date"][:7]}
    [day] = client.get("/api/v1/calendar", params=month).json()["data"]
    assert day == {
        "date": mixed["date"],
        "flights": 6,
        "price": "9000.00",
        "currency": "INR",
        "prices": [
            {"price": "9000.00", "currency": "INR"},
            {"price": "700", "currency": "JPY"},
            {"price": "90.00", "currency": "EUR"},
        ],
    }
