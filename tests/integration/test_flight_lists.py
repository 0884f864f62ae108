"""Lists of flights, as administrators filter, sort and page them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.flights.listing import FlightSort
from tests.support.flights import add_flight, noon_in


def test_lists_are_filtered_sorted_and_paged(admin: httpx.Client) -> None:
    for number in range(5):
        departure = noon_in(10, hours=number)
        add_flight(
            admin, flight_number=f"AI-{number}", price=100 - number % 2, departure_ts=departure, arrival_ts=noon_in(10, hours=9)
        )
    add_flight(admin, flight_number="6E-9", source="Chennai", departure_ts=noon_in(11), arrival_ts=noon_in(12))

    def numbers(**parameters: Any) -> list[str]:
        answer = admin.get("/admin/flights", params=parameters)
        assert answer.status_code == 200, answer.text
        return [flight["flight_number"] for flight in answer.json()["data"]]

    assert numbers() == ["AI-0", "AI-1", "AI-2", "AI-3", "AI-4", "6E-9"]
    assert numbers(source="del", sort="-departure_ts") == ["AI-4", "AI-3", "AI-2", "AI-1", "AI-0"]
    assert numbers(date=noon_in(11).date().isoformat()) == ["6E-9"]
    assert numbers(from_date=noon_in(11).date().isoformat()) == ["6E-9"]
    assert numbers(from_date=noon_in(10).date().isoformat(), sort="-departure_ts") == [
        "6E-9",
        "AI-4",
        "AI-3",
        "AI-2",
        "AI-1",
        "AI-0",
    ]
    assert numbers(from_date="9999-12-31") == []
    assert len(numbers(from_date="0001-01-01")) == 6
    assert numbers(q="6e") == ["6E-9"]
    assert numbers(q="chen") == ["6E-9"]
    assert numbers(q="100%") == []
    assert numbers(status="CANCELLED") == []
    assert numbers(sort="created_at", limit=1) == ["AI-0"]

    pages: list[list[str]] = []
    cursor: str | None = None
    while not pages or cursor:
        answer = admin.get(
            "/admin/flights", params={"sort": "price", "limit": 2, **({"cursor": cursor} if cursor else {})}
        ).json()
        pages.append([flight["flight_number"] for flight in answer["data"]])
        cursor = answer["next_cursor"]
    assert pages == [["AI-1", "AI-3"], ["AI-0", "AI-2"], ["AI-4", "6E-9"]]


@pytest.mark.parametrize("sort", list(FlightSort))
def test_pages_hold_still_while_flights_are_added(admin: httpx.Client, sort: str) -> None:
    """All equal in what they are sorted by, where that can be. Every flight of the beginning is on one page, once."""
    for number in range(9):
        departure = noon_in(10, hours=number // 3)
        add_flight(admin, flight_number=f"AI-{number}", price=number % 2, departure_ts=departure, arrival_ts=noon_in(10, hours=9))
    begun = {flight["id"] for flight in admin.get("/admin/flights").json()["data"]}
    seen: list[str] = []
    cursor: str | None = None
    number = 100
    while True:
        parameters: dict[str, str | int] = {"sort": sort, "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = admin.get("/admin/flights", params=parameters).json()
        seen += [flight["id"] for flight in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        if number < 106:
            number += 1
            hours = number % 3
            add_flight(
                admin,
                flight_number=f"AI-{number}",
                price=number % 2,
                departure_ts=noon_in(10, hours=hours),
                arrival_ts=noon_in(10, hours=9),
            )
    assert len(seen) == len(set(seen))
    assert begun <= set(seen)


def test_a_list_says_which_parameter_is_wrong(admin: httpx.Client) -> None:
    cases: list[dict[str, Any]] = [
        {"cursor": "nonsense"},
        {"cursor": "WyJwcmljZSIsIngiLCIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAiXQ", "sort": "price"},
        {"cursor": "é"},
        {"sort": "seats_sold"},
        {"limit": 0},
        {"limit": 201},
        {"date": "2026-02-30"},
        {"from_date": "today"},
        {"status": "LATE"},
    ]
    for parameters in cases:
        answer = admin.get("/admin/flights", params=parameters)
        assert answer.status_code == 422, (parameters, answer.text)
        assert answer.json()["errors"][0]["pointer"] in {f"?{name}" for name in parameters}


def test_the_first_day_is_a_day_at_the_place_of_departure(admin: httpx.Client) -> None:
    """At 20:00 UTC it is the next day in Delhi: that flight is one of the next day, in the list and in the file."""
    day = noon_in(10).date()
    add_flight(admin, flight_number="AI-1", departure_ts=f"{day}T20:00:00Z", arrival_ts=f"{day}T23:00:00Z")
    following = {"from_date": (day + timedelta(days=1)).isoformat()}
    after = {"from_date": (day + timedelta(days=2)).isoformat()}
    assert len(admin.get("/admin/flights", params=following).json()["data"]) == 1
    assert admin.get("/admin/flights", params=after).json()["data"] == []
    assert "AI-1" in admin.get("/admin/flights/export.csv", params=following).text
    assert "AI-1" not in admin.get("/admin/flights/export.csv", params=after).text
