"""Fare watches of a route on a day or of a booking: one notification for each fall, the end at the departure, and access for the traveller
only.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from core.fare_watches.watches import LIMIT
from tests.support.api import RunningApi, problem, register
from tests.support.flights import TODAY, add_flight, body, sell
from tests.support.passengers import ASHA, book
from tests.support.pipeline import Pipeline
from workers.sweeps.fares import FareStep

ADDRESS = "asha@example.com"
DAY = (TODAY + timedelta(days=10)).isoformat()
ROUTE = {"source": "Delhi", "destination": "Mumbai", "date": DAY}
WATCHES = "/api/v1/fare-watches"


@pytest.fixture
def asha(api: RunningApi) -> Iterator[httpx.Client]:
    """A traveller whose username is an address."""
    with api.client() as client:
        user = register(client, ADDRESS)
    with api.client(user.headers) as client:
        yield client


@pytest.fixture
def flight(admin: httpx.Client, pipeline: Pipeline) -> dict[str, Any]:
    return add_flight(admin)


def watch(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    response = client.post(WATCHES, json={**ROUTE, **changes})
    assert response.status_code in (HTTPStatus.CREATED, HTTPStatus.OK), response.text
    made: dict[str, Any] = response.json()
    return made


def price(admin: httpx.Client, flight: dict[str, Any], amount: str) -> None:
    assert admin.put(f"/admin/flights/{flight['id']}", json=body(price=amount)).status_code == HTTPStatus.OK


def look(pipeline: Pipeline) -> None:
    """One pass of a sweep that has just begun."""
    FareStep(pipeline.context).run()


def subjects(client: httpx.Client) -> list[str]:
    """Of the mails about fares, oldest first."""
    mails = reversed(client.get("/api/v1/mails").json()["data"])
    return [mail["subject"].split(" · ")[0] for mail in mails if mail["kind"] == "fare_fell"]


def the_watch(client: httpx.Client) -> dict[str, Any]:
    (one,) = client.get(WATCHES).json()["data"]
    return dict(one)


def test_each_fall_below_all_earlier_prices_is_notified_once(
    asha: httpx.Client, admin: httpx.Client, pipeline: Pipeline, flight: dict[str, Any]
) -> None:
    made = watch(asha)
    assert (made["price"], made["currency"], made["fall"]) == ("7500.00", "INR", None)
    for amount in ("7500", "8000", "6900", "6900", "8000", "6900", "6800"):
        price(admin, flight, amount)
        look(pipeline)
        look(pipeline)
    assert subjects(asha) == ["The fare has fallen to INR 6,900.00", "The fare has fallen to INR 6,800.00"]
    (mail,) = asha.get("/api/v1/mails", params={"limit": 1}).json()["data"]
    assert mail["booking_id"] is None
    assert "It was INR 6,900.00 before." in mail["body"]
    seen = the_watch(asha)
    assert (seen["price"], seen["fall"]["price"], seen["fall"]["before"]) == ("6800.00", "6800.00", "6900.00")
    price(admin, flight, "7000")
    assert the_watch(asha)["fall"] is None


def test_a_limit_is_kept_and_can_be_changed(
    asha: httpx.Client, admin: httpx.Client, pipeline: Pipeline, flight: dict[str, Any]
) -> None:
    made = watch(asha, below="6500")
    price(admin, flight, "6600")
    look(pipeline)
    assert subjects(asha) == []
    again = asha.post(WATCHES, json={**ROUTE, "below": 6300})
    assert (again.status_code, again.json()["id"], again.json()["below"]) == (HTTPStatus.OK, made["id"], "6300.00")
    for amount in ("6400", "6200"):
        price(admin, flight, amount)
        look(pipeline)
    assert subjects(asha) == ["The fare has fallen to INR 6,200.00"]


def test_only_a_flight_with_seats_for_the_party_counts(
    asha: httpx.Client, admin: httpx.Client, pipeline: Pipeline, flight: dict[str, Any]
) -> None:
    cheap = add_flight(admin, flight_number="SQ-CHEAP", price=5000, total_seats=3)
    sell(pipeline.db, cheap["id"], sold=2)
    assert watch(asha, seats=2)["price"] == "7500.00"
    assert watch(asha)["price"] == "5000.00"
    sell(pipeline.db, cheap["id"])
    look(pipeline)
    assert subjects(asha) == ["The fare has fallen to INR 5,000.00"]


def test_a_booking_is_watched_by_what_all_of_it_costs(
    asha: httpx.Client, admin: httpx.Client, pipeline: Pipeline, flight: dict[str, Any]
) -> None:
    booking = UUID(book(asha, pipeline, ASHA, flight=flight["id"]).json()["booking_id"])
    refused = asha.post(WATCHES, json={"booking_id": str(booking)})
    problem(refused, HTTPStatus.CONFLICT, "not_watchable")
    pipeline.work(booking)
    made = asha.post(WATCHES, json={"booking_id": str(booking)})
    assert made.status_code == HTTPStatus.CREATED
    assert (made.json()["price"], made.json()["booked_price"]) == ("15000.00", "15000.00")
    price(admin, flight, "7000")
    look(pipeline)
    assert subjects(asha) == ["Your fare has fallen to INR 14,000.00"]
    assert the_watch(asha)["fall"]["price"] == "14000.00"
    rebooked = asha.post(
        f"/api/v1/bookings/{booking}/rebookings", json={"expected_total": {"amount": "14000", "currency": "INR"}}
    )
    assert rebooked.json()["price_total"] == "14000.00"
    assert the_watch(asha)["fall"] is None
    assert asha.delete(f"/api/v1/bookings/{booking}").status_code == HTTPStatus.OK
    assert asha.get(WATCHES).json()["data"] == []
    look(pipeline)
    problem(asha.get(f"{WATCHES}/{made.json()['id']}"), HTTPStatus.NOT_FOUND, "fare_watch_not_found")


def test_a_watch_ends_with_its_day(asha: httpx.Client, pipeline: Pipeline, flight: dict[str, Any]) -> None:
    made = watch(asha)
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE fare_watches SET ends_at = now() WHERE id = %s", (made["id"],))
    assert asha.get(WATCHES).json()["data"] == []
    look(pipeline)
    problem(asha.get(f"{WATCHES}/{made['id']}"), HTTPStatus.NOT_FOUND, "fare_watch_not_found")


def test_the_limit_of_watches_holds_also_for_requests_at_once(asha: httpx.Client, pipeline: Pipeline) -> None:
    """Without the lock of the traveller all of these count before any of them is there."""
    days = [(TODAY + timedelta(days=10 + ahead)).isoformat() for ahead in range(LIMIT + 4)]
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda day: asha.post(WATCHES, json={**ROUTE, "date": day}), days))
    refused = [response for response in responses if response.status_code != HTTPStatus.CREATED]
    assert [problem(response, HTTPStatus.CONFLICT, "too_many_fare_watches")["limit"] for response in refused] == [LIMIT] * 4
    assert len(asha.get(WATCHES).json()["data"]) == LIMIT


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"date": (TODAY - timedelta(days=2)).isoformat()}, "/date"),
        ({"date": "9999-12-31"}, "/date"),
        ({"date": None}, "/date"),
        ({"destination": "DEL"}, "/destination"),
        ({"source": "San Jose"}, "/source"),
        ({"destination": "Nowhere at all"}, "/destination"),
        ({"below": "0"}, "/below"),
        ({"below": "1.00001"}, "/below"),
        ({"currency": "XXX"}, "/currency"),
        ({"booking_id": str(uuid4())}, "/booking_id"),
        ({"seats": 10}, "/seats"),
    ],
)
def test_what_cannot_be_watched_is_refused_at_its_field(
    traveller: httpx.Client, pipeline: Pipeline, changes: dict[str, Any], pointer: str
) -> None:
    refused = problem(traveller.post(WATCHES, json={**ROUTE, **changes}), HTTPStatus.UNPROCESSABLE_ENTITY, "validation")
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


def test_fare_watches_of_other_travellers_cannot_be_read_or_stopped(
    asha: httpx.Client, traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any]
) -> None:
    made = watch(asha)
    assert traveller.get(WATCHES).json()["data"] == []
    for response in (traveller.get(f"{WATCHES}/{made['id']}"), traveller.delete(f"{WATCHES}/{made['id']}")):
        problem(response, HTTPStatus.NOT_FOUND, "fare_watch_not_found")
    booking = UUID(book(asha, pipeline, ASHA, flight=flight["id"]).json()["booking_id"])
    pipeline.work(booking)
    problem(traveller.post(WATCHES, json={"booking_id": str(booking)}), HTTPStatus.NOT_FOUND, "booking_not_found")
    assert asha.delete(f"{WATCHES}/{made['id']}").status_code == HTTPStatus.NO_CONTENT
    assert asha.get(WATCHES).json()["data"] == []
