"""The fast path of a booking: a plain POST is handled without the web framework, and passed directly to `acceptance.py`.

Two thirds of the framework's work is not needed for this request, and in a rush nearly all requests are of this kind. The fast
path only handles a request if it understands all parts of it. Any other request, and every malformed one, is passed to the
framework, whose handler reads the same body again. Both call `acceptance.accept`, so their answers about a booking are the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, ReceiveMessage, Scope, Send

from api.bookings.acceptance import accept
from api.bookings.bodies import BookingBody
from api.http import errors
from api.http.bodies import repeated_names
from api.http.idempotency import KEY
from api.http.prefer import LONGEST_PREFERENCE
from api.http.problems import MEDIA_TYPE
from api.load_runs import NAME as LOAD_RUN
from api.services import SignedRequest, services_of
from core.text.nesting import is_too_deep
from core.users.models import KeyScope
from core.users.tokens import Unauthenticated

PATHS: Final = frozenset({"/api/v1/booking", "/api/v1/bookings"})
LARGEST_BODY: Final = 4096
"""Bytes. Nine passengers with long names fit."""

_READ: Final = frozenset({b"authorization", b"content-type", b"content-length", b"idempotency-key", b"prefer", b"x-load-run"})
_FOR_THE_HANDLER: Final = frozenset({b"transfer-encoding", b"expect"})
_BEARER: Final = re.compile(rb"Bearer ([\w.-]+)")
_JSON: Final = b"application/json"
_NUL_ESCAPE: Final = b"\\u0000"

_decoder: Final = msgspec.json.Decoder(BookingBody)
_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class _Head:
    """The headers of a plain booking."""

    token: str
    idempotency_key: str | None
    prefer: str | None
    load_run: str | None


class BookingFastPath:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] not in PATHS or scope["method"] != "POST" or scope["query_string"]:
            await self.app(scope, receive, send)
            return
        head = _read_head(scope)
        if head is None:
            await self.app(scope, receive, send)
            return
        services = services_of(scope["litestar_app"])
        try:
            principal = services.principal_of(head.token)
        except Unauthenticated:
            await self.app(scope, receive, send)
            return
        if principal.scopes is not None and not principal.has_scope(KeyScope.BOOK):
            await self.app(scope, receive, send)
            return
        message = await receive()
        data = _read_body(message)
        if data is None:
            await self.app(scope, _replayed(message, receive), send)
            return
        scope["path_template"] = scope["path"]
        try:
            answer = await accept(
                services,
                principal,
                data,
                state=scope["state"],
                idempotency_key=head.idempotency_key,
                prefer=head.prefer,
                load_run=head.load_run,
            )
        except Exception as error:
            await _refuse(scope, error, send)
            return
        await _send(send, 202, _JSON.decode(), answer.headers, _encoder.encode(answer.content))


def _read_head(scope: HTTPScope) -> _Head | None:
    """The headers. None if one is missing, occurs twice, or has an unusual form; then the framework handles the request."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            if name in headers:
                return None
            headers[name] = value
        elif name in _FOR_THE_HANDLER:
            return None
    bearer = _BEARER.fullmatch(headers.get(b"authorization", b""))
    length = headers.get(b"content-length", b"")
    if bearer is None or headers.get(b"content-type") != _JSON or not length.isdigit() or int(length) > LARGEST_BODY:
        return None
    key, prefer = _text(headers.get(b"idempotency-key")), _text(headers.get(b"prefer"))
    if key is not None and not KEY.fullmatch(key):
        return None
    if prefer is not None and len(prefer) > LONGEST_PREFERENCE:
        return None
    load_run = _text(headers.get(b"x-load-run"))
    if load_run is not None and not LOAD_RUN.fullmatch(load_run):
        return None
    return _Head(bearer[1].decode(), key, prefer, load_run)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _read_body(message: ReceiveMessage) -> BookingBody | None:
    """The booking. None if the body comes in several parts or is malformed; then the framework handles the request."""
    if message["type"] != "http.request" or message.get("more_body", False):
        return None
    body = message["body"]
    if _NUL_ESCAPE in body or is_too_deep(body):
        return None
    try:
        data = _decoder.decode(body)
        return None if repeated_names(body) else data
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _replayed(message: ReceiveMessage, receive: Receive) -> Receive:
    """A `receive` that returns `message` first, so that the framework can read the body again."""
    taken = [message]

    async def receive_again() -> ReceiveMessage:
        return taken.pop() if taken else await receive()

    return receive_again


async def _refuse(scope: HTTPScope, error: Exception, send: Send) -> None:
    refusal = errors.answer(SignedRequest(scope), error)
    await _send(send, refusal.status_code or 500, MEDIA_TYPE, refusal.headers, refusal.content)


async def _send(send: Send, status: int, media_type: str, headers: dict[str, str], body: bytes) -> None:
    about = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    told = [(b"content-type", media_type.encode()), (b"content-length", b"%d" % len(body)), *about]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body, "more_body": False})
