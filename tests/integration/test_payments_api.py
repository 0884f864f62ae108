"""Payments over HTTP: the requests of the traveller, those of the provider, and both with the whole product."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from core.payments.signature import TOLERANCE_SECONDS, sign
from tests.support.api import ApiFactory, register
from tests.support.money import SECRET, PaymentSteps, ProviderFactory
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

TOKENS = {
    "tok_ok": "CONFIRMED",
    "tok_declined": "payment_declined",
    "tok_insufficient_funds": "payment_declined",
    "tok_slow": "CONFIRMED",
    "tok_timeout_then_ok": "CONFIRMED",
    "tok_duplicate_callback": "CONFIRMED",
    "tok_error_once": "CONFIRMED",
    "tok_hang": "CONFIRMED",
    "tok_of_nobody": "payment_declined",
}


def test_every_token_ends_in_one_state_with_callbacks(pipeline: Pipeline, start_provider: ProviderFactory) -> None:
    api = pipeline.api(PAYMENTS_SECRET=SECRET, HOLD_LIMIT=str(2 * len(TOKENS)))
    provider = start_provider(
        callback_url=f"{api.base_url}/payments/callback", slow_seconds=0.5, late_seconds=2.5, hang_seconds=2.5
    )
    pipeline.worker(PAYMENTS_URL=provider.base_url, PAYMENTS_TIMEOUT_SECONDS="1.5")
    flight, traveller = pipeline.flight(100), pipeline.account()
    with api.client(traveller.headers) as client, ThreadPoolExecutor(len(TOKENS) * 2) as pool:

        def book(payment: dict[str, Any]) -> Any:
            body = {"flight_id": str(flight), "seats": 2, "payment": payment, "allow_duplicate": True}
            return client.post("/api/v1/booking", json=body, headers={"Prefer": "wait=20"}).json()

        def by_token(token: str) -> Any:
            return book({"token": token})

        def by_hold(token: str) -> Any:
            held = book({"hold": True})
            assert held["job"]["done"], held
            path = f"/api/v1/bookings/{held['booking_id']}/payments"
            return client.post(path, json={"token": token}, headers={"Prefer": "wait=20"}).json()

        charged, held = pool.map(by_token, TOKENS), pool.map(by_hold, TOKENS)
        for (token, ending), at_once, later in zip(TOKENS.items(), charged, held, strict=True):
            booking = at_once["job"]["booking"]
            assert (booking["failure"]["code"] if booking["failure"] else booking["status"]) == ending, (token, at_once)
            booking = later["job"]["booking"]
            assert booking["status"] == ("CONFIRMED" if ending == "CONFIRMED" else "HELD"), (token, later)
            assert booking["awaiting_payment"] == (ending != "CONFIRMED")
            assert booking["payment"]["status"] == ("SUCCEEDED" if ending == "CONFIRMED" else "DECLINED")
    confirmed = 2 * sum(ending == "CONFIRMED" for ending in TOKENS.values())
    assert provider.balance() == confirmed * 2 * Decimal(7500)
    assert len(provider.charges()) == 2 * len(TOKENS)
    assert pipeline.seats(flight)[:2] == (6, confirmed * 2)
    # One event for each charge, also of the token that delivers each of them twice.
    with pipeline.db.snapshot() as connection:
        until(lambda: connection.execute("SELECT count(*) FROM payment_events").fetchone() == (2 * len(TOKENS),))
    pipeline.assert_clean()


def event(payment_id: UUID, kind: str = "charge.captured") -> bytes:
    return json.dumps({"id": f"evt_{uuid4().hex}", "type": kind, "charge_id": str(payment_id)}).encode()


def deliver(client: httpx.Client, body: bytes, *, secret: str = SECRET, age: int = 0) -> httpx.Response:
    timestamp = str(int(time.time()) - age)
    headers = {"X-Payment-Timestamp": timestamp, "X-Payment-Signature": sign(secret, timestamp, body)}
    return client.post("/payments/callback", content=body, headers=headers)


def test_a_callback_is_answered_once_it_has_had_its_effect(
    start_api: ApiFactory, payment_steps: PaymentSteps, pipeline: Pipeline
) -> None:
    booking = payment_steps.hold(pipeline.account().id, pipeline.flight(2))
    claim = payment_steps.begin(booking)
    body = event(claim.charge.payment_id)
    with start_api(PAYMENTS_SECRET=SECRET).client() as client:
        assert [deliver(client, body).status_code for _ in range(3)] == [200, 200, 200]
    assert payment_steps.steps.status(booking) == "CONFIRMED"
    assert payment_steps.rows("SELECT count(*) FROM payment_events") == [(1,)]


def test_a_callback_that_is_not_the_providers_changes_nothing(
    start_api: ApiFactory, payment_steps: PaymentSteps, pipeline: Pipeline
) -> None:
    booking = payment_steps.hold(pipeline.account().id, pipeline.flight(2))
    claim = payment_steps.begin(booking)
    body = event(claim.charge.payment_id)
    with start_api(PAYMENTS_SECRET=SECRET).client() as client:
        responses = [
            client.post("/payments/callback", content=body),
            deliver(client, body, secret="another"),
            deliver(client, body, age=TOLERANCE_SECONDS + 5),
            deliver(client, body, age=-TOLERANCE_SECONDS - 5),
            deliver(client, b"{}"),
            deliver(client, b"\xff\xfe"),
        ]
        assert [(response.status_code, response.json()["code"]) for response in responses] == [
            (401, "callback_not_signed"),
            (401, "callback_not_signed"),
            (400, "callback_too_old"),
            (400, "callback_too_old"),
            (422, "validation"),
            (400, "malformed"),
        ]
        assert deliver(client, event(uuid4())).status_code == 200
        assert deliver(client, event(claim.charge.payment_id, "charge.disputed")).status_code == 200
    assert payment_steps.steps.status(booking) == "HELD"
    with start_api().client() as client:
        assert deliver(client, body, secret="").json()["code"] == "callback_not_signed"


def test_the_job_of_a_hold_is_not_done_while_it_is_charged(
    start_api: ApiFactory, payment_steps: PaymentSteps, pipeline: Pipeline
) -> None:
    api = start_api()
    with api.client() as nobody:
        user, other_traveller = register(nobody), register(nobody)
    booking = payment_steps.hold(user.id, pipeline.flight(2))
    with api.client(user.headers) as client:
        waiting = client.get(f"/api/v1/jobs/{booking}")
        assert (waiting.json()["done"], waiting.json()["booking"]["available_actions"]) == (True, ["pay", "cancel"])
        accepted = client.post(f"/api/v1/bookings/{booking}/payments", json={"token": "tok_ok"})
        assert (accepted.status_code, accepted.headers["location"]) == (202, f"/api/v1/jobs/{booking}")
        assert accepted.json() == {
            "job_id": str(booking),
            "booking_id": str(booking),
            "status": "HELD",
            "status_url": f"/api/v1/jobs/{booking}",
        }
        charging = client.get(f"/api/v1/jobs/{booking}", headers={"If-None-Match": waiting.headers["etag"]})
        assert (charging.status_code, charging.json()["done"]) == (200, False)
        assert charging.json()["booking"]["available_actions"] == ["cancel"]
        assert "retry-after" in charging.headers
        twice = client.post(f"/api/v1/bookings/{booking}/payments", json={"token": "tok_ok"})
        assert (twice.status_code, twice.json()["code"]) == (409, "payment_in_progress")
        payment_steps.work(booking)
        done = client.get(f"/api/v1/jobs/{booking}", headers={"If-None-Match": charging.headers["etag"]})
        assert (done.json()["done"], done.json()["status"]) == (True, "CONFIRMED")
        assert client.post(f"/api/v1/bookings/{booking}/payments", json={"token": "tok_ok"}).json()["code"] == "already_paid"
        for body in ({}, {"token": ""}, {"token": "a\u0000b"}, {"token": "tok_ok", "amount": "1"}, {"token": 5}):
            assert client.post(f"/api/v1/bookings/{booking}/payments", json=body).status_code == 422, body
    with api.client(other_traveller.headers) as client:
        absent = client.post(f"/api/v1/bookings/{booking}/payments", json={"token": "tok_ok"})
        assert (absent.status_code, absent.json()["code"]) == (404, "booking_not_found")


@pytest.mark.parametrize("limits", ["on", "off"])
def test_a_fifth_unpaid_hold_is_refused_with_and_without_rate_limits(
    start_api: ApiFactory, pipeline: Pipeline, limits: str
) -> None:
    api = start_api(RATE_LIMITS=limits)
    with api.client() as nobody:
        user = register(nobody)
    with api.client(user.headers) as client:
        responses = [
            client.post("/api/v1/booking", json={"flight_id": str(pipeline.flight(9)), "seats": 1, "payment": {"hold": True}})
            for _ in range(5)
        ]
    assert [response.status_code for response in responses] == [202] * 4 + [409]
    assert (responses[4].json()["code"], responses[4].json()["limit"]) == ("too_many_holds", 4)
