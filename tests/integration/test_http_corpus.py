"""Hostile input at every route of the application: an error with a code, never a 500.

Routes are taken from the application itself, so a new controller is covered from its first day.
"""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.support import hostile
from tests.support.api import RunningApi
from tests.support.route_targets import Target, complaints, send, targets
from tests.support.waiting import until

REGISTER = "/api/v1/auth/register"


PARTS: Final = 4

Attempt: TypeAlias = tuple[Target, str, dict[str, Any]]
"""A request: its operation, what is wrong with it in words, and the arguments for `send`."""
Faults: TypeAlias = Callable[[Iterable[Attempt]], list[str]]


@pytest.fixture(params=[0, *(pytest.param(part, marks=pytest.mark.variant) for part in range(1, PARTS))])
def faults(request: pytest.FixtureRequest, admin: httpx.Client) -> Faults:
    """Send a part of the requests, each with the same chance, and return what is wrong with the answers. The parts together send all."""

    def of(attempts: Iterable[Attempt]) -> list[str]:
        chance = random.Random(0)  # the same choices in each part
        chosen = [attempt for attempt in attempts if chance.randrange(PARTS) == request.param]
        assert len(chosen) > 50
        return [fault for target, what, sent in chosen for fault in complaints(send(admin, target, **sent), target, what)]

    return of


def test_no_body_makes_a_route_fail(api: RunningApi, faults: Faults) -> None:
    def attempts() -> Iterator[Attempt]:
        for target in targets(api.app):
            if target.method in ("GET", "HEAD", "OPTIONS"):
                continue
            for name, body in {**hostile.NOT_JSON, **hostile.OTHER_SHAPES}.items():
                yield target, name, {"content": body, "headers": hostile.JSON}
            for body in hostile.bodies_with(target.fields):
                yield target, body[:60].decode(), {"content": body, "headers": hostile.JSON}
            for kind in (
                "multipart/form-data",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded",
                "text/csv",
                "x",
                "",
                "é",
            ):
                yield target, f"body of type {kind}", {"content": b"--x\r\n\r\n", "headers": {"content-type": kind.encode()}}
            yield target, "no body", {}

    assert faults(attempts()) == []


def test_a_body_that_is_not_json_and_one_of_another_shape_have_different_codes(api: RunningApi, admin: httpx.Client) -> None:
    json_targets = [target for target in targets(api.app) if target.media_type == "application/json" and target.fields]
    assert json_targets
    wrong = []
    for target in json_targets:
        for status, corpus in ((400, hostile.NOT_JSON), (422, hostile.OTHER_SHAPES)):
            for name, body in corpus.items():
                response = send(admin, target, content=body, headers=hostile.JSON)
                if response.status_code != status:
                    wrong.append(f"{target.method} {target.path} <- {name}: {response.status_code}, not {status}")
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
            response = send(admin, target, content=b"{}", headers={"content-type": kind})
            if response.status_code != 415:
                wrong.append(f"{target.method} {target.path} <- {kind}: {response.status_code}, not 415")
        headers = {**hostile.JSON, "content-encoding": "gzip"}
        if send(admin, target, content=hostile.COMPRESSED, headers=headers).status_code != 415:
            wrong.append(f"{target.method} {target.path} <- gzip is not 415")
        refused = send(admin, target, content=b" " * 200_000 + b"{}", headers=hostile.JSON)
        if refused.status_code != 413 or "it may have 16 kB here" not in refused.json()["detail"]:
            wrong.append(f"{target.method} {target.path} <- 200 kB is not 413, or does not say what fits")
    assert not wrong, "\n".join(wrong)


def test_a_client_that_hangs_up_during_its_request_is_no_failure_of_ours(client: httpx.Client) -> None:
    def answered() -> dict[str, str]:
        pattern = rf'requests_total\{{method="POST",route="{REGISTER}",status="(400|500)"}} (\S+)'
        return dict(re.findall(pattern, client.get("/metrics").text))

    before = answered()
    request = f"POST {REGISTER} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as connection:
        connection.sendall(request.encode())
    until(lambda: answered() != before)
    assert answered().get("500") == before.get("500")


@pytest.mark.variant
def test_no_query_makes_a_route_fail(api: RunningApi, faults: Faults) -> None:
    def attempts() -> Iterator[Attempt]:
        for target in targets(api.app):
            names = target.parameters("query")
            for value in map(str, hostile.VALUES):
                query = "&".join(f"{quote(name)}={quote(value[:2000])}" for name in (*names, "zzz"))
                yield target, query[:80], {"params": query}
            for query in ("%ff", "%", "&&&", "=", "a[]=1&a[b]=2", "&".join(f"{name}=1&{name}=2" for name in names)):
                yield target, query, {"params": query}

    assert faults(attempts()) == []


def test_a_query_with_nul_is_refused_by_every_route(api: RunningApi, admin: httpx.Client) -> None:
    every = [target for target in targets(api.app) if target.method != "OPTIONS"]
    taken = [target.path for target in every if send(admin, target, params="zzz=%00").status_code != 422]
    assert taken == []


def test_no_path_makes_a_route_fail(api: RunningApi, faults: Faults) -> None:
    assert faults((target, "path", {}) for fill in hostile.PATHS for target in targets(api.app, fill)) == []


@pytest.mark.variant
def test_no_header_makes_a_route_fail(api: RunningApi, faults: Faults) -> None:
    def attempts() -> Iterator[Attempt]:
        for target in targets(api.app):
            for name, value in hostile.HEADERS.items():
                yield target, f"{name}: {value[:40]}", {"headers": {name: value}}
            for host in hostile.HOSTS:
                yield target, f"Host: {host}", {"headers": {"host": host.encode()}}
            yield target, "two ids", {"headers": [("x-request-id", "a"), ("x-request-id", "b")]}

    assert faults(attempts()) == []


def test_every_private_route_needs_a_token_and_every_admin_route_a_role(
    api: RunningApi, client: httpx.Client, traveller: httpx.Client
) -> None:
    open_doors = []
    for target in targets(api.app):
        if target.method == "OPTIONS" or target.handler.opt.get("public"):
            continue
        response = send(client, target)
        if response.status_code != 401 or "www-authenticate" not in response.headers:
            open_doors.append(f"{target.method} {target.path} answers a stranger with {response.status_code}")
        if target.path.startswith("/admin"):
            response = send(traveller, target)
            if response.status_code != 403:
                open_doors.append(f"{target.method} {target.path} answers a traveller with {response.status_code}")
    assert not open_doors, "\n".join(open_doors)


@pytest.mark.parametrize(
    ("offered", "taken"),
    [("run-7.retry_2", True), ("x" * 64, True), ("x" * 65, False), ("two words", False), ("<script>", False), ("", False)],
)
def test_a_sane_request_id_is_kept_and_another_replaced(client: httpx.Client, offered: str, taken: bool) -> None:
    given = client.get("/health/live", headers={"X-Request-Id": offered}).headers["x-request-id"]
    assert (given == offered) is taken
    assert given


def test_every_answer_forbids_guessing_its_type(client: httpx.Client) -> None:
    for path in ("/health/live", "/none/at/all", REGISTER, "/schema/openapi.json", "/metrics"):
        assert client.get(path).headers.get_list("x-content-type-options") == ["nosniff"], path


def test_a_wrong_method_gets_the_allowed_ones(client: httpx.Client) -> None:
    response = client.put(REGISTER)
    assert response.status_code == 405
    assert response.headers["allow"] == "OPTIONS, POST"
    assert response.json()["code"] == "method_not_allowed"
    assert client.options(REGISTER).headers["allow"] == "OPTIONS, POST"
    assert client.options("/health/live").headers["allow"] == "GET, HEAD, OPTIONS"
    for path in ("/admin/flights", f"/admin/flights/{uuid4()}", "/api/v1/bookings", f"/api/v1/bookings/{uuid4()}"):
        assert client.options(path).headers["allow"] == client.patch(path).headers["allow"], path


def test_head_answers_like_get_without_the_body(client: httpx.Client) -> None:
    get, head = client.get("/health/live"), client.head("/health/live")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("host", ["x:99999999", "::1", "http://x"])
def test_a_host_that_is_none_is_refused_in_words(client: httpx.Client, host: str) -> None:
    for path in ("/health/live", "/none/at/all", "/schema/openapi.json"):
        response = client.get(path, headers={"Host": host})
        assert (response.status_code, response.json()["code"]) == (400, "malformed"), path
        assert response.headers["x-request-id"] == response.json()["request_id"]


def test_what_no_handler_answers_is_a_problem_too(api: RunningApi, client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("below everything")

    with monkeypatch.context() as patched:
        patched.setattr(api.app.asgi_handler, "app", fail)
        response = client.get("/health/live")
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert response.headers["x-content-type-options"] == "nosniff"


def test_head_of_a_stream_ends(admin: httpx.Client) -> None:
    for _ in range(2):  # on one connection
        head = admin.head("/admin/flights/export.csv")
        assert (head.status_code, head.content) == (200, b"")


def test_other_origins_get_no_cors_headers(client: httpx.Client) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for response in (client.options(REGISTER, headers=headers), client.get("/health/live", headers=headers)):
        assert not [name for name in response.headers if name.startswith("access-control-")]
