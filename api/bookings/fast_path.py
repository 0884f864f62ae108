"""The fast path of a booking: a plain POST is handled without the web framework, and passed directly to `acceptance.py`.

Two thirds of the framework's work is not needed for this request, and in a rush nearly all requests are of this kind. The fast
path only handles a request if it understands all parts of it. Any other request, and every malformed one, is passed to the
framework, whose handler reads the same body again. Both call `acceptance.accept`, so their responses about a booking are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, ReceiveMessage, Scope, Send

from api.bookings.acceptance import accept
from api.bookings.bodies import BookingBody
from api.http.bodies import repeated_names
from api.http.idempotency import KEY
from api.http.plain_requests import JSON, are_well_formed, read_headers, read_token, send_refusal, send_response
from api.services import services_of
from core.text.nesting import is_too_deep
from core.users.models import KeyScope
from core.users.tokens import Unauthenticated

PATHS: Final = frozenset({"/api/v1/booking", "/api/v1/bookings"})
LARGEST_BODY: Final = 4096
"""Bytes. Nine passengers with long names fit."""

_READ: Final = frozenset({b"authorization", b"content-type", b"content-length", b"idempotency-key", b"prefer", b"x-load-run"})
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
            accepted = await accept(
                services,
                principal,
                data,
                state=scope["state"],
                idempotency_key=head.idempotency_key,
                prefer=head.prefer,
                load_run=head.load_run,
            )
        except Exception as error:  # the handlers of the framework are not above this code
            await send_refusal(scope, error, send)
            return
        await send_response(send, 202, JSON, accepted.headers, _encoder.encode(accepted.content))


def _read_head(scope: HTTPScope) -> _Head | None:
    """The headers. None if one is missing, occurs twice, or has an unusual form; then the framework handles the request."""
    headers = read_headers(scope, _READ)
    if headers is None:
        return None
    token, length = read_token(headers), headers.get("content-length", "")
    if token is None or headers.get("content-type") != JSON or not length.isdecimal() or int(length) > LARGEST_BODY:
        return None
    key = headers.get("idempotency-key")
    if (key is not None and not KEY.fullmatch(key)) or not are_well_formed(headers):
        return None
    return _Head(token, key, headers.get("prefer"), headers.get("x-load-run"))


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
