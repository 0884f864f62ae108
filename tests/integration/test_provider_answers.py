"""Responses of a payment provider, and calls without one: which of them leave it unknown whether the card was charged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Thread
from uuid import UUID

import pytest

from core.payments.http_provider import MAX_RESPONSE_BYTES, HttpProvider
from core.payments.provider import Charge, ChargeStatus

CHARGE = Charge(UUID("01a20656-4b6d-7534-8d21-503eda47ef2d"), Decimal("100.00"), "INR", "tok_ok", "")
READABLE = b'{"id": "01a20656-4b6d-7534-8d21-503eda47ef2d", "amount": "100.00", "currency": "INR", "status": "captured"}'


class AnyAnswer(ThreadingHTTPServer):
    """A provider whose answer is `response`, whatever it is asked. None: it closes the connection without an answer."""

    response: bytes | None = b""
    status = 200

    def __init__(self, handler: type[_Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.paths: list[str] = []
        self.bodies: list[bytes] = []
        self.lost: list[bytes] = []
        self.is_leaving = False

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: AnyAnswer

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.do_GET()

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        if self.server.response is None:
            self.close_connection = True
            return
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.response)))
        self.send_header("location", f"{self.server.base_url}/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.response)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving(handler: type[_Handler]) -> Iterator[AnyAnswer]:
    with AnyAnswer(handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def answering() -> Iterator[AnyAnswer]:
    with serving(_Handler) as server:
        yield server


@pytest.fixture
def closing() -> Iterator[AnyAnswer]:
    """It loses the second request of each connection."""
    with serving(_ClosingHandler) as server:
        server.response = READABLE
        yield server


class _ClosingHandler(_Handler):
    """Keeps the connection after the first request, and closes it when the second one arrives, which it does not answer. So does a server
    whose time limit for idle connections ends at that moment.
    """

    protocol_version = "HTTP/1.1"
    answered = False

    def do_POST(self) -> None:
        if self.answered:
            self.server.lost.append(self.rfile.read(int(self.headers["content-length"])))
            if self.server.is_leaving:
                self.server.socket.shutdown(SHUT_RDWR)
            self.close_connection = True
            return
        super().do_POST()
        self.answered = True


def statuses(base_url: str) -> list[ChargeStatus]:
    async def call() -> list[ChargeStatus]:
        provider = HttpProvider(base_url, seconds=10)
        try:
            return [(await provider.charge(CHARGE)).status, (await provider.look_up(CHARGE)).status]
        finally:
            await provider.close()

    return asyncio.run(call())


def within(note: bytes) -> bytes:
    return READABLE.replace(b"{", b'{"note": ' + note + b", ", 1)


@pytest.mark.parametrize("note", [b'"x"', b"[" * 99 + b"]" * 99])
def test_fields_that_we_do_not_know_are_no_hindrance(answering: AnyAnswer, note: bytes) -> None:
    answering.response = within(note)
    assert statuses(answering.base_url) == [ChargeStatus.CAPTURED] * 2


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"null",
        b"<html>",
        READABLE[:-1],
        READABLE.replace(b"INR", b"\xff"),
        READABLE.replace(b'"100.00"', b'"much"'),
        READABLE.replace(b'"100.00"', b'"NaN"'),
        within(b"[" * 100 + b"]" * 100),
        within(b"[" * 2_000 + b"]" * 2_000),
        within(b"[" * 20_000 + b"]" * 20_000),
        within(b'"' + b"x" * MAX_RESPONSE_BYTES + b'"'),
        None,
    ],
)
def test_an_unreadable_response_leaves_the_charge_undecided(answering: AnyAnswer, response: bytes | None) -> None:
    answering.response = response
    assert statuses(answering.base_url) == [ChargeStatus.UNKNOWN] * 2


@pytest.mark.parametrize("status", [302, 307, 500])
def test_a_redirect_is_not_followed_and_an_error_decides_nothing(answering: AnyAnswer, status: int) -> None:
    answering.response, answering.status = READABLE, status
    assert statuses(answering.base_url) == [ChargeStatus.UNKNOWN] * 2
    assert answering.paths == ["/charges", f"/charges/{CHARGE.payment_id}"]


def test_the_address_of_a_provider_may_have_a_path(answering: AnyAnswer) -> None:
    answering.response = READABLE
    assert statuses(f"{answering.base_url}/v2/") == [ChargeStatus.CAPTURED] * 2
    assert answering.paths == ["/v2/charges", f"/v2/charges/{CHARGE.payment_id}"]


def test_without_a_connection_nothing_was_sent(answering: AnyAnswer) -> None:
    with socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert statuses(f"http://127.0.0.1:{closed.getsockname()[1]}") == [ChargeStatus.NOT_SENT] * 2
    assert statuses(answering.base_url.replace("http:", "https:")) == [ChargeStatus.NOT_SENT] * 2
    assert answering.paths == []


@pytest.mark.parametrize(
    "address", ["http://pay..example", f"http://{'x' * 64}.example", "http://127.0.0.1:99999", "http://[::1"]
)
def test_an_address_that_cannot_be_used_gets_no_charge(address: str) -> None:
    async def answers() -> bool:
        provider = HttpProvider(address, seconds=10)
        try:
            return await provider.answers()
        finally:
            await provider.close()

    assert statuses(address) == [ChargeStatus.NOT_SENT] * 2
    assert not asyncio.run(answers())


def charge_twice(server: AnyAnswer) -> list[ChargeStatus]:
    """Two calls on one connection, of which the second one is lost."""

    async def call() -> list[ChargeStatus]:
        provider = HttpProvider(server.base_url, seconds=10)
        try:
            return [(await provider.charge(CHARGE)).status for _ in range(2)]
        finally:
            await provider.close()

    outcomes = asyncio.run(call())
    assert len(server.lost) == 1
    return outcomes


def test_a_charge_on_a_connection_that_was_just_closed_is_sent_again_with_its_key(closing: AnyAnswer) -> None:
    assert charge_twice(closing) == [ChargeStatus.CAPTURED] * 2
    assert closing.bodies == [*closing.lost] * 2


def test_a_charge_that_was_lost_may_have_arrived_even_if_nobody_listens_any_more(closing: AnyAnswer) -> None:
    closing.is_leaving = True
    assert charge_twice(closing) == [ChargeStatus.CAPTURED, ChargeStatus.UNKNOWN]
