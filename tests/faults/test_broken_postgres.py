"""Postgres is killed under load: no accepted booking is lost, and only Postgres has to be started again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx

from core.clock import new_id
from tests.conftest import ServerFactory
from tests.support import concurrent_clients
from tests.support.concurrent_clients import Attempt
from tests.support.installations import PipelineFactory
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

CLIENTS = 400


def test_an_accepted_booking_stays_accepted_if_postgres_crashes_before_its_end(
    private_servers: ServerFactory, open_pipeline: PipelineFactory
) -> None:
    servers = private_servers()
    pipeline = open_pipeline(servers.database_url, servers.redis_url)
    flight, headers = pipeline.flight(10), pipeline.account().headers
    wait = {"Prefer": "wait=20"}
    with pipeline.api().client(headers) as client, ThreadPoolExecutor() as background:

        def book(payment: dict[str, object], **headers: str) -> httpx.Response:
            body = {"flight_id": str(flight), "seats": 1, "payment": payment, "allow_duplicate": True}
            return client.post("/api/v1/booking", json=body, headers=headers)

        hold = book({"hold": True}).json()["booking_id"]
        pipeline.work(UUID(hold))
        paying = background.submit(client.post, f"/api/v1/bookings/{hold}/payments", json={"token": "tok_ok"}, headers=wait)
        booking = background.submit(book, {"token": "tok_ok"}, **wait)
        until(lambda: stored(pipeline) == (2, 1))
        servers.kill_postgres()
        for result, status in ((paying.result(), "HELD"), (booking.result(), "PENDING")):
            assert (result.status_code, result.json()["status"]) == (httpx.codes.ACCEPTED, status), result.text
            assert "job" not in result.json()
        servers.postgres.start()


def stored(pipeline: Pipeline) -> tuple[int, int]:
    """Bookings and payments."""
    with pipeline.db.snapshot() as connection:
        row = connection.execute("SELECT (SELECT count(*) FROM bookings), (SELECT count(*) FROM payments)").fetchone()
    assert row is not None
    return row[0], row[1]


def test_killing_postgres_loses_no_booking_that_was_accepted(
    private_servers: ServerFactory, open_pipeline: PipelineFactory
) -> None:
    servers = private_servers()
    pipeline = open_pipeline(servers.database_url, servers.redis_url)
    flight = pipeline.flight(CLIENTS + 1)
    api = pipeline.api()
    worker = pipeline.worker()
    api_pid, worker_pid = api.pid, worker.pid
    attempts = [Attempt(account.headers, flight, key=f"key-{turn}") for turn, account in enumerate(pipeline.accounts(CLIENTS))]

    reader = pipeline.account()
    with api.client(reader.headers) as client:
        booked = client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1}, headers={"Prefer": "wait=20"}).json()
        ended = client.get(booked["status_url"]).json()
    assert ended["status"] == "CONFIRMED"

    with ThreadPoolExecutor() as background:
        load = background.submit(concurrent_clients.book, api.base_url, attempts, at_once=4, retry_seconds=60)
        until(lambda: pipeline.seats(flight)[1] > 20, seconds=20)
        servers.kill_postgres()
        with api.client(reader.headers) as client:
            refused = client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1})
            known, unknown = client.get(booked["status_url"]), client.get(f"/api/v1/jobs/{new_id()}")
        servers.postgres.start()
        responses = load.result()

    assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert refused.json()["code"] == "unavailable"
    assert int(refused.headers["retry-after"]) > 0
    assert (known.status_code, known.json()) == (httpx.codes.OK, ended)
    assert unknown.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert {response.status for response in responses} == {httpx.codes.ACCEPTED}
    assert max(response.tries for response in responses) > 1
    assert (api.pid, worker.pid) == (api_pid, worker_pid)
    assert len(set(concurrent_clients.accepted(responses))) == CLIENTS
    pipeline.end_leases()
    pipeline.assert_clean(concurrent_clients.accepted(responses))
    assert pipeline.endings(concurrent_clients.accepted(responses)) == {"CONFIRMED": CLIENTS}
