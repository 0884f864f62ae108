"""Spans, as the product writes them: of a request, of the items in a message, and of the stages of their work.

Work is done in batches, and an item (a booking, a file, a refund) is its own trace. So a stage of a batch is written once for each traced item of it,
as a child of that item's span, with the same times. The batch has a trace of its own with the calls of Postgres and Redis, linked with the
spans of its items in both directions. A batch of one item needs none: its calls are part of the item's trace.

While traces are off (the default) nothing here does anything, and OpenTelemetry is not imported.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, Protocol
from uuid import UUID

TraceParent = str
"""Where a trace goes on: the `traceparent` of W3C Trace Context. Only traced items have one."""

_NOTHING: Final = nullcontext()


class Tracer(Protocol):
    """What `otel/tracer.py` does while traces are on."""

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
    """From now on traces are written by this tracer; None: they are off."""
    global _tracer
    _tracer = tracer


def traced_requests(app: Any) -> Any:
    """An ASGI application that writes a span for each of its requests that is traced, and then calls `app`."""
    return app if _tracer is None else _tracer.traced_requests(app)


def current() -> TraceParent | None:
    """Of the span of this task or thread; None where nothing is traced."""
    return None if _tracer is None else _tracer.current()


def trace_id() -> str | None:
    """Of the span of this task or thread; None where nothing is traced."""
    return None if _tracer is None else _tracer.trace_id()


def parents_of(ids: Collection[UUID]) -> dict[str, TraceParent]:
    """What a message about these ids carries: for each that is traced, where its trace goes on."""
    return {} if _tracer is None else _tracer.parents_of(ids)


def span(name: str, parent: TraceParent | None = None) -> AbstractContextManager[None]:
    """One step of the work at hand, or of the trace of `parent`. Nothing where that is not traced."""
    return _NOTHING if _tracer is None else _tracer.span(name, parent)


def stage(name: str) -> AbstractContextManager[None]:
    """One step of the message at work: written for each of its traced items. In a request, the same as `span`."""
    return _NOTHING if _tracer is None else _tracer.stage(name)


def work(name: str, ids: Collection[str], parents: Mapping[str, TraceParent]) -> AbstractContextManager[None]:
    """A message is at work until the block ends. `parents`: what it carries, of its traced items."""
    return _NOTHING if _tracer is None or not parents else _tracer.work(name, ids, parents)


def batch(name: str, size: int, parents: Collection[TraceParent]) -> AbstractContextManager[None]:
    """`size` requests are worked together until the block ends; `parents` are the spans of those that are traced."""
    return _NOTHING if _tracer is None or not parents else _tracer.batch(name, size, parents)


def read_parents(carried: object) -> dict[str, TraceParent]:
    """What an option of a message says; nothing where it is not ours."""
    if not isinstance(carried, dict):
        return {}
    return {key: value for key, value in carried.items() if isinstance(key, str) and isinstance(value, str)}


def close() -> None:
    """Send what waits, for a moment at most. The process ends."""
    if _tracer is not None:
        _tracer.close()
