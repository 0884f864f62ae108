"""Itineraries over HTTP: the next request finds a change, sold-out flights are left out, and the results can be booked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import msgspec
import pytest

from core.bookings import segments
from core.db import Database
from tests.support.api import ApiFactory, RunningApi
from tests.support.flights import add_flight, body, noon_in, sell
from tests.support.imports import ImportSteps, csv_of, row
from tests.support.pipeline import Pipeline
from tests.support.processes import Worker
from tests.support.waiting import until

DAY = noon_in(10).date().isoformat()


def ask(client: httpx.Client, **changes: Any) -> list[dict[str, Any]]:
    response = client.get("/api/v1/itineraries", params={"source": "Delhi", "destination": "Dublin", "date": DAY, **changes})
    assert response.status_code == 200, response.text
    assert response.json()["complete"]
    data: list[dict[str, Any]] = response.json()["data"]
    return data


def numbers(itineraries: Sequence[dict[str, Any]]) -> list[str]:
    return [" ".join(segment["flight_number"] for segment in each["segments"]) for each in itineraries]


def add(admin: httpx.Client, number: str, source: str, destination: str, begin: float, end: float, **more: Any) -> dict[str, Any]:
    """A flight; `begin` and `end` in hours after noon UTC of the day."""
    times = {"departure_ts": noon_in(10, hours=begin), "arrival_ts": noon_in(10, hours=end)}
    return add_flight(admin, flight_number=number, source=source, destination=destination, **{**times, "price": 100, **more})


@pytest.fixture
def worker(pipeline: Pipeline) -> Worker:
    return pipeline.worker()


@pytest.fixture
def network(admin: httpx.Client) -> dict[str, dict[str, Any]]:
    """Delhi to London: direct and dear, by Dubai, and by Mumbai and Dubai into the next day."""
    flights = [
        add(admin, "DL-1", "Delhi", "Dublin", 0, 9, price=900),
        add(admin, "DD-1", "Delhi", "Dubai", -2, 1, price=200),
        add(admin, "XL-1", "Dubai", "Dublin", 2, 9.5, price=300, total_seats=5),
        add(admin, "DM-1", "Delhi", "Mumbai", 2, 4, price=50),
        add(admin, "MX-1", "Mumbai", "Dubai", 5, 8, price=60),
        add(admin, "XL-2", "Dubai", "Dublin", 14, 21, price=70),
    ]
    return {flight["flight_number"]: flight for flight in flights}


def test_direct_flights_and_connections_are_found_and_ranked(network: dict[str, Any], client: httpx.Client) -> None:
    direct, one, two = "DL-1", "DD-1 XL-1", "DM-1 MX-1 XL-2"
    assert numbers(ask(client, sort="price")) == [two, one, direct]
    assert numbers(ask(client, sort="fastest")) == [direct, one, two]
    assert numbers(ask(client, max_stops=1, sort="price")) == [one, direct]
    assert numbers(ask(client, max_stops=0)) == [direct]
    assert numbers(ask(client, limit=1, sort="price")) == [two]
    found = dict(zip(numbers(ask(client)), ask(client, seats=2), strict=True))
    assert found[one]["segments"][1] == client.get(f"/api/v1/flights/{network['XL-1']['id']}").json()
    del found[one]["segments"]
    assert found[one] == {
        "stops": 1,
        "duration_minutes": 690,
        "total_price": "1000.00",
        "currency": "INR",
        "available_seats": 5,
    }


def test_places_are_understood_as_in_search(network: dict[str, Any], client: httpx.Client) -> None:
    assert numbers(ask(client, source="del", destination="DUB")) == numbers(ask(client)) != []
    assert ask(client, source="Atlantis") == ask(client, destination="Atlantis") == []
    assert ask(client, source="Dublin", destination="Delhi") == []


def test_the_date_is_the_local_date_at_the_source(admin: httpx.Client, client: httpx.Client) -> None:
    add(admin, "DD-9", "Delhi", "Dubai", 8, 11)  # 20:00 UTC is 01:30 of the next day in Delhi
    add(admin, "XL-9", "Dubai", "Dublin", 13, 20)
    assert ask(client) == []
    assert numbers(ask(client, date=noon_in(11).date().isoformat())) == ["DD-9 XL-9"]


def test_a_wrong_parameter_is_named(client: httpx.Client) -> None:
    good = {"source": "Delhi", "destination": "Dublin", "date": DAY, "month": DAY[:7]}
    cases: dict[str, list[tuple[dict[str, Any], str]]] = {
        "itineraries": [
            ({"date": "2026-02-30"}, "?date"),
            ({"sort": "cheapest"}, "?sort"),
            ({"max_stops": 3}, "?max_stops"),
            ({"max_stops": -1}, "?max_stops"),
            ({"seats": 0}, "?seats"),
            ({"seats": 10}, "?seats"),
            ({"limit": 0}, "?limit"),
            ({"limit": 101}, "?limit"),
            ({"source": ""}, "?source"),
            ({"destination": "New Delhi"}, "?destination"),
        ],
        "calendar": [
            ({"month": "2026-13"}, "?month"),
            ({"month": "0000-01"}, "?month"),
            ({"month": "2026-1"}, "?month"),
            ({"seats": 10}, "?seats"),
            ({"destination": "DEL"}, "?destination"),
        ],
    }
    for path, wrong in cases.items():
        for changes, pointer in wrong:
            response = client.get(f"/api/v1/{path}", params={**good, **changes})
            assert response.status_code == 422, (path, changes, response.text)
            assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2000-01-01", "2025-01-01", "2099-12-31", "9999-12-31"])
def test_a_day_without_flights_is_an_empty_answer_however_far_away(client: httpx.Client, day: str) -> None:
    assert ask(client, date=day) == []


def test_the_next_request_sees_what_an_administrator_changed(
    network: dict[str, Any], admin: httpx.Client, client: httpx.Client, api: RunningApi
) -> None:
    assert numbers(ask(client, max_stops=1, sort="price")) == ["DD-1 XL-1", "DL-1"]
    loaded = api.services.timetable.loaded

    changed = body(
        flight_number="DL-1", destination="Dublin", departure_ts=noon_in(10), arrival_ts=noon_in(10, hours=9), price=600
    )
    assert admin.put(f"/admin/flights/{network['DL-1']['id']}", json=changed).status_code == 200
    cheap = ask(client, max_stops=1, sort="price")
    assert [(*numbers([each]), each["total_price"]) for each in cheap] == [("DD-1 XL-1", "500.00"), ("DL-1", "600.00")]

    add(admin, "DL-2", "Delhi", "Dublin", 1, 10)
    assert "DL-2" in numbers(ask(client, max_stops=1))

    moved = body(flight_number="DD-1", destination="Dubai", departure_ts=noon_in(12), arrival_ts=noon_in(12, hours=2))
    admin.put(f"/admin/flights/{network['DD-1']['id']}", json=moved)
    assert "DD-1 XL-1" not in numbers(ask(client, max_stops=1))
    add(admin, "XL-3", "Dubai", "Dublin", 51, 58)
    assert numbers(ask(client, date=noon_in(12).date().isoformat())) == ["DD-1 XL-3"]
    known = api.services.timetable.loaded

    assert admin.delete(f"/admin/flights/{network['DL-1']['id']}").status_code == 204
    assert numbers(ask(client, max_stops=0)) == ["DL-2"]
    assert admin.post(f"/admin/flights/{network['XL-2']['id']}/cancel", json={"reason": "fog"}).status_code == 202
    assert numbers(ask(client)) == ["DL-2"]
    assert api.services.timetable.loaded == known, "a change of single flights loads no day anew"
    assert loaded > 0


def test_the_next_request_sees_an_import(import_steps: ImportSteps) -> None:
    at = {"departure_ts": noon_in(10).isoformat(), "arrival_ts": noon_in(10, hours=9).isoformat()}
    for count in (3, 250):  # few changes are listed one by one, many by their days
        before = ask(import_steps.admin, limit=100)
        sources = ["Delhi"] * 3 if count == 3 else ["Delhi", *(f"Place {number}" for number in range(count))]
        rows = [
            row(number, flight_number=f"I{count}-{number}", source=source, destination="Dublin", price=count, **at)
            for number, source in enumerate(sources)
        ]
        import_steps.take(csv_of(rows))
        after = ask(import_steps.admin, limit=100)
        new = {f"I{count}-{number}" for number, source in enumerate(sources) if source == "Delhi"}
        assert set(numbers(after)) - set(numbers(before)) == new


def test_a_leg_that_is_sold_out_is_left_out_at_once_and_the_next_best_takes_its_place(
    network: dict[str, Any], admin: httpx.Client, client: httpx.Client, db: Database
) -> None:
    add(admin, "XL-4", "Dubai", "Dublin", 2.5, 11, price=310)  # later and dearer than XL-1: left out while that has seats
    assert numbers(ask(client, max_stops=1, limit=1, sort="price", seats=5)) == ["DD-1 XL-1"]
    assert numbers(ask(client, max_stops=1, sort="price", seats=6)) == ["DD-1 XL-4", "DL-1"]
    assert numbers(ask(client, max_stops=1, limit=1, sort="price", seats=6)) == ["DD-1 XL-4"]
    sell(db, network["XL-1"]["id"], sold=5)
    until(lambda: numbers(ask(client, max_stops=1, sort="price")) == ["DD-1 XL-4", "DL-1"])
    sell(db, network["XL-1"]["id"], sold=0)
    until(lambda: numbers(ask(client, max_stops=1, sort="price")) == ["DD-1 XL-1", "DL-1"])


@dataclass(frozen=True)
class Booked:
    """What the rules of a booking look at."""

    departure_ts: datetime
    arrival_ts: datetime
    currency: str


def test_an_itinerary_keeps_the_rules_of_a_booking(network: dict[str, Any], client: httpx.Client) -> None:
    for each in ask(client):
        assert segments.find_flaw(msgspec.convert(each["segments"], list[Booked])) is None


def test_an_itinerary_can_be_booked_for_its_price(network: dict[str, Any], traveller: httpx.Client, worker: Worker) -> None:
    found = ask(traveller, seats=2, sort="price")
    assert len(found) == 3
    for each in found:
        ids = [segment["id"] for segment in each["segments"]]
        what = {"flight_ids": ids} if len(ids) > 1 else {"flight_id": ids[0]}
        booked = traveller.post("/api/v1/booking", json={**what, "seats": 2}, headers={"Prefer": "wait=20"})
        assert booked.status_code == 202, booked.text
        booking = traveller.get(f"/api/v1/bookings/{booked.json()['booking_id']}").json()
        assert (booking["status"], booking["price_total"]) == ("CONFIRMED", each["total_price"])
        for segment, flight in zip(booking["segments"], each["segments"], strict=True):
            assert segment["flight"].items() <= flight.items()


def test_many_who_ask_for_a_day_at_once_load_it_once(network: dict[str, Any], start_api: ApiFactory) -> None:
    api = start_api()

    async def send_all() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(base_url=api.base_url, timeout=60, limits=limits) as client:
            parameters = {"source": "Delhi", "destination": "Dublin", "date": DAY}
            return await asyncio.gather(*(client.get("/api/v1/itineraries", params=parameters) for _ in range(100)))

    responses = asyncio.run(send_all())
    assert {response.status_code for response in responses} == {200}
    assert len({response.text for response in responses}) == 1
    timetable = api.services.timetable
    assert timetable.loaded == len(timetable.held_days)


def test_memory_is_limited_by_dropping_the_least_recently_used_entries(network: dict[str, Any], start_api: ApiFactory) -> None:
    api = start_api(TIMETABLE_MB="1")
    timetable = api.services.timetable
    with api.client() as client:
        for days in range(10, 60):
            ask(client, date=noon_in(days).date().isoformat())
        assert timetable.held_bytes <= 2**20
        assert len(timetable.held_days) < 20
        assert numbers(ask(client, max_stops=0)) == ["DL-1"]


def test_without_redis_itineraries_come_from_the_database(
    start_api: ApiFactory, private_servers: Any, db: Database, network: dict[str, Any], database_url: str
) -> None:
    pair = private_servers()
    api = start_api(REDIS_URL=pair.redis_url)
    with api.client() as client:
        assert numbers(ask(client, max_stops=0)) == ["DL-1"]
        pair.valkey.stop()
        assert numbers(ask(client, max_stops=0)) == ["DL-1"]
        with db.transaction() as connection:  # the change cannot be announced
            connection.execute("UPDATE flights SET price = 5 WHERE flight_number = 'DL-1'")
        assert [each["total_price"] for each in ask(client, max_stops=0)] == ["5.00"], "what is shown is looked at"
        with db.transaction() as connection:
            connection.execute("UPDATE flights SET destination = 'Dublin', destination_iata = 'DUB' WHERE flight_number = 'DM-1'")
        until(lambda: "DM-1" in numbers(ask(client, max_stops=0)), seconds=20)  # what is new is seen when the day is read again
        pair.valkey.start()
        until(lambda: len(ask(client, max_stops=0)) == 2)


def test_without_the_database_the_answer_is_503(start_api: ApiFactory, private_servers: Any, redis_url: str) -> None:
    pair = private_servers()
    api = start_api(DATABASE_URL=pair.database_url)
    with api.client() as client:
        assert ask(client, destination="Mumbai") == []
        pair.postgres.stop()
        for path in ("itineraries", "calendar"):
            far = noon_in(20).date().isoformat()  # a day that is not in memory
            parameters: dict[str, str] = {"source": "Delhi", "destination": "Pune", "date": far, "month": far[:7]}
            response = client.get(f"/api/v1/{path}", params=parameters)
            assert (response.status_code, response.json()["code"]) == (503, "unavailable")
