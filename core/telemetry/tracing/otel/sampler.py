"""Decide which traces are written: as the standard variables of OpenTelemetry say, with two exceptions (`WholeTraces`)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    DEFAULT_ON,
    Decision,
    ParentBasedTraceIdRatio,
    Sampler,
    SamplingResult,
    _get_from_env_or_default,
)
from opentelemetry.trace import Link, SpanKind, TraceState, get_current_span
from opentelemetry.util.types import Attributes

SAMPLER: Final = "OTEL_TRACES_SAMPLER"
DEFAULT_RATIO: Final = 0.01
"""The share of requests that is traced, unless `OTEL_TRACES_SAMPLER` says otherwise. It costs a few percent of the throughput."""


def from_environment() -> Sampler:
    """The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name."""
    chosen = _get_from_env_or_default() if os.environ.get(SAMPLER) else ParentBasedTraceIdRatio(DEFAULT_RATIO)
    return WholeTraces(chosen)


class WholeTraces(Sampler):
    """As the chosen sampler, except for traces that begin here. One that begins with a call of a server (a statement of the sweep, a ping)
    is left out, because it would have one span only; one of a batch with a traced item is always written.
    """

    def __init__(self, chosen: Sampler) -> None:
        self._chosen = chosen

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes | None = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if not get_current_span(parent_context).get_span_context().is_valid:
            if kind is SpanKind.CLIENT:
                return SamplingResult(Decision.DROP)
            if links and any(link.context.trace_flags.sampled for link in links):
                return DEFAULT_ON.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)
        return self._chosen.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"WholeTraces{{{self._chosen.get_description()}}}"
