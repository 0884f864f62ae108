"""The `Tracer` of `spans.py`, with OpenTelemetry."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    format_span_id,
    format_trace_id,
    get_current_span,
    set_span_in_context,
    use_span,
)

from core.telemetry.tracing.otel.requests import TracedRequests
from core.telemetry.tracing.spans import TraceParent

CLOSE_SECONDS: Final = 1.5
"""How long a process that ends waits for the receiver of its last spans. A receiver that does not answer must not block it."""
_PARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01")
"""A `traceparent` that is sampled (flag 01). Others are not sent with messages."""


@dataclass(frozen=True, slots=True)
class _Work:
    """The message that is being handled. `items`: id -> span, of its traced items. `is_single`: the message has one item, and its span is the
    current one.
    """

    items: dict[str, Span]
    is_single: bool


class OpenTelemetryTracer:
    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("skyqueue")
        self._work: ContextVar[_Work | None] = ContextVar("traced_work", default=None)

    def traced_requests(self, app: Any) -> Any:
        return TracedRequests(app, self._provider)

    def current(self) -> TraceParent | None:
        span = get_current_span()
        return _parent(span.get_span_context()) if span.is_recording() else None

    def trace_id(self) -> str | None:
        span = get_current_span()
        return format_trace_id(span.get_span_context().trace_id) if span.is_recording() else None

    def parents_of(self, ids: Collection[UUID]) -> dict[str, TraceParent]:
        work = self._work.get()
        if work is None:
            parent = self.current()
            return {} if parent is None else {str(each): parent for each in ids}
        if work.is_single:  # the ids may be of other things that follow from the item, such as the refund of a booking
            (item,) = work.items.values()
            return {str(each): _parent(item.get_span_context()) for each in ids}
        return {key: _parent(work.items[key].get_span_context()) for key in map(str, ids) if key in work.items}

    @contextmanager
    def span(self, name: str, parent: TraceParent | None) -> Iterator[None]:
        context = _context(parent) if parent is not None else None
        if context is None and not get_current_span().is_recording():
            yield
            return
        with self._tracer.start_as_current_span(name, context=context):
            yield

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        work = self._work.get()
        if work is None or work.is_single:
            with self.span(name, None):
                yield
            return
        began, failure = time.time_ns(), None
        try:
            with self._tracer.start_as_current_span(name):
                yield
        except BaseException as error:
            failure = error
            raise
        finally:
            ended = time.time_ns()
            for item in work.items.values():
                span = self._tracer.start_span(name, context=set_span_in_context(item, Context()), start_time=began)
                if failure is not None:
                    span.set_status(Status(StatusCode.ERROR, repr(failure)))
                span.end(end_time=ended)

    @contextmanager
    def work(self, name: str, ids: Collection[str], parents: Mapping[str, TraceParent]) -> Iterator[None]:
        attributes: dict[str, str | int] = {"messaging.system": "dramatiq", "messaging.batch.message_count": len(ids)}
        items = {
            key: self._tracer.start_span(
                name, context=context, kind=SpanKind.CONSUMER, attributes={**attributes, "skyqueue.id": key}
            )
            for key in ids
            if (context := _context(parents.get(key))) is not None
        }
        if not items:
            yield
            return
        work = _Work(items, is_single=len(ids) == 1)
        token = self._work.set(work)
        try:
            if work.is_single:
                with use_span(next(iter(items.values())), end_on_exit=False):
                    yield
            else:
                with self._batch(f"{name} batch", len(ids), items.values()):
                    yield
        except BaseException as error:
            for item in items.values():
                item.set_status(Status(StatusCode.ERROR, repr(error)))
            raise
        finally:
            self._work.reset(token)
            for item in items.values():
                item.end()

    @contextmanager
    def batch(self, name: str, size: int, parents: Collection[TraceParent]) -> Iterator[None]:
        contexts = [context for parent in parents if (context := _context(parent)) is not None]
        if not contexts:
            yield
        elif size == 1:
            with use_span(get_current_span(contexts[0])):
                yield
        else:
            with self._batch(f"{name} batch", size, [get_current_span(context) for context in contexts]):
                yield

    @contextmanager
    def _batch(self, name: str, size: int, items: Collection[Span]) -> Iterator[None]:
        """Begin a trace of its own for the batch, with links between it and the spans of the items."""
        links = [Link(item.get_span_context()) for item in items]
        with self._tracer.start_as_current_span(
            name, context=Context(), links=links, attributes={"messaging.batch.message_count": size}
        ) as batch:
            for item in items:
                item.add_link(batch.get_span_context())
            yield

    def close(self) -> None:
        ending = threading.Thread(target=self._provider.shutdown, name="traces-end", daemon=True)
        ending.start()
        ending.join(CLOSE_SECONDS)


def _parent(context: SpanContext) -> TraceParent:
    return f"00-{format_trace_id(context.trace_id)}-{format_span_id(context.span_id)}-01"


def _context(parent: TraceParent | None) -> Context | None:
    """The OpenTelemetry context whose current span is `parent`; None if that is no sampled `traceparent`."""
    match = _PARENT.fullmatch(parent) if parent is not None else None
    if match is None:
        return None
    context = SpanContext(int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(context), Context()) if context.is_valid else None
