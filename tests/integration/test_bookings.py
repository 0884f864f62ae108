"""Bookings over HTTP: which requests are accepted and refused, and who can read which booking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from core.bookings.intake.references import ALPHABET
from core.clock import new_id
from tests.support import shared_installation
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.signed_in_user import SignedInUser
from tests.support.waiting import until

pipeline, api, account = shared_installation.pipeline, shared_installation.api, shared_installation.account
client, other_traveller, admin = shared_installation.client, shared_installation.other_traveller, shared_installation.admin


def book(client: httpx.Client, flight: UUID, seats: int = 1, **more: Any) -> httpx.Response:
    return client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": seats, **more})


def confirmed(client: httpx.Client, pipeline: Pipeline, flight: UUID, seats: int = 1) -> UUID:
    booking = UUID(book(client, flight, seats).json()["booking_id"])
    pipeline.work(booking)
    assert pipeline.endings([booking]) == {"CONFIRMED": 1}
    return booking


def test_the_body_of_the_first_days_still_books(client: httpx.Client, account: SignedInUser, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    response = client.post("/api/v1/booking", json={"user_id": str(account.id), "flight_id": str(flight), "seats": 2})
    assert response.status_code == 202
    body = response.json()
    assert body["status"] == "PENDING"
    assert body["job_id"] == body["booking_id"]
    assert body["status_url"] == response.headers["location"] == f"/api/v1/jobs/{body['job_id']}"
    assert int(response.headers["retry-after"]) >= 1


def test_a_confirmed_booking_has_all_fields(client: httpx.Client, account: SignedInUser, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    booking = confirmed(client, pipeline, flight, seats=3)
    view = client.get(f"/api/v1/bookings/{booking}").json()
    assert (view["id"], view["trip_id"], view["user_id"], view["flight_id"]) == (
        str(booking),
        str(booking),
        str(account.id),
        str(flight),
    )
    assert (view["status"], view["seats"], view["price_total"], view["currency"]) == ("CONFIRMED", 3, "22500.00", "INR")
    assert len(view["reference"]) == 6
    assert set(view["reference"]) <= set(ALPHABET)
    assert view["available_actions"] == ["cancel"]
    assert view["failure"] is None
    (segment,) = view["segments"]
    assert segment["flight"]["source"] == "Delhi"
    assert view["created_at"].endswith("Z")


def test_a_reference_finds_the_booking_in_any_case(client: httpx.Client, pipeline: Pipeline) -> None:
    booking = confirmed(client, pipeline, pipeline.flight(10))
    reference = client.get(f"/api/v1/bookings/{booking}").json()["reference"]
    for spelt in (reference, reference.lower()):
        assert client.get(f"/api/v1/bookings/by-reference/{spelt}").json()["id"] == str(booking)
    assert client.get("/api/v1/bookings/by-reference/000000").status_code == 404


def test_my_bookings_come_newest_first_and_page_by_page(
    client: httpx.Client, other_traveller: httpx.Client, pipeline: Pipeline
) -> None:
    mine = [confirmed(client, pipeline, pipeline.flight(10)) for _ in range(5)]
    book(other_traveller, pipeline.flight(10))
    pending = UUID(book(client, pipeline.flight(10)).json()["booking_id"])

    def pages(query: str) -> list[list[str]]:
        found: list[list[str]] = []
        cursor = ""
        while True:
            page = client.get(f"/api/v1/bookings?{query}{cursor}").json()
            found.append([each["id"] for each in page["data"]])
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    newest_first = [str(each) for each in [pending, *reversed(mine)]]
    assert pages("limit=4") == [newest_first[:4], newest_first[4:]]
    assert pages("limit=6") == [newest_first]
    assert pages("limit=20&status=CONFIRMED") == [newest_first[1:]]
    assert client.get("/api/v1/bookings?limit=101").status_code == 422
    assert client.get("/api/v1/bookings?status=LOST").status_code == 422


def test_an_impossible_booking_is_refused_by_the_intake(client: httpx.Client, pipeline: Pipeline) -> None:
    departed = pipeline.flight(10, departs_in=timedelta(minutes=-1))
    cancelled = pipeline.flight(10)
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", (cancelled,))
    refusals = {
        new_id(): (404, "flight_not_found"),
        departed: (409, "flight_departed"),
        cancelled: (409, "flight_cancelled"),
    }
    for flight, refusal in refusals.items():
        response = book(client, flight)
        assert (response.status_code, response.json()["code"]) == refusal
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM bookings").fetchone() == (0,)


def test_a_booking_of_a_full_flight_is_refused_without_a_query(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(3)
    confirmed(client, pipeline, flight, seats=2)
    until(lambda: book(client, flight, seats=2).status_code == 409)
    refused = book(client, flight, seats=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")
    assert refused.json()["retryable"] is False


def test_a_cancelled_seat_is_sold_again(client: httpx.Client, other_traveller: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(1)
    booking = confirmed(client, pipeline, flight)
    until(lambda: book(other_traveller, flight).status_code == 409)
    assert client.delete(f"/api/v1/bookings/{booking}").json()["status"] == "CANCELLED"
    assert pipeline.seats(flight) == (0, 0, 1)

    again = book(other_traveller, flight)
    assert again.status_code == 202
    pipeline.work(UUID(again.json()["booking_id"]))
    pipeline.worker()
    pipeline.assert_clean()
    assert pipeline.endings([UUID(again.json()["booking_id"])]) == {"CONFIRMED": 1}
    assert pipeline.seats(flight)[:2] == (0, 1)


def test_only_an_administrator_books_for_another_account(
    client: httpx.Client, admin: httpx.Client, account: SignedInUser, pipeline: Pipeline
) -> None:
    flight, other = pipeline.flight(10), pipeline.account()
    refused = book(client, flight, user_id=str(other.id))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    made = book(admin, flight, user_id=str(account.id))
    assert client.get(f"/api/v1/bookings/{made.json()['booking_id']}").json()["user_id"] == str(account.id)
    nobody = book(admin, flight, user_id=str(uuid4()))
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (422, "/user_id")


def test_an_account_that_is_gone_may_not_book(api: Api, pipeline: Pipeline) -> None:
    gone = pipeline.account()
    with pipeline.db.transaction() as connection:
        connection.execute("DELETE FROM users WHERE id = %s", (gone.id,))
    with api.client(gone.headers) as client:
        response = book(client, pipeline.flight(10))
    assert response.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"seats": 1},
        {"flight_id": "not-an-id", "seats": 1},
        {"flight_id": str(uuid4())},
        {"flight_id": str(uuid4()), "seats": 0},
        {"flight_id": str(uuid4()), "seats": 10},
        {"flight_id": str(uuid4()), "seats": "2"},
        {"flight_id": str(uuid4()), "seats": 1.5},
        {"flight_id": str(uuid4()), "seats": True},
        {"flight_id": str(uuid4()), "seats": 1, "status": "CONFIRMED"},
        {"flight_id": str(uuid4()), "seats": 1, "price_total": 0},
    ],
)
def test_a_body_that_means_nothing_is_refused_field_by_field(client: httpx.Client, body: dict[str, Any]) -> None:
    response = client.post("/api/v1/booking", json=body)
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"]


def test_a_booking_of_another_account_is_not_found_on_any_route(
    client: httpx.Client, other_traveller: httpx.Client, pipeline: Pipeline
) -> None:
    """Every route of travellers that names a booking, taken from the API's own document."""
    booking = confirmed(client, pipeline, pipeline.flight(10))
    reference = client.get(f"/api/v1/bookings/{booking}").json()["reference"]
    quote = client.post(f"/api/v1/bookings/{booking}/cancellations").json()["id"]
    named = {"booking_id": booking, "job_id": booking, "reference": reference, "cancellation_id": quote, "position": 1}
    bodies: dict[str, Any] = {
        "payments": {"token": "tok_ok"},
        "schedule-change": {"action": "keep"},
        "passengers/{position}": {"name": "Asha Rao"},
        "passengers": {"passengers": [{"position": 1, "name": "Asha Rao"}]},
        "rebookings": {"expected_total": {"amount": "1.00", "currency": "INR"}},
        "seats": {"seat_numbers": [["1A"]]},
    }

    routes = [
        (method.upper(), path)
        for path, methods in client.get("/schema/openapi.json").json()["paths"].items()
        for method in methods
        if not path.startswith("/admin") and any(f"{{{name}}}" in path for name in named)
    ]
    assert len(routes) >= 8
    for method, path in routes:
        body = next((body for word, body in bodies.items() if f"/{word}" in path), None)
        response = other_traveller.request(method, path.format(**named), json=body)
        assert (response.status_code, method, path) == (404, method, path), response.text
    assert client.get(f"/api/v1/bookings/{booking}").json()["status"] == "CONFIRMED"
