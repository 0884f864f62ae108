"""Every metric: its name, its labels, its meaning. No other module makes one.

| metric                            | labels               | meaning                                              |
|-----------------------------------|----------------------|------------------------------------------------------|
| `skyqueue_http_requests_total`    | method, route, status | answered requests                                   |
| `skyqueue_http_response_seconds`  | method, route        | from the first byte of a request to the first of its answer |
| `skyqueue_dead_letters_total`     | kind                 | work that was given up                               |

`route` is the template (`/api/v1/jobs/{job_id}`), never the address: the number of series stays small.
"""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")
"""The answer adds the charset. Named twice, Prometheus cannot read the type, and scrapes nothing."""

HTTP_REQUESTS: Final = Counter("skyqueue_http_requests", "Answered requests", ("method", "route", "status"))
HTTP_SECONDS: Final = Histogram(
    "skyqueue_http_response_seconds",
    "From the first byte of a request to the first of its answer",
    ("method", "route"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

DEAD_LETTERS: Final = Counter("skyqueue_dead_letters", "Work that was given up", ("kind",))


def exposition() -> bytes:
    """All metrics in Prometheus' text format; of all processes where they share `PROMETHEUS_MULTIPROC_DIR`."""
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
