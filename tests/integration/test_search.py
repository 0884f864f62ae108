"""Search results are cached for minutes, and up to date after each change."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import redis as redis_py

from core import keys
from core.db import Database
from tests.support.api import ApiFactory, RunningApi
from tests.support.flights import SEED_BODY, add_flight, body, noon_in, sell
from tests.support.searches import DAY, ask


@pytest.fixture
def api(start_api: ApiFactory) -> RunningApi:
    """Where a place that no registry knows is taken as it is written."""
    return start_api(UNKNOWN_PLACES="accept")


def numbers(response: httpx.Response) -> list[str]:
    return [flight["flight_number"] for flight in response.json()]


def test_flights_are_found_by_name_and_by_code_in_any_case(admin: httpx.Client, client: httpx.Client) -> None:
    flight = add_flight(admin)
    for source, destination in [("Delhi", "Mumbai"), ("delhi", "MUMBAI"), ("DEL", "bom"), ("New Delhi", "Bombay")]:
        assert ask(client, source=source, destination=destination).json() == [flight]
    assert ask(client, source="Mumbai", destination="Delhi").json() == []
    assert ask(client, date=noon_in(11).date().isoformat()).json() == []
    assert ask(client, source="Atlantis").json() == []


def test_a_place_that_is_not_in_the_registry_is_found_by_its_name(admin: httpx.Client, client: httpx.Client) -> None:
    add_flight(admin, source="Atlantis Harbour")
    assert numbers(ask(client, source="ATLANTIS  harbour")) == ["AI-202"]


def test_accents_and_case_do_not_matter(admin: httpx.Client, client: httpx.Client) -> None:
    add_flight(admin, source="Zürich", destination="Bogotá", flight_number="LX-92")
    add_flight(admin, source="Île Imaginaire", destination="Atlantis Harbour", flight_number="XX-1")
    for source, destination in [("zurich", "bogota"), ("ZÜRICH", "BOGOTÁ"), ("zrh", "Bogota "), ("Zürich", "bog")]:
        assert numbers(ask(client, source=source, destination=destination)) == ["LX-92"]
    for source in ("Île Imaginaire", "ile imaginaire", "ÎLE IMAGINAIRE", "I\u0302le imaginaire"):
        assert numbers(ask(client, source=source, destination="atlantis harbour")) == ["XX-1"]
    assert ask(client, source="Ile", destination="Atlantis Harbour").json() == []


def test_only_flights_with_enough_free_seats_are_returned(admin: httpx.Client, client: httpx.Client, db: Database) -> None:
    for number, free in enumerate([0, 2, 5, 9]):
        departure = noon_in(10, hours=number / 4)
        flight = add_flight(
            admin, flight_number=f"AI-{number}", total_seats=20, departure_ts=departure, arrival_ts=noon_in(10, hours=4)
        )
        sell(db, flight["id"], sold=20 - free)
    assert numbers(ask(client)) == ["AI-0", "AI-1", "AI-2", "AI-3"]
    assert numbers(ask(client, seats=1)) == ["AI-1", "AI-2", "AI-3"]
    assert numbers(ask(client, seats=3)) == ["AI-2", "AI-3"]
    assert numbers(ask(client, seats=3, limit=1)) == ["AI-2"]  # the limit counts what fits
    assert numbers(ask(client, seats=9)) == ["AI-3"]


def test_the_date_is_the_local_date_of_departure(admin: httpx.Client, client: httpx.Client) -> None:
    late = noon_in(10, hours=8)  # 20:00 UTC is 01:30 of the next day in Delhi
    add_flight(admin, departure_ts=late, arrival_ts=noon_in(10, hours=10))
    assert ask(client).json() == []
    assert numbers(ask(client, date=noon_in(11).date().isoformat())) == ["AI-202"]


def test_flights_are_sorted_and_limited(admin: httpx.Client, client: httpx.Client) -> None:
    for number, price, hours in [("AI-1", 300, 3), ("AI-2", 100, 2), ("AI-3", 200, 1)]:
        departure = noon_in(10, hours=int(number[-1]) / 4)
        add_flight(
            admin,
            flight_number=number,
            price=price,
            departure_ts=departure,
            arrival_ts=noon_in(10, hours=int(number[-1]) / 4 + hours),
        )
    assert numbers(ask(client)) == numbers(ask(client, sort="departure")) == ["AI-1", "AI-2", "AI-3"]
    assert numbers(ask(client, sort="price")) == ["AI-2", "AI-3", "AI-1"]
    assert numbers(ask(client, sort="fastest")) == ["AI-3", "AI-2", "AI-1"]
    assert numbers(ask(client, sort="fastest", limit=1)) == ["AI-3"]


def test_a_wrong_parameter_is_named(client: httpx.Client) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"date": "2026-02-30"}, "?date"),
        ({"date": "tomorrow"}, "?date"),
        ({"sort": "cheapest"}, "?sort"),
        ({"seats": 0}, "?seats"),
        ({"seats": 10}, "?seats"),
        ({"limit": 0}, "?limit"),
        ({"limit": 101}, "?limit"),
        ({"limit": "many"}, "?limit"),
        ({"source": ""}, "?source"),
        ({"source": "D" * 81}, "?source"),
        ({"source": "a\nb"}, "?source"),
    ]
    good = {"source": "Delhi", "destination": "Mumbai", "date": DAY}
    for changes, pointer in cases:
        response = client.get("/api/v1/search", params={**good, **changes})
        assert response.status_code == 422, (changes, response.text)
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    for missing in good:
        response = client.get("/api/v1/search", params={name: value for name, value in good.items() if name != missing})
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, f"?{missing}")


def test_departed_and_cancelled_flights_are_not_listed(admin: httpx.Client, client: httpx.Client, db: Database) -> None:
    admin.post("/admin/flights", json=dict(SEED_BODY))
    assert ask(client, date="2025-12-25").json() == []
    flight = add_flight(admin)
    with db.transaction() as connection:
        connection.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", (flight["id"],))
    assert ask(client).json() == []


def test_an_answer_that_was_cached_leaves_out_what_departed_since(
    admin: httpx.Client, client: httpx.Client, db: Database
) -> None:
    flight = add_flight(admin)
    assert ask(client).headers["x-cache"] == "miss"
    with db.transaction() as connection:  # behind the cache's back, so that only the clock can hide it
        connection.execute(
            "UPDATE flights SET departure_ts = now() + interval '300 ms', departure_date = %s WHERE id = %s", (DAY, flight["id"])
        )
    assert numbers(ask(client, sort="price")) == ["AI-202"]
    deadline = threading.Event()
    deadline.wait(0.4)
    later = ask(client, sort="price")
    assert (later.json(), later.headers["x-cache"]) == ([], "hit")


def test_the_second_search_is_a_hit_until_something_changes(admin: httpx.Client, client: httpx.Client) -> None:
    flight = add_flight(admin)
    address = f"/admin/flights/{flight['id']}"

    def looked() -> tuple[str, list[Any]]:
        response = ask(client)
        assert int(response.headers["age"]) >= 0
        return response.headers["x-cache"], [(each["flight_number"], each["price"]) for each in response.json()]

    assert looked() == ("miss", [("AI-202", "7500.00")])
    assert looked() == ("hit", [("AI-202", "7500.00")])
    admin.put(address, json=body(price=1))
    assert looked() == ("miss", [("AI-202", "1.00")])
    assert looked() == ("hit", [("AI-202", "1.00")])
    add_flight(admin, flight_number="AI-9", departure_ts=noon_in(10, hours=1), arrival_ts=noon_in(10, hours=3))
    assert looked()[0] == "miss"
    # To another route: both the old and the new one change.
    assert ask(client, destination="Pune").json() == []
    admin.put(address, json=body(destination="Pune"))
    assert looked() == ("miss", [("AI-9", "7500.00")])
    assert numbers(ask(client, destination="Pune")) == ["AI-202"]
    admin.delete(address)
    assert ask(client, destination="Pune").json() == []


def test_seats_are_live_although_the_answer_is_cached(admin: httpx.Client, client: httpx.Client, db: Database) -> None:
    flight = add_flight(admin, total_seats=10)
    assert ask(client).json()[0]["available_seats"] == 10
    sell(db, flight["id"], sold=3, held=1)

    deadline = threading.Event()
    deadline.wait(1.1)  # nobody announced it, so the board may be right a second late
    response = ask(client)
    assert (response.headers["x-cache"], response.json()[0]["available_seats"]) == ("hit", 6)
    assert client.get(f"/api/v1/flights/{flight['id']}").json()["available_seats"] == 6


def test_search_works_while_redis_holds_garbage_or_is_away(
    start_api: ApiFactory, private_servers: Any, database_url: str
) -> None:
    pair = private_servers()
    api = start_api(REDIS_URL=pair.redis_url)
    parameters = {"source": "Delhi", "destination": "Mumbai", "date": DAY}
    with api.client() as client, redis_py.Redis.from_url(pair.redis_url) as redis:
        redis.set(keys.search("DEL", "BOM", noon_in(10).date(), "departure"), b"\xc1garbage")
        assert client.get("/api/v1/search", params=parameters).status_code == 200
        pair.valkey.stop()
        for _ in range(3):
            response = client.get("/api/v1/search", params=parameters)
            assert (response.status_code, response.headers["x-cache"]) == (200, "miss")


def test_airports_are_the_places_that_have_flights(admin: httpx.Client, client: httpx.Client) -> None:
    assert client.get("/api/v1/airports").json() == []
    flight = add_flight(admin)
    add_flight(admin, flight_number="AI-9", source="DEL", destination="Atlantis Harbour")
    assert client.get("/api/v1/airports").json() == ["Atlantis Harbour", "Delhi", "Mumbai"]
    again = client.get("/api/v1/airports")
    assert again.headers["x-cache"] == "hit"

    suggested = client.get("/api/v1/airports/suggest", params={"q": "mumbay"}).json()
    assert suggested == [{"name": "Mumbai", "iata": "BOM", "city": "Mumbai", "country": "IN", "timezone": "Asia/Kolkata"}]
    assert client.get("/api/v1/airports/suggest", params={"q": "atl"}).json()[0]["iata"] is None
    admin.delete(f"/admin/flights/{flight['id']}")
    assert "Mumbai" not in client.get("/api/v1/airports").json()
    assert client.get("/api/v1/airports/suggest", params={"q": "mumbai"}).json() == []


def test_busier_places_are_suggested_first(admin: httpx.Client, client: httpx.Client) -> None:
    for number, destination in enumerate(["Madurai", "Madrid", "Madrid", "Madrid", "Mumbai", "Mumbai"]):
        add_flight(admin, flight_number=f"AI-{number}", destination=destination)

    def suggested(typed: str) -> list[str]:
        return [place["name"] for place in client.get("/api/v1/airports/suggest", params={"q": typed}).json()]

    assert suggested("") == ["Delhi", "Madrid", "Mumbai", "Madurai"]
    assert suggested("m") == ["Madrid", "Mumbai", "Madurai"]
    assert suggested("madur")[0] == "Madurai"
    # The list of names is in the order of the names, as it always was.
    assert client.get("/api/v1/airports").json() == ["Delhi", "Madrid", "Madurai", "Mumbai"]


def test_one_flight_is_public_and_an_unknown_one_is_not_found(admin: httpx.Client, client: httpx.Client) -> None:
    flight = add_flight(admin)
    assert client.get(f"/api/v1/flights/{flight['id']}").json() == flight
    missing = client.get("/api/v1/flights/019a0000-0000-7000-8000-000000000000")
    assert (missing.status_code, missing.json()["code"]) == (404, "flight_not_found")
    assert client.get("/api/v1/flights/nonsense").status_code == 404


def test_of_many_who_miss_at_once_one_computes(admin: httpx.Client, client: httpx.Client) -> None:
    add_flight(admin)
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda _: ask(client), range(60)))
    assert [response.headers["x-cache"] for response in responses].count("miss") == 1
    assert all(numbers(response) == ["AI-202"] for response in responses)
