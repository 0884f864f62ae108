"""Bookings through the fast path and through the framework: the same rules apply, and the responses are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from api.bookings import controller, fast_path
from tests.support.api import RunningApi
from tests.support.pipeline import Pipeline

SHORT: Final = {"Content-Type": "application/json"}
LONG: Final = {"Content-Type": "application/json; charset=utf-8"}
"""Means the same, and the fast path does not take it."""


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many bookings came to the rules by which way."""
    taken: Counter[str] = Counter()
    for way, module in {"short": fast_path, "long": controller}.items():
        accept: Callable[..., Any] = module.accept

        async def counted(*args: Any, way: str = way, accept: Callable[..., Any] = accept, **more: Any) -> Any:
            taken[way] += 1
            return await accept(*args, **more)

        monkeypatch.setattr(module, "accept", counted)
    return taken


@pytest.fixture
def client(api: RunningApi) -> Iterator[httpx.Client]:
    with api.client(api.admit().headers) as client:
        yield client


def send(client: httpx.Client, content: str | bytes, headers: dict[str, str], path: str = "/api/v1/booking") -> httpx.Response:
    return client.post(path, content=content, headers=headers)


def seen(response: httpx.Response) -> tuple[int, dict[str, str], Any]:
    """What a client sees, without what is another one for each request."""
    own = ("date", "x-request-id", "retry-after", "location", "content-length")
    headers = {name: value for name, value in response.headers.items() if name not in own}
    body = response.json()
    for name in ("request_id", "job_id", "booking_id", "status_url"):
        body.pop(name, None)
    return response.status_code, headers, (list(response.json()), body)


def test_both_paths_return_the_same_for_bookings_of_every_kind(
    client: httpx.Client, ways: Counter[str], pipeline: Pipeline
) -> None:
    flight, other, gone = pipeline.flight(1000), pipeline.flight(1000), uuid4()
    bodies = [
        f'{{"flight_id":"{flight}","seats":2,"allow_duplicate":true}}',
        f'{{"flight_ids":["{flight}","{other}"],"seats":1,"allow_duplicate":true}}',
        f'{{"flight_id":"{flight}","seats":1,"passengers":[{{"name":"İnci Öz"}}],"payment":{{"hold":true}},"allow_duplicate":true}}',
        f'{{"flight_id":"{gone}","seats":2}}',
        f'{{"flight_id":"{flight}","seats":2,"user_id":"{uuid4()}"}}',
        f'{{"flight_id":"{flight}","seats":1,"payment":{{}}}}',
        f'{{"flight_id":"{flight}","seats":1,"passengers":[{{"name":"Ann Lee"}},{{"name":"Bo Lee"}}]}}',
        f'{{"flight_id":"{flight}","seats":1,"expected_total":{{"amount":"1.00","currency":"INR"}}}}',
        f'{{"flight_id":"{flight}","flight_ids":["{flight}","{other}"],"seats":1}}',
        f'{{"flight_id":"{flight}","seats":10}}',
        f'{{"flight_id":"{flight}","seats":1,"seats":2}}',
        f'{{"flight_id":"{flight}","seats":1,"passengers":[{{"name":"Ann Lee","name":"Bo Lee"}}]}}',
        f'{{"flight_id":"{flight}","seats":"1"}}',
        f'{{"flight_id":"{flight}","seats":1,"seat":2}}',
        f'{{"flight_id":"{flight}","seats":1,"passengers":[{{"name":"A\\u0000n Lee"}}]}}',
        '{"seats":1}',
        "[]",
        "{",
        "",
        '{"a":' * 2000,
    ]
    for body in bodies:
        for more in ({}, {"Prefer": "wait=0"}, {"X-Request-Id": "mine"}):
            short, long = send(client, body, SHORT | more), send(client, body, LONG | more)
            assert seen(short) == seen(long), (body, more)
    assert ways["short"] >= 8 * 3
    assert ways["long"] >= 8 * 3


def test_a_key_is_one_booking_whichever_way_it_comes(client: httpx.Client, ways: Counter[str], pipeline: Pipeline) -> None:
    body = f'{{"flight_id":"{pipeline.flight(10)}","seats":1}}'
    key = {"Idempotency-Key": uuid4().hex}
    first, again = send(client, body, SHORT | key), send(client, body, LONG | key)

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["job_id"] == again.json()["job_id"]
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert ways == {"short": 1, "long": 1}


@pytest.mark.parametrize(
    "more",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer nonsense"},
        {"Idempotency-Key": "two words"},
        {"Idempotency-Key": "x" * 256},
        {"Prefer": "x" * 201},
        {"Content-Type": "text/plain"},
        {"Content-Encoding": "gzip"},
        {"Host": "no host"},
    ],
)
def test_what_the_short_way_does_not_know_is_refused_by_the_long_one(
    client: httpx.Client, ways: Counter[str], pipeline: Pipeline, more: dict[str, str]
) -> None:
    response = send(client, f'{{"flight_id":"{pipeline.flight(10)}","seats":1}}', SHORT | more)
    assert 400 <= response.status_code < 500
    assert not ways


def test_a_body_in_pieces_takes_the_long_way(client: httpx.Client, ways: Counter[str], pipeline: Pipeline) -> None:
    body = f'{{"flight_id":"{pipeline.flight(10)}","seats":1}}'.encode()
    response = client.post("/api/v1/bookings", content=iter([body[:10], body[10:]]), headers=SHORT)
    assert response.status_code == 202
    assert ways == {"long": 1}


def test_a_query_is_refused_and_not_overlooked(client: httpx.Client, ways: Counter[str], pipeline: Pipeline) -> None:
    body = f'{{"flight_id":"{pipeline.flight(10)}","seats":1}}'
    assert send(client, body, SHORT, "/api/v1/booking?dry_run=true").status_code == 422
    assert not ways
