"""Every operation that creates something can be repeated with its key: one effect, and the first response again. Bookings:
`test_bookings_idempotency.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.clock import now
from core.db import RawConnection
from core.idempotency import stored_responses
from core.idempotency.stored_responses import KeyedRequest, StoredResponse
from tests.support import shared_installation
from tests.support.api import problem
from tests.support.pipeline import Pipeline
from tests.support.signed_in_user import SignedInUser

pipeline, api, account = shared_installation.pipeline, shared_installation.api, shared_installation.account
client, other_traveller, admin = shared_installation.client, shared_installation.other_traveller, shared_installation.admin


@dataclass(frozen=True)
class Operation:
    """One operation that creates something. `other`: a change that makes it a different request. `count`: returns how often it had its
    effect.
    """

    path: str
    body: dict[str, Any]
    other: dict[str, Any]
    status: int
    count: str
    by_admin: bool = False
    undo: Callable[[httpx.Client], None] = field(default=lambda _client: None)
    """What happens between the request and its repetition."""

    def send(self, client: httpx.Client, key: str | None, *, changed: bool = False) -> httpx.Response:
        what = self.body | (self.other if changed else {})
        return client.post(what.pop("path", self.path), headers={"Idempotency-Key": key} if key else {}, **what)


def held(pipeline: Pipeline, account: SignedInUser) -> UUID:
    flight = pipeline.flight(4, departs_in=timedelta(days=30))
    (booking,) = pipeline.accept(BookingRequest(account.id, (flight,), 1, PaymentMode.HOLD))
    pipeline.work(booking)
    return booking


def paying(pipeline: Pipeline, account: SignedInUser) -> Operation:
    path = f"/api/v1/bookings/{held(pipeline, account)}/payments"
    other = {"json": {"token": "tok_declined"}}
    return Operation(path, {"json": {"token": "tok_ok"}}, other, 202, "SELECT count(*) FROM payments")


def quoting(pipeline: Pipeline, account: SignedInUser) -> Operation:
    path = f"/api/v1/bookings/{held(pipeline, account)}/cancellations"
    other = {"path": f"/api/v1/bookings/{held(pipeline, account)}/cancellations"}
    return Operation(path, {}, other, 201, "SELECT count(*) FROM cancellations")


def waiting(pipeline: Pipeline, account: SignedInUser) -> Operation:
    flight = pipeline.flight(1)
    pipeline.work(*pipeline.accept_many(1, flight))
    path = f"/api/v1/flights/{flight}/waitlist"

    def leave(client: httpx.Client) -> None:
        assert client.delete(path).is_success

    body, other = {"json": {"party_size": 1}}, {"json": {"party_size": 2}}
    return Operation(path, body, other, 201, "SELECT count(*) FROM waitlist", undo=leave)


def flight_body(number: str) -> dict[str, Any]:
    departure = (now() + timedelta(days=5)).replace(microsecond=0)
    return {
        "flight_number": number,
        "source": "Delhi",
        "destination": "Mumbai",
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(hours=2)).isoformat(),
        "total_seats": 10,
        "price": "7500.00",
    }


def adding_a_flight(_pipeline: Pipeline, _account: SignedInUser) -> Operation:
    body, other = {"json": flight_body("AI-1")}, {"json": flight_body("AI-2")}
    return Operation("/admin/flights", body, other, 201, "SELECT count(*) FROM flights", by_admin=True)


def cancelling_a_flight(pipeline: Pipeline, _account: SignedInUser) -> Operation:
    path = f"/admin/flights/{pipeline.flight(10)}/cancel"
    body, other = {"json": {"reason": "Fog"}}, {"json": {"reason": "Snow"}}
    return Operation(path, body, other, 202, "SELECT count(*) FROM flight_cancellations", by_admin=True)


def uploading(_pipeline: Pipeline, _account: SignedInUser) -> Operation:
    header = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n"
    row = "AI-{},Delhi,Mumbai,2031-01-01T10:00:00Z,2031-01-01T12:00:00Z,10,100\n"

    def of(number: int) -> dict[str, Any]:
        return {"files": {"file": ("flights.csv", header + row.format(number), "text/csv")}}

    def stop(client: httpx.Client) -> None:
        (running,) = client.get("/admin/imports").json()["data"]
        assert client.post(f"/admin/imports/{running['job_id']}/cancel").is_success

    return Operation("/admin/flights/bulk-upload", of(1), of(2), 202, "SELECT count(*) FROM imports", by_admin=True, undo=stop)


OPERATIONS = [paying, quoting, waiting, adding_a_flight, cancelling_a_flight, uploading]


@pytest.fixture(params=OPERATIONS, ids=lambda make: make.__name__.replace("_", " "))
def operation(request: pytest.FixtureRequest, pipeline: Pipeline, account: SignedInUser) -> Operation:
    made: Operation = request.param(pipeline, account)
    return made


@pytest.fixture
def sender(operation: Operation, client: httpx.Client, admin: httpx.Client) -> httpx.Client:
    return admin if operation.by_admin else client


def effects(pipeline: Pipeline, operation: Operation) -> int:
    with pipeline.db.snapshot() as connection:
        row = connection.execute(operation.count.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_a_lost_answer_is_given_again(operation: Operation, sender: httpx.Client, pipeline: Pipeline) -> None:
    first = operation.send(sender, "once")
    done = effects(pipeline, operation)
    operation.undo(sender)
    again = operation.send(sender, "once")
    assert (first.status_code, again.status_code) == (operation.status, operation.status), first.text
    assert again.json() == first.json()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    for name in ("location", "etag", "retry-after", "content-type"):
        assert again.headers.get(name) == first.headers.get(name)
    assert effects(pipeline, operation) == done


def test_the_key_of_another_request_is_refused(operation: Operation, sender: httpx.Client, pipeline: Pipeline) -> None:
    assert operation.send(sender, "once").status_code == operation.status
    done = effects(pipeline, operation)
    problem(operation.send(sender, "once", changed=True), 422, "idempotency_key_reused")
    assert effects(pipeline, operation) == done


def test_twenty_at_once_have_one_effect(operation: Operation, sender: httpx.Client, pipeline: Pipeline) -> None:
    before = effects(pipeline, operation)
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda _: operation.send(sender, "once"), range(20)))
    assert {response.status_code for response in responses} == {operation.status}
    assert len({response.text for response in responses}) == 1
    assert sum("idempotent-replayed" not in response.headers for response in responses) == 1
    assert effects(pipeline, operation) == before + 1


def test_a_refusal_is_not_kept(client: httpx.Client, account: SignedInUser, pipeline: Pipeline) -> None:
    booking = held(pipeline, account)
    path = f"/api/v1/bookings/{booking}/payments"
    headers = {"Idempotency-Key": "once"}
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET hold_expires_at = now() WHERE id = %s", (booking,))
    problem(client.post(path, json={"token": "tok_ok"}, headers=headers), 409, "hold_expired")
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET hold_expires_at = now() + interval '5 minutes' WHERE id = %s", (booking,))
    assert client.post(path, json={"token": "tok_ok"}, headers=headers).status_code == 202


def test_a_confirmed_cancellation_is_confirmed_again_in_the_same_words(
    client: httpx.Client, account: SignedInUser, pipeline: Pipeline
) -> None:
    quote = client.post(f"/api/v1/bookings/{held(pipeline, account)}/cancellations").json()
    path, headers = f"/api/v1/cancellations/{quote['id']}/confirm", {"Idempotency-Key": "once"}
    first, again = (client.post(path, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert first.json()["status"] == "CANCELLED"


def test_everybody_has_keys_of_their_own(client: httpx.Client, other_traveller: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(1)
    pipeline.work(*pipeline.accept_many(1, flight))
    places = [
        each.post(f"/api/v1/flights/{flight}/waitlist", json={"party_size": 1}, headers={"Idempotency-Key": "1"})
        for each in (client, other_traveller)
    ]
    assert [place.json()["position"] for place in places] == [1, 2]


def test_old_responses_are_deleted(pipeline: Pipeline, account: SignedInUser) -> None:
    with pipeline.db.transaction() as connection:
        for age in (0, stored_responses.KEPT_DAYS + 1):
            request = KeyedRequest(account.id, "payBooking", f"{age} days", b"")
            assert stored_responses.begin(connection, request) is None
            connection.execute(
                "UPDATE idempotency_keys SET created_at = now() - %s * interval '1 day' WHERE key = %s", (age, request.key)
            )
        assert stored_responses.delete_old(connection, limit=10) == 1
        assert connection.execute("SELECT key FROM idempotency_keys").fetchall() == [("0 days",)]


def flights_made_at_once(pipeline: Pipeline, account: SignedInUser) -> int:
    """Twenty of the same request, and how many effects they had."""
    request = KeyedRequest(account.id, "anything", "once", b"")

    def effect(connection: RawConnection) -> StoredResponse:
        number = uuid4().hex[:8].upper()
        connection.execute(
            """
            INSERT INTO flights (id, flight_number, flight_number_key, source, destination, departure_ts, arrival_ts, departure_date,
                                 total_seats, price, currency)
            VALUES (%s, %s, %s, 'Delhi', 'Mumbai', now() + interval '1 day', now() + interval '2 days', current_date + 1, 1, 1, 'INR')
            """,
            (uuid4(), number, number),
        )
        return StoredResponse(201, {}, b"{}")

    def ask(_turn: int) -> None:
        with pipeline.db.transaction() as connection:
            if stored_responses.begin(connection, request) is None:
                stored_responses.keep(connection, request, effect(connection))

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(ask, range(20)))
    with pipeline.db.snapshot() as connection:
        row = connection.execute("SELECT count(*) FROM flights").fetchone()
    assert row is not None
    return int(row[0])


def test_one_key_is_one_effect(pipeline: Pipeline, account: SignedInUser) -> None:
    assert flights_made_at_once(pipeline, account) == 1


def test_without_the_key_being_taken_there_are_many(
    pipeline: Pipeline, account: SignedInUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(stored_responses, "begin", lambda *_: None)
    assert flights_made_at_once(pipeline, account) == 20
