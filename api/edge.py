"""The outermost layer: what is true of every answer, also of those that no handler gave.

It names the request, refuses what no handler should see, answers HEAD like GET without the body, and counts. It wraps `send` once.
"""

from __future__ import annotations

from functools import lru_cache
from time import perf_counter
from typing import Final, cast
from urllib.parse import unquote_to_bytes

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPDisconnectEvent, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from api.problems import MEDIA_TYPE, Problem
from core.telemetry import correlation
from core.telemetry.metrics import HTTP_REQUESTS, HTTP_SECONDS

KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")

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


class Edge:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        begun = perf_counter()
        request = scope
        offered, refusal = _look_at(request)
        request_id = correlation.begin(offered)
        request["state"]["request_id"] = request_id
        method = request["method"]
        head = method == "HEAD"
        if head:
            request = cast("HTTPScope", {**request, "method": "GET"})
            receive = _gone

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"x-request-id", request_id.encode())]
                if _NOSNIFF not in headers:
                    headers.append(_NOSNIFF)
                if method == "OPTIONS":
                    headers = [(name, _with_head(value)) if name == b"allow" else (name, value) for name, value in headers]
                message = {**message, "headers": headers}
                _count(request, message["status"], perf_counter() - begun)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if refusal is not None:
            await _refuse(refusal, request["path"], request_id, answer)
        else:
            await self.app(request, receive, answer)


def _look_at(scope: HTTPScope) -> tuple[str | None, Problem | None]:
    """The request id that the client offers, and what is wrong with the request before anybody reads its body."""
    offered, refusal = None, None
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            offered = value.decode("latin-1")
        elif name == b"content-encoding" and value.lower() != b"identity":
            refusal = _COMPRESSED
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


async def _refuse(problem: Problem, path: str, request_id: str, send: Send) -> None:
    body = problem.body(instance=path, request_id=request_id)
    headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), **problem.all_headers()}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _gone() -> HTTPDisconnectEvent:
    """What a handler of HEAD hears from its client: a stream ends at once, nobody is listening."""
    return {"type": "http.disconnect"}


def _with_head(allow: bytes) -> bytes:
    methods = set(allow.decode().split(", "))
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods)).encode()


def _count(scope: HTTPScope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in KNOWN_METHODS else "OTHER"
    requests, latency = _series(method, str(scope.get("path_template", "unknown")), status)
    requests.inc()
    latency.observe(seconds)


@lru_cache(4096)
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return HTTP_REQUESTS.labels(method, route, status), HTTP_SECONDS.labels(method, route)
