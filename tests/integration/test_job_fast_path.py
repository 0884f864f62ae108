"""Polls through the fast path and through the framework: the responses are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from api.jobs import controller, fast_path
from core.users.models import Role
from tests.support.api import RunningApi
from tests.support.imports import csv_of, row
from tests.support.pipeline import Pipeline

OWN: Final = ("date", "x-request-id", "retry-after", "content-length")
"""Headers that differ from request to request. The length depends on the digits of the estimates, so it is compared with the body instead."""
ESTIMATES: Final = ("queue_position", "eta_ms")
"""Both paths take them from the latest look at the backlog, which may change between two polls."""


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many polls were answered by which of the two."""
    taken: Counter[str] = Counter()
    for way, module in {"fast": fast_path, "framework": controller}.items():
        follow: Callable[..., Any] = module.follow

        async def counted(*args: Any, way: str = way, follow: Callable[..., Any] = follow, **more: Any) -> Any:
            taken[way] += 1
            return await follow(*args, **more)

        monkeypatch.setattr(module, "follow", counted)
    return taken


def poll(client: httpx.Client, path: str, sent: dict[str, str], *, fast: bool, **headers: str) -> tuple[int, dict[str, str], Any]:
    """What a client sees. The framework accepts `bearer` in small letters, and the fast path leaves such a request to it."""
    authorization = sent["Authorization"] if fast else sent["Authorization"].replace("Bearer", "bearer")
    response = client.get(path, headers={"Authorization": authorization, **headers})
    own_headers = {name: value for name, value in response.headers.items() if name not in OWN}
    assert response.headers.get("content-length", "0") == str(len(response.content))
    body = response.json() if response.content else None
    if isinstance(body, dict):
        for name in ("request_id", *ESTIMATES):
            body.pop(name, None)
    return response.status_code, own_headers, body


def booked(client: httpx.Client, sent: dict[str, str], flight: UUID) -> str:
    body = {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}
    return str(client.post("/api/v1/booking", json=body, headers=sent).json()["job_id"])


def test_both_paths_return_the_same_for_jobs_of_every_kind(api: RunningApi, pipeline: Pipeline, ways: Counter[str]) -> None:
    with api.client() as client:
        ann, ben, staff = api.admit(), api.admit(), api.admit(Role.ADMIN)
        waiting, sold = (booked(client, ann.headers, pipeline.flight(10)) for _ in range(2))
        other, last = booked(client, ben.headers, pipeline.flight(10)), pipeline.flight(1)
        won, lost = (booked(client, ann.headers, last) for _ in range(2))
        pipeline.work(UUID(sold), UUID(won), UUID(lost))
        csv = {"content-type": "text/csv", **staff.headers}
        upload = client.post("/admin/flights/bulk-upload", content=csv_of([row(1)]), headers=csv).json()["job_id"]
        tag = client.get(f"/api/v1/jobs/{sold}", headers=ann.headers).headers["etag"]
        ways.clear()

        for user in (ann, ben, staff):
            for job in (waiting, sold, lost, other, upload, str(uuid4())):
                for path in (f"/api/v1/jobs/{job}", f"/api/v1/booking/status/{job}"):
                    for more in ({}, {"Prefer": "wait=0"}, {"If-None-Match": tag}, {"If-None-Match": "*"}, {"X-Load-Run": "r1"}):
                        assert poll(client, path, user.headers, fast=True, **more) == poll(
                            client, path, user.headers, fast=False, **more
                        ), more
        assert ways["fast"] == ways["framework"] > 100
        assert poll(client, f"/api/v1/jobs/{waiting}", ann.headers, fast=True, Prefer="wait=1")[0] == 200


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ("?x=1", {}),
        ("", {"Prefer": "x" * 201}),
        ("", {"If-None-Match": "x" * 501}),
        ("", {"X-Load-Run": "two words"}),
        ("", {"Expect": "100-continue"}),
        ("/", {}),
    ],
)
def test_an_unusual_poll_is_left_to_the_framework(
    api: RunningApi, pipeline: Pipeline, ways: Counter[str], change: str, headers: dict[str, str]
) -> None:
    with api.client() as client:
        ann = api.admit()
        job = booked(client, ann.headers, pipeline.flight(10))
        response = client.get(f"/api/v1/jobs/{job}{change}", headers={**ann.headers, **headers})
        assert response.status_code < 500
        assert ways["fast"] == 0


@pytest.mark.parametrize("authorization", ["", "Bearer nonsense", "Basic eDp5"])
def test_a_poll_without_a_valid_token_is_refused(api: RunningApi, pipeline: Pipeline, authorization: str) -> None:
    with api.client() as client:
        job = booked(client, api.admit().headers, pipeline.flight(10))
        assert client.get(f"/api/v1/jobs/{job}", headers={"Authorization": authorization}).status_code == 401


def test_the_metrics_name_both_by_the_route(api: RunningApi, pipeline: Pipeline) -> None:
    with api.client() as client:
        ann = api.admit()
        job = booked(client, ann.headers, pipeline.flight(10))
        for fast in (True, False):
            poll(client, f"/api/v1/jobs/{job}", ann.headers, fast=fast)
        line = next(
            line
            for line in client.get("/metrics").text.splitlines()
            if line.startswith("skyqueue_http_requests_total") and "/api/v1/jobs/{job_id}" in line and 'status="200"' in line
        )
        assert float(line.split()[-1]) >= 2
