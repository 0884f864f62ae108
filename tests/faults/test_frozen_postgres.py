"""Postgres hangs while batches of requests are with it. Their callers, and all who come later, are answered while it still hangs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import httpx

from core.clock import new_id
from tests.conftest import ServerFactory
from tests.support.installations import PipelineFactory
from tests.support.servers import frozen
from tests.support.waiting import until

Request: TypeAlias = tuple[str, str, dict[str, object] | None]


def test_no_request_waits_behind_a_batch_that_hangs(private_servers: ServerFactory, open_pipeline: PipelineFactory) -> None:
    servers = private_servers()
    pipeline = open_pipeline(servers.database_url, servers.redis_url)
    flight, traveller = pipeline.flight(10), pipeline.account()
    api = pipeline.api()
    ended, *others = pipeline.accept_many(1, flight) + pipeline.accept_many(1, flight)
    pipeline.work(ended)
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET user_id = %s", (traveller.id,))
    requests: list[Request] = [
        ("GET", f"/api/v1/jobs/{ended}", None),
        ("GET", f"/api/v1/jobs/{others[0]}", None),
        ("DELETE", f"/api/v1/bookings/{new_id()}", None),
        ("POST", f"/api/v1/bookings/{new_id()}/payments", {"token": "tok_ok"}),
        ("POST", "/api/v1/booking", {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}),
    ]

    def answer(request: Request) -> tuple[int, str]:
        method, path, body = request
        with api.client(traveller.headers) as client:
            response = client.request(method, path, json=body, timeout=30)
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            assert int(response.headers["retry-after"]) > 0
        return response.status_code, response.json().get("code", response.json().get("status"))

    refused = (503, "unavailable")
    with ThreadPoolExecutor(len(requests)) as background:
        before = [answer(each) for each in requests]
        assert before == [
            (200, "CONFIRMED"),
            (200, "PENDING"),
            (404, "booking_not_found"),
            (404, "booking_not_found"),
            (202, "PENDING"),
        ]
        with frozen(servers.postgres.pid):
            hanging = [background.submit(answer, each) for each in requests]
            with api.client() as client:
                until(lambda: client.get("/health/ready").status_code == httpx.codes.SERVICE_UNAVAILABLE, seconds=20)
            for answers in ([answer(each) for each in requests], [each.result() for each in hanging]):
                assert answers == [(200, "CONFIRMED"), *[refused] * 4]
        until(lambda: answer(requests[1])[0] == httpx.codes.OK)
        assert [answer(each) for each in requests] == before
