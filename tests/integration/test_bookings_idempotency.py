"""`Idempotency-Key`: a repeated request returns the same booking, and never makes a second one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from tests.support import concurrent_clients, shared_installation
from tests.support.api import problem
from tests.support.concurrent_clients import Attempt
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.signed_in_user import SignedInUser
from tests.support.waiting import until

pipeline, api, account, client = (
    shared_installation.pipeline,
    shared_installation.api,
    shared_installation.account,
    shared_installation.client,
)


def book(client: httpx.Client, flight: UUID, key: str | None, seats: int = 1) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": seats}, headers=headers)


def bookings_in(pipeline: Pipeline) -> int:
    with pipeline.db.snapshot() as connection:
        row = connection.execute("SELECT count(*) FROM bookings").fetchone()
    assert row is not None
    return int(row[0])


def test_a_repeated_request_is_the_same_booking(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    first, second = book(client, flight, "k-1"), book(client, flight, "k-1")
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == first.json()
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert bookings_in(pipeline) == 1


def test_a_request_repeated_after_the_end_gets_the_final_status(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    first = book(client, flight, "k-1")
    pipeline.work(UUID(first.json()["booking_id"]))
    second = book(client, flight, "k-1")
    assert (second.status_code, second.json()["status"]) == (202, "CONFIRMED")
    assert second.json()["booking_id"] == first.json()["booking_id"]
    assert pipeline.seats(flight)[:2] == (0, 1)


def test_however_its_json_is_spelt_a_request_with_the_same_meaning_is_the_same(
    client: httpx.Client, account: SignedInUser, pipeline: Pipeline
) -> None:
    flight = pipeline.flight(10)
    first = book(client, flight, "k-1")
    spelt = f'{{ "seats": 1, "user_id": "{account.id}",\n "flight_id": "{str(flight).upper()}" }}'
    second = client.post("/api/v1/booking", content=spelt, headers={"Idempotency-Key": "k-1", "Content-Type": "application/json"})
    assert (second.status_code, second.json()["booking_id"]) == (202, first.json()["booking_id"])


@pytest.mark.parametrize("other", ["seats", "flight"])
def test_a_key_used_for_something_else_is_refused(client: httpx.Client, pipeline: Pipeline, other: str) -> None:
    flight = pipeline.flight(10)
    book(client, flight, "k-1")
    refused = book(client, flight, "k-1", seats=2) if other == "seats" else book(client, pipeline.flight(10), "k-1")
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert bookings_in(pipeline) == 1


def test_fifty_requests_at_once_with_one_key_are_one_booking(api: Api, account: SignedInUser, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    responses = concurrent_clients.book(api.base_url, [Attempt(account.headers, flight, key="k-1")] * 50, at_once=50)
    assert {response.status for response in responses} == {202}
    assert len({response.booking_id for response in responses}) == 1
    assert bookings_in(pipeline) == 1


def test_fifty_requests_at_once_to_two_processes_are_one_booking(api: Api, account: SignedInUser, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    other = pipeline.api()
    attempts = [Attempt(account.headers, flight, key="k-1")] * 25

    async def both() -> list[list[concurrent_clients.BookingResponse]]:
        addresses = [api.base_url, other.base_url]
        return await asyncio.gather(
            *(asyncio.to_thread(concurrent_clients.book, address, attempts, at_once=25) for address in addresses)
        )

    responses = [response for half in asyncio.run(both()) for response in half]
    other.stop()
    assert {response.status for response in responses} == {202}
    assert len({response.booking_id for response in responses}) == 1
    assert bookings_in(pipeline) == 1


def test_the_same_key_of_another_account_is_another_booking(client: httpx.Client, api: Api, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    mine = book(client, flight, "k-1")
    with api.client(pipeline.account().headers) as other_traveller:
        theirs = book(other_traveller, flight, "k-1", seats=2)
    assert theirs.status_code == 202
    assert theirs.json()["booking_id"] != mine.json()["booking_id"]
    assert "idempotent-replayed" not in theirs.headers


def test_without_a_key_every_request_is_a_booking(client: httpx.Client, pipeline: Pipeline) -> None:
    body = {"flight_id": str(pipeline.flight(10)), "seats": 1, "allow_duplicate": True}
    first, second = (client.post("/api/v1/booking", json=body) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["booking_id"] != second.json()["booking_id"]


def test_a_refused_request_uses_no_key_up(client: httpx.Client, pipeline: Pipeline) -> None:
    departed = pipeline.flight(10, departs_in=timedelta(hours=-1))
    assert book(client, departed, "k-1").json()["code"] == "flight_departed"
    assert book(client, pipeline.flight(10), "k-1").status_code == 202


@pytest.mark.parametrize("key", ["k" * 255, "~!@#$%^&*()", "0"])
def test_any_visible_string_is_a_key(client: httpx.Client, pipeline: Pipeline, key: str) -> None:
    assert book(client, pipeline.flight(10), key).status_code == 202


@pytest.mark.parametrize("key", ["k" * 256, "", "two words", "ключ", "tab\tbed"])
def test_a_key_that_is_none_is_refused(client: httpx.Client, pipeline: Pipeline, key: str) -> None:
    refused = client.post(
        "/api/v1/booking",
        json={"flight_id": str(pipeline.flight(10)), "seats": 1},
        headers=httpx.Headers({"Idempotency-Key": key}, encoding="utf-8"),
    )
    assert 400 <= refused.status_code < 500, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert bookings_in(pipeline) == 0


@pytest.mark.parametrize("keys", [("one", "two"), ("one", "one")])
def test_two_keys_are_refused(client: httpx.Client, pipeline: Pipeline, keys: tuple[str, str]) -> None:
    """Which of them a repetition would carry, nobody can say."""
    body = {"flight_id": str(pipeline.flight(10)), "seats": 1}
    refused = client.post("/api/v1/booking", json=body, headers=[("Idempotency-Key", key) for key in keys])
    assert problem(refused, 422, "validation")["errors"][0]["code"] == "repeated"
    assert bookings_in(pipeline) == 0


def test_an_expired_flight_does_not_hide_a_booking_that_was_made(client: httpx.Client, pipeline: Pipeline) -> None:
    """The client never heard the first answer, and meanwhile the flight has gone."""
    flight = pipeline.flight(1)
    first = book(client, flight, "k-1")
    pipeline.work(UUID(first.json()["booking_id"]))
    until(lambda: book(client, flight, None).json().get("code") == "sold_out")
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE flights SET departure_ts = now() - interval '1 hour'")
    second = book(client, flight, "k-1")
    assert (second.status_code, second.json()["booking_id"]) == (202, first.json()["booking_id"])
