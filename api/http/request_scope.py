"""The outermost ASGI layer, for every request and response, including those of the fast paths and errors outside of handlers.

It assigns the request id, refuses requests that no handler should get, answers HEAD as GET without the body, answers 500 if
nothing else did, and counts metrics. It wraps `send` once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import lru_cache
from time import perf_counter
from typing import Final, cast
from urllib.parse import unquote_to_bytes

import structlog
from litestar.enums import ScopeType
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import ASGIApp, HTTPDisconnectEvent, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from api.http.hosts import read_host
from api.http.problems import INTERNAL, MEDIA_TYPE, Problem
from api.limits import rate_limits
from core.telemetry import correlation
from core.telemetry.metrics import HTTP_REQUESTS, HTTP_SECONDS

KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
_NO_STORE: Final = (b"cache-control", b"no-store")
_ONLY_TLS: Final = (b"strict-transport-security", b"max-age=31536000")
"""Browsers use this header only on connections with TLS."""

_COMPRESSED = Problem(
    415, "unsupported_media_type", "Send the body as it is, without Content-Encoding.", headers={"accept-encoding": "identity"}
)
_NOT_TEXT = Problem(400, "malformed", "The query is not UTF-8.")
_NUL_IN_QUERY = Problem(
    422,
    "validation",
    "The query has a NUL character.",
    data={"errors": [{"pointer": "?", "code": "bad_format", "message": "NUL characters are not allowed."}]},
)
_NUL_IN_PATH = Problem(404, "not_found", "There is nothing at this address.")
_BAD_HOST = Problem(400, "malformed", "The request needs one Host header, which names a host.")
_STOPPING = Problem(
    503,
    "unavailable",
    "This process stopped before it had an answer. Repeat the request (a booking with the same Idempotency-Key) to get the result.",
    retryable=True,
    headers={"connection": "close"},
)
_OTHER_HOST: Final = Problem(
    421,
    "wrong_host",
    "This server does not accept the name in the Host header. Its operator can allow the name in SKYQUEUE_ALLOWED_HOSTS.",
)

_log = structlog.get_logger(__name__)


class RequestScope:
    """`routes`: all routes of the application, to list the methods of an address. `is_ours`: returns whether a host name is accepted."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute], is_ours: Callable[[str], bool]) -> None:
        self.app = app
        self._is_ours = is_ours
        self._allow = {route.path_format: _listed(route.methods) for route in routes if isinstance(route, HTTPRoute)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        begun = perf_counter()
        request = scope
        offered, refusal = _check_head(request, self._is_ours)
        request_id = correlation.begin(offered)
        request["state"]["request_id"] = request_id
        method = request["method"]
        head = method == "HEAD"
        if head:
            request = cast("HTTPScope", {**request, "method": "GET"})
            receive = _gone

        is_by_tls = request["scheme"] == "https"  # from the proxy's header, if uvicorn trusts this proxy
        is_personal = _is_personal(request)
        has_response_begun = ended = False

        async def send_tracked(message: Message) -> None:
            nonlocal has_response_begun, ended
            if message["type"] == "http.response.start":
                has_response_begun = True
                headers = [*message["headers"], (b"x-request-id", request_id.encode())]
                if _NOSNIFF not in headers:
                    headers.append(_NOSNIFF)
                headers += rate_limits.headers_of(request["state"])
                if is_by_tls:
                    headers.append(_ONLY_TLS)
                if is_personal and not any(name == b"cache-control" for name, _ in headers):
                    headers.append(_NO_STORE)
                if method == "OPTIONS":
                    headers = [(name, self._allowed(request, value) if name == b"allow" else value) for name, value in headers]
                message = {**message, "headers": headers}
                _count(request, message["status"], perf_counter() - begun)
            elif message["type"] == "http.response.body":
                ended = not message.get("more_body", False)
                if head:
                    message = {**message, "body": b""}
            await send(message)

        if refusal is not None:
            await _refuse(refusal, request["path"], request_id, send_tracked)
            return
        try:
            await self.app(request, receive, send_tracked)
        except asyncio.CancelledError:  # by the server, when the time to finish requests is over
            if has_response_begun:
                raise
            await _refuse(_STOPPING, request["path"], request_id, send_tracked)
        except Exception:  # an error outside the handlers, which answer all others
            if has_response_begun:
                raise
            _log.exception("an error that no handler answered", method=method, path=request["path"])
            await _refuse(INTERNAL, request["path"], request_id, send_tracked)
        if head and has_response_begun and not ended:  # a stream whose client has disconnected
            await send_tracked({"type": "http.response.body", "body": b"", "more_body": False})

    def _allowed(self, scope: HTTPScope, of_handler: bytes) -> bytes:
        """The methods of all handlers of the address. Litestar only gives those of one handler."""
        return self._allow.get(str(scope["path_template"]), of_handler)


def _check_head(scope: HTTPScope, is_ours: Callable[[str], bool]) -> tuple[str | None, Problem | None]:
    """The request id that the client sent, and the problem of the request, if there is one that can be seen without its body."""
    offered, refusal, hosts = None, None, 0
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            offered = value.decode("latin-1")
        elif name == b"host":
            hosts += 1
            host = read_host(value)
            if host is None:
                refusal = _BAD_HOST
            elif not is_ours(host):
                refusal = _OTHER_HOST
        elif name == b"content-encoding" and value.lower() != b"identity":
            refusal = _COMPRESSED
    if hosts != 1 and (hosts or scope["http_version"] != "1.0"):  # the route has no template
        refusal = _BAD_HOST
    if b"%" in scope["query_string"]:
        query = unquote_to_bytes(scope["query_string"])
        if b"\0" in query:
            refusal = _NUL_IN_QUERY
        else:
            try:
                query.decode()
            except UnicodeDecodeError:
                refusal = _NOT_TEXT
    if "\0" in scope["path"]:
        refusal = _NUL_IN_PATH
    return offered, refusal


def _is_personal(scope: HTTPScope) -> bool:
    """Whether the response is personal: caches must not store it, unless a handler allows it."""
    path = scope["path"]
    return path.startswith(("/admin", "/api/v1/auth/")) or any(name == b"authorization" for name, _ in scope["headers"])


async def _refuse(problem: Problem, path: str, request_id: str, send: Send) -> None:
    body = problem.body(instance=path, request_id=request_id)
    headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), **problem.all_headers()}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _gone() -> HTTPDisconnectEvent:
    """For a handler of HEAD: reports that the client has disconnected, so that a stream ends at once."""
    return {"type": "http.disconnect"}


def _listed(methods: Iterable[str]) -> bytes:
    known = set(methods)
    return ", ".join(sorted(known | {"HEAD"} if "GET" in known else known)).encode()


def _count(scope: HTTPScope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in KNOWN_METHODS else "OTHER"
    requests, latency = _series(method, str(scope.get("path_template", "unknown")), status)
    requests.inc()
    latency.observe(seconds)


@lru_cache(4096)
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return HTTP_REQUESTS.labels(method, route, status), HTTP_SECONDS.labels(method, route)
