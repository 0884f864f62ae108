"""The spans of requests. Whether a request is traced is decided here, before OpenTelemetry's middleware is called, because that would cost
each request as much time as all middleware of the API together.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any, Final

from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.propagate import extract
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import SpanKind, get_current_span

from core.telemetry import correlation

NOT_TRACED: Final = ("/health/", "/metrics", "/assets/", "/docs/", "/schema")
"""Paths of health checks, metrics and files. There are so many requests to them that others would be hard to find among their traces."""
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")

_chosen: ContextVar[int | None] = ContextVar("chosen_trace_id", default=None)


class TraceIds(RandomIdGenerator):
    """Makes the correlation id of a request the id of its trace, if it is 32 hexadecimal digits. Ids that the API gives are."""

    def generate_trace_id(self) -> int:
        chosen = _chosen.get()
        return super().generate_trace_id() if chosen is None else chosen


class TracedRequests:
    """An ASGI application around another one."""

    def __init__(self, app: Any, provider: TracerProvider) -> None:
        self._app = app
        self._sampler = provider.sampler
        self._ids = RandomIdGenerator()
        self._traced = OpenTelemetryMiddleware(
            self._describe, exclude_spans=["receive", "send"], tracer_provider=provider, default_span_details=_details
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NOT_TRACED):
            await self._app(scope, receive, send)
            return
        trace_id = _correlation_trace_id() or self._ids.generate_trace_id()
        parent = _parent(scope)
        if self._sampler.should_sample(parent, trace_id, "", SpanKind.SERVER).decision is Decision.DROP:
            await self._app(scope, receive, send)
            return
        token = _chosen.set(trace_id)
        try:
            await self._traced(scope, receive, send)
        finally:
            _chosen.reset(token)

    async def _describe(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the application, and give the span of the request its attributes and its name."""
        span = get_current_span()
        _chosen.set(None)
        # Without the query, which may have names of people or ids of bookings.
        span.set_attribute("http.url", f"{scope['scheme']}://{scope['path']}")
        span.set_attribute("skyqueue.correlation_id", ",".join(correlation.current()))

        async def send_described(message: Any) -> None:
            if message["type"] == "http.response.start":  # after the last part of the response the span has ended
                template = str(scope.get("path_template", "unknown"))
                span.update_name(f"{scope['method']} {template}")
                span.set_attribute("http.route", template)
            await send(message)

        await self._app(scope, receive, send_described)


def _correlation_trace_id() -> int | None:
    ids = correlation.current()
    return int(ids[0], 16) or None if len(ids) == 1 and _TRACE_ID.fullmatch(ids[0]) else None


def _parent(scope: Any) -> Any:
    """The OpenTelemetry context of the request's header `traceparent`; None if it has none."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            return extract({"traceparent": value.decode("latin-1")})
    return None


def _details(scope: Any) -> tuple[str, dict[str, Any]]:
    return str(scope["method"]), {}
