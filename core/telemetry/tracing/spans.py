"""Spans of requests, of the items of a message, and of the stages of the work on them. All other packages call these functions.

Work is done in batches, but each item (a booking, a file, a refund) belongs to the trace of its own request. So a stage of a batch is written
once for each of its traced items, as a child of that item's span, with the same times. The batch has a trace of its own, which has the calls of
Postgres and Redis, and is linked with the spans of its items in both directions. A batch of one item has no trace of its own: its calls are
part of the item's trace.

While traces are off (the default), these functions do nothing, and OpenTelemetry is not imported.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, Protocol
from uuid import UUID

TraceParent = str
"""The span that a new span becomes a child of, as the `traceparent` of W3C Trace Context. Only traced items have one."""

_NOTHING: Final = nullcontext()


class Tracer(Protocol):
    """What `otel/tracer.py` implements. Each method is explained at the function of the same name below."""

    def traced_requests(self, app: Any) -> Any: ...

    def current(self) -> TraceParent | None: ...

    def parents_of(self, ids: Collection[UUID]) -> dict[str, TraceParent]: ...

    def span(self, name: str, parent: TraceParent | None) -> AbstractContextManager[None]: ...

    def stage(self, name: str) -> AbstractContextManager[None]: ...

    def work(self, name: str, ids: Collection[str], parents: Mapping[str, TraceParent]) -> AbstractContextManager[None]: ...

    def batch(self, name: str, size: int, parents: Collection[TraceParent]) -> AbstractContextManager[None]: ...

    def trace_id(self) -> str | None: ...

    def close(self) -> None: ...


_tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """Write traces with this tracer from now on; None: turn traces off."""
    global _tracer
    _tracer = tracer


def traced_requests(app: Any) -> Any:
    """An ASGI application that writes a span for each of its requests that is traced, and then calls `app`."""
    return app if _tracer is None else _tracer.traced_requests(app)


def current() -> TraceParent | None:
    """The `traceparent` of the current span of this task or thread; None where nothing is traced."""
    return None if _tracer is None else _tracer.current()


def trace_id() -> str | None:
    """The id of the trace (32 hexadecimal digits) that this task or thread writes; None where nothing is traced."""
    return None if _tracer is None else _tracer.trace_id()


def parents_of(ids: Collection[UUID]) -> dict[str, TraceParent]:
    """The parents that a message about these ids has to contain: id -> `traceparent`, for those that are traced."""
    return {} if _tracer is None else _tracer.parents_of(ids)


def span(name: str, parent: TraceParent | None = None) -> AbstractContextManager[None]:
    """A span for the block, as a child of the current span, or of `parent`. No span is written where nothing is traced."""
    return _NOTHING if _tracer is None else _tracer.span(name, parent)


def stage(name: str) -> AbstractContextManager[None]:
    """A span for the block in the trace of each traced item of the message that is being handled. Without a message, the same as `span`."""
    return _NOTHING if _tracer is None else _tracer.stage(name)


def work(name: str, ids: Collection[str], parents: Mapping[str, TraceParent]) -> AbstractContextManager[None]:
    """Handle a message in the block. `ids`: its items. `parents`: item id -> `traceparent`, of its traced items (`parents_of`)."""
    return _NOTHING if _tracer is None or not parents else _tracer.work(name, ids, parents)


def batch(name: str, size: int, parents: Collection[TraceParent]) -> AbstractContextManager[None]:
    """Handle `size` requests together in the block. `parents`: the spans of those requests that are traced."""
    return _NOTHING if _tracer is None or not parents else _tracer.batch(name, size, parents)


def read_parents(option: object) -> dict[str, TraceParent]:
    """Read the parents (`parents_of`) from an option of a message; empty if the option has another form."""
    if not isinstance(option, dict):
        return {}
    return {key: value for key, value in option.items() if isinstance(key, str) and isinstance(value, str)}


def close() -> None:
    """Send the spans that wait, because the process ends. It takes `CLOSE_SECONDS` of the tracer at most."""
    if _tracer is not None:
        _tracer.close()
