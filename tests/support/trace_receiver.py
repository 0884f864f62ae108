"""A receiver of traces: a real HTTP server that accepts OTLP and stores the spans of all processes that send to it."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    """Empty for the root of a trace."""
    began: int
    ended: int
    """Nanoseconds."""
    attributes: dict[str, str]
    links: frozenset[str]
    """The ids of the spans that it is linked with."""


@dataclass(slots=True)
class Received:
    """Every span so far."""

    address: str
    spans: list[ReceivedSpan] = field(default_factory=list)

    def of_trace(self, trace_id: str) -> list[ReceivedSpan]:
        return [span for span in self.spans if span.trace_id == trace_id]


def tree(spans: list[ReceivedSpan]) -> dict[str, list[str]]:
    """The names of the spans under each span, in the order of time, by the path of names from the root; the root is under "". It raises
    where the spans are no single tree: a span without its parent, or a second root.
    """
    by_id = {span.span_id: span for span in spans}
    roots = [span for span in spans if not span.parent_id]
    orphans = [span.name for span in spans if span.parent_id and span.parent_id not in by_id]
    if len(roots) != 1 or orphans:
        raise AssertionError(f"no single tree: roots {[root.name for root in roots]}, without their parents {orphans}")

    def path(span: ReceivedSpan) -> str:
        return f"{path(by_id[span.parent_id])}/{span.name}" if span.parent_id else span.name

    under: dict[str, list[str]] = {"": [roots[0].name]}
    for span in sorted(spans, key=lambda each: each.began):
        if span.parent_id:
            under.setdefault(path(by_id[span.parent_id]), []).append(span.name)
    return under


@contextmanager
def receiving() -> Iterator[Received]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            received.spans.extend(_read(body))
            result = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(result)))
            self.end_headers()
            self.wfile.write(result)

        def log_message(self, *_: object) -> None:
            """Nothing: pytest would show it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Received(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _read(body: bytes) -> list[ReceivedSpan]:
    request = ExportTraceServiceRequest.FromString(body)
    found = []
    for resource in request.resource_spans:
        service = next(each.value.string_value for each in resource.resource.attributes if each.key == "service.name")
        for scope in resource.scope_spans:
            found += [
                ReceivedSpan(
                    service,
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    {each.key: each.value.string_value or str(each.value.int_value) for each in span.attributes},
                    frozenset(link.span_id.hex() for link in span.links),
                )
                for span in scope.spans
            ]
    return found
