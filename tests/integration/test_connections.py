"""Clients that send a request slowly, without end, or not at all, on plain sockets."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from api.connections import connection
from tests.support.api import RunningApi
from tests.support.waiting import until

GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HEAD_SECONDS", 0.3), ("BODY_SECONDS", 0.3), ("CHECK_SECONDS", 0.05), ("BODY_BYTES", 8)):
        monkeypatch.setattr(connection, name, value)


@contextmanager
def connected(api: RunningApi) -> Iterator[socket.socket]:
    address = urlsplit(api.base_url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=30) as client:
        yield client


def received_bytes(client: socket.socket) -> bytes:
    """All that the server says until it closes the connection."""
    received = b""
    while piece := client.recv(65536):
        received += piece
    return received


def problem_in(received: bytes) -> tuple[int, dict[str, object]]:
    head, _, body = received.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    problem = json.loads(body)
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-request-id"].decode() == problem["request_id"]
    return int(head.split(b" ")[1]), problem


@pytest.mark.usefixtures("impatient")
def test_headers_that_do_not_end_are_not_waited_for(api: RunningApi) -> None:
    with connected(api) as client:
        client.sendall(GET)
        status, problem = problem_in(received_bytes(client))
    assert (status, problem["code"], problem["retryable"]) == (408, "too_slow", True)


@pytest.mark.usefixtures("impatient")
def test_a_second_request_has_its_own_time(api: RunningApi) -> None:
    with connected(api) as client:
        client.sendall(GET + b"\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        client.sendall(GET)
        assert problem_in(received_bytes(client))[0] == 408


@pytest.mark.usefixtures("impatient")
def test_a_silent_connection_is_closed_without_a_response(api: RunningApi) -> None:
    with connected(api) as client:
        assert received_bytes(client) == b""


@pytest.mark.usefixtures("impatient")
def test_a_body_that_stops_ends_its_connection(api: RunningApi) -> None:
    with connected(api) as client:
        client.sendall(
            b"POST /api/v1/auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        with pytest.raises(ConnectionError):
            raise ConnectionError if received_bytes(client) == b"" else AssertionError


@pytest.mark.usefixtures("impatient")
def test_a_body_that_comes_a_byte_at_a_time_ends_its_connection(api: RunningApi) -> None:
    """Each byte comes sooner than a body may pause, and they never come to what a body has to bring."""
    with connected(api) as client:
        client.sendall(
            b"POST /api/v1/auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 16000\r\n\r\n"
        )
        client.settimeout(0.15)  # the pace is what is tested
        while True:
            try:
                client.sendall(b" ")
                if client.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break


@pytest.mark.usefixtures("impatient")
def test_a_body_that_comes_slowly_and_steadily_is_read(api: RunningApi) -> None:
    body = json.dumps({"username": "slow-and-steady", "password": "a long walk in the rain"}).encode()
    with connected(api) as client:
        client.sendall(
            b"POST /api/v1/auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        )
        for start in range(0, len(body), 8):
            client.sendall(body[start : start + 8])
            time.sleep(0.06)  # the pace is what is tested: nine pieces take longer than one may
        assert received_bytes(client).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize(
    "headers", [b"X-A: " + b"a" * 2_000_000, b"".join(b"X-%d: a\r\n" % number for number in range(150_000))], ids=["one", "many"]
)
def test_headers_without_end_are_refused(api: RunningApi, headers: bytes) -> None:
    with connected(api) as client:
        client.settimeout(10)
        sent = GET + headers
        received = b""
        try:
            client.sendall(sent)
            received = received_bytes(client)
        except ConnectionError:
            pass  # it stopped reading, and its answer went under in what we still sent
    assert not received or problem_in(received)[1]["code"] == "headers_too_large"


def test_large_headers_are_read(client: httpx.Client) -> None:
    assert client.get("/health/live", headers={"X-A": "a" * 40_000}).status_code == 200


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\x02\x00\x01", b"hello\r\n\r\n", GET + b"Content-Length: x\r\n\r\n"])
def test_what_is_no_http_is_refused_in_words(api: RunningApi, nonsense: bytes) -> None:
    with connected(api) as client:
        client.sendall(nonsense)
        status, problem = problem_in(received_bytes(client))
    assert (status, problem["code"]) == (400, "malformed")


def test_a_request_whose_body_is_longer_than_it_says_changes_nothing(api: RunningApi, caplog: pytest.LogCaptureFixture) -> None:
    """A client that counts letters instead of bytes would lose the end of its body."""
    account = b'{"username": "asha", "password": "correct horse 9"}'
    head = f"POST /api/v1/auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(account)}\r\n\r\n"
    with connected(api) as client:
        client.sendall(head.encode() + account + b"}}\r\n\r\n")
        status, problem = problem_in(received_bytes(client))
    assert (status, problem["code"]) == (400, "malformed")
    until(lambda: not api.server.server_state.tasks)
    with api.client() as another:
        assert another.post("/api/v1/auth/register", json=json.loads(account)).status_code == 201
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []


def test_a_request_before_nonsense_has_its_response(api: RunningApi) -> None:
    with connected(api) as client:
        client.sendall(GET + b"\r\nnonsense\r\n\r\n")
        received = received_bytes(client)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in received
    assert received.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("gracefully", [True, False])
@pytest.mark.parametrize("path", ["/api/v1/airports", "/none/at/all"])
def test_who_sends_many_requests_ahead_and_leaves_writes_no_traceback(
    api: RunningApi, caplog: pytest.LogCaptureFixture, path: str, gracefully: bool
) -> None:
    for pause in range(20):
        with connected(api) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 60)
            if not gracefully:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            time.sleep(pause * 0.003)  # leave at another moment each time
    until(lambda: not api.server.server_state.connections and not api.server.server_state.tasks)
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []
