"""The connection of a client: uvicorn's class, with limits for requests that are too large, too slow, or not HTTP.

uvicorn does not limit the size of the headers or the time for headers and body, and its responses to invalid HTTP are not problem
documents. A proxy would do this, but not every installation has one.
"""

from __future__ import annotations

import asyncio
from typing import Final

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.connections.joined_writes import JoinedWrites
from api.http.problems import MEDIA_TYPE, Problem
from core.telemetry import correlation

HEAD_BYTES: Final = 64 * 1024
"""The largest request line with headers, in bytes. The read that exceeds it may have as many bytes again."""
HEAD_SECONDS: Final = 10.0
"""The time limit from the first byte, or from the connection, to the end of the headers."""
BODY_SECONDS: Final = 30.0
BODY_BYTES: Final = 1024
"""At least so many bytes of a body must arrive in every `BODY_SECONDS`, while we are ready to read. So a large file may take any
time.
"""
CHECK_SECONDS: Final = 2.5

_NO_HTTP: Final = Problem(
    400,
    "malformed",
    "This is not an HTTP request that can be read. If a body was sent, check that Content-Length is its length in bytes.",
)
_TOO_SLOW: Final = Problem(408, "too_slow", "The request did not arrive in time.", retryable=True)
_TOO_MUCH: Final = Problem(431, "headers_too_large", f"The headers of a request may have {HEAD_BYTES // 1024} kB.")


class Connection(HttpToolsProtocol):
    """Times are by the clock of the event loop. Between two requests of a connection both are None; uvicorn closes idle connections."""

    _head_since: float | None = None
    _body_since: float | None = None
    _body_bytes = 0
    """The number of bytes since `_body_since`."""
    _head_bytes = 0
    _answering: RequestResponseCycle | None = None
    _check_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(JoinedWrites(transport, self.loop))
        self._head_since = self.loop.time()
        self._check_timer = self.loop.call_later(CHECK_SECONDS, self._check_limits)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._check_timer is not None:
            self._check_timer.cancel()
        super().connection_lost(exc)
        # If a client sends requests in advance (pipelining) and disconnects, uvicorn only ends the last of them. The running one would
        # raise an error when it writes, and then the next one would be processed.
        self.pipeline.clear()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._head_bytes > HEAD_BYTES:
            self._refuse(_TOO_MUCH)
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_since is None:
            self._head_bytes = 0

    def on_message_begin(self) -> None:
        if self._head_since is None:
            self._head_since = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_since = None
        self._begin_to_count()
        if not self.url.startswith((b"/", b"*")):
            self._name_host_of_target()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._body_since = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the words are uvicorn's
        """Refuse bytes that are not a request. They often are the rest of a body whose `Content-Length` is too small, for example if a client
        counts letters instead of bytes. So a request whose body has not been read yet is dropped: its last row or field would be cut off.
        A request that was read has its response first, and then the connection is closed.
        """
        self.pipeline.clear()
        cycle = self._answering
        if cycle is not None and not cycle.response_complete:
            if not cycle.body and not cycle.more_body:
                cycle.keep_alive = False
                return
            cycle.disconnected = True
            cycle.message_event.set()
        self._refuse(_NO_HTTP)

    def _name_host_of_target(self) -> None:
        """In `GET http://name/path` the name of the address is used instead of the Host header (RFC 9112, 3.2.2)."""
        try:
            target = httptools.parse_url(self.url)
        except httptools.HttpParserError:
            return  # refused below
        if not target.host:
            return
        name = b"[%s]" % target.host if b":" in target.host else target.host
        host = b"%s:%d" % (name, target.port) if target.port else name
        self.headers[:] = [(key, host if key == b"host" else value) for key, value in self.headers]

    def _check_limits(self) -> None:
        """Check the time limits. It runs every few seconds for each connection, because a timer for each request would make every request
        slower.
        """
        now = self.loop.time()
        if self.transport.is_closing():
            return
        if self._head_since is not None and now - self._head_since > HEAD_SECONDS:
            if self._head_bytes:
                self._refuse(_TOO_SLOW)
            else:
                self.transport.close()  # browsers open connections in advance, and expect no response before a request
            return
        if self._body_since is not None and self.flow.read_paused:
            self._begin_to_count()  # reading is paused, so the client is not slow
        elif self._body_since is not None and now - self._body_since > BODY_SECONDS:
            if self._body_bytes < BODY_BYTES:
                self.transport.abort()  # the handler gets the event that its client has disconnected
                return
            self._begin_to_count()
        self._check_timer = self.loop.call_later(CHECK_SECONDS, self._check_limits)

    def _begin_to_count(self) -> None:
        self._body_since, self._body_bytes = self.loop.time(), 0

    def _refuse(self, problem: Problem) -> None:
        request_id = correlation.begin()
        body = problem.body(instance="", request_id=request_id)
        headers = {
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "x-content-type-options": "nosniff",
            "x-request-id": request_id,
            "connection": "close",
        }
        head = [STATUS_LINE[problem.status]]
        head += [name + b": " + value + b"\r\n" for name, value in self.server_state.default_headers]
        head += [f"{name}: {value}\r\n".encode() for name, value in headers.items()]
        self.transport.write(b"".join([*head, b"\r\n", body]))
        self.transport.close()
