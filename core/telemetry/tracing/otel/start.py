"""Turn traces on: the exporter, the instrumentations of the libraries that talk to servers, and our own spans."""

from __future__ import annotations

from typing import Final

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation import dbapi
from opentelemetry.instrumentation import redis as redis_instrumentation
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.utils import is_instrumentation_enabled
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import get_current_span

from core import __version__
from core.telemetry.tracing import spans
from core.telemetry.tracing.otel import sampler
from core.telemetry.tracing.otel.requests import TraceIds
from core.telemetry.tracing.otel.tracer import OpenTelemetryTracer

PATH: Final = "/v1/traces"
"""The path of OTLP over HTTP, which is added to the address of the receiver."""
ENABLED_CHECK: Final = "is_instrumentation_enabled"
"""The function that the instrumentations of psycopg and redis-py call before each call that they may trace."""

_log = structlog.get_logger(__name__)


def start(receiver: str, process: str) -> None:
    """Send spans of this process (`api`, `worker`) to `receiver`, the address of an OTLP/HTTP receiver."""
    exporter = OTLPSpanExporter(endpoint=f"{receiver.rstrip('/')}{PATH}")
    provider = make_provider(process, BatchSpanProcessor(exporter))
    PsycopgInstrumentor().instrument(tracer_provider=provider, skip_dep_check=True)
    RedisInstrumentor().instrument(tracer_provider=provider, skip_dep_check=True)
    _skip_untraced_calls()
    AioHttpClientInstrumentor().instrument(tracer_provider=provider, skip_dep_check=True)
    spans.use(OpenTelemetryTracer(provider))
    _log.info("traces are sent", to=receiver, sampler=provider.sampler.get_description())


def _skip_untraced_calls() -> None:
    """Make calls outside of a trace cheaper. The instrumentations format each statement, and all commands of a pipeline, before they call
    the sampler. Before that, they call `ENABLED_CHECK`, which is replaced here: it returns False where nothing is traced.
    """
    for module in (dbapi, redis_instrumentation):
        assert ENABLED_CHECK in vars(module)
        vars(module)[ENABLED_CHECK] = _is_traced


def _is_traced() -> bool:
    return get_current_span().get_span_context().trace_flags.sampled and is_instrumentation_enabled()


def make_provider(process: str, processor: SpanProcessor) -> TracerProvider:
    """The provider of tracers for this process. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` override the attributes given here."""
    resource = Resource({"service.name": f"skyqueue-{process}", "service.version": __version__}).merge(
        OTELResourceDetector().detect()
    )
    provider = TracerProvider(
        resource=resource, sampler=sampler.from_environment(), id_generator=TraceIds(), shutdown_on_exit=False
    )
    provider.add_span_processor(processor)
    return provider
