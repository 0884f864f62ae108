"""Every metric, with its name, labels and meaning, in `TABLE`. Metrics are defined in this module only; docs/operations.md has the same
table.

The label `route` is the template of a path (`/api/v1/jobs/{job_id}`), never the path itself, so that the number of series stays small.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.core import Metric as MetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")
"""Without the charset, because the response adds it. With two of them, Prometheus cannot read the type, and scrapes nothing."""


class Kind(StrEnum):
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"
    """Its value is read when Prometheus scrapes."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of `TABLE`. `name` is the name in Prometheus; to the name of a histogram Prometheus adds `_bucket`, `_sum` and `_count`."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str

    def series(self) -> tuple[str, ...]:
        """The names under which Prometheus stores it."""
        return (
            tuple(f"{self.name}_{part}" for part in ("bucket", "sum", "count")) if self.kind is Kind.HISTOGRAM else (self.name,)
        )


TABLE: Final[list[Metric]] = []


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    TABLE.append(Metric(name, Kind.COUNTER, labels, meaning))
    return Counter(name.removesuffix("_total"), meaning, labels)


def _histogram(name: str, meaning: str, *labels: str, buckets: Sequence[float]) -> Histogram:
    TABLE.append(Metric(name, Kind.HISTOGRAM, labels, meaning))
    return Histogram(name, meaning, labels, buckets=buckets)


def _gauge(name: str, meaning: str, *labels: str) -> Metric:
    TABLE.append(Metric(name, Kind.GAUGE, labels, meaning))
    return TABLE[-1]


_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

HTTP_REQUESTS: Final = _counter("skyqueue_http_requests_total", "Answered requests", "method", "route", "status")
HTTP_SECONDS: Final = _histogram(
    "skyqueue_http_response_seconds",
    "From the first byte of a request to the first of its response",
    "method",
    "route",
    buckets=_SECONDS,
)
BOOKINGS: Final = _counter("skyqueue_bookings_total", "Bookings that moved to a status", "status")
BOOKING_STAGE_SECONDS: Final = _histogram(
    "skyqueue_booking_stage_seconds",
    "Time of a booking until a worker begins (wait), of its batch in Redis (reserve) and Postgres (commit), and all of it (total)",
    "stage",
    buckets=_SECONDS,
)
MESSAGES: Final = _counter("skyqueue_messages_total", "Messages that a worker took, by how that ended", "actor", "outcome")
MESSAGE_SECONDS: Final = _histogram(
    "skyqueue_message_seconds", "Time that a worker needs for a message", "actor", buckets=_SECONDS
)
BATCH_SIZE: Final = _histogram(
    "skyqueue_batch_size", "Bookings, files or refunds in one message", "actor", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
MESSAGES_DEFERRED: Final = _counter(
    "skyqueue_messages_deferred_total", "Messages that Redis did not accept: the sweep sends them"
)
SWEEP_FOUND: Final = _counter("skyqueue_sweep_found_total", "What the sweep found", "kind")
SWEEP_REPAIRED: Final = _counter("skyqueue_sweep_repaired_total", "What the sweep repaired of it", "kind")
IMPORT_ROWS: Final = _counter(
    "skyqueue_import_rows_total", "Rows of files, by their result: created, updated, skipped or failed", "outcome"
)
SEARCHES: Final = _counter("skyqueue_searches_total", "Answered searches, by whether the response was cached", "cache")
RATE_LIMIT_REFUSALS: Final = _counter(
    "skyqueue_rate_limit_refusals_total", "Requests that were answered 429, by the limit", "limit"
)
WEBHOOK_CALLS: Final = _counter("skyqueue_webhook_calls_total", "Calls of webhooks by their outcome", "outcome")
PROVIDER_CALLS: Final = _counter(
    "skyqueue_provider_calls_total", "Calls of the payment provider by their outcome", "call", "outcome"
)
DEAD_LETTERS: Final = _counter("skyqueue_dead_letters_total", "Work that was given up", "kind")

BOOKINGS_WAITING: Final = _gauge("skyqueue_bookings_waiting", "Bookings that wait for their seats")
BOOKINGS_OLDEST: Final = _gauge("skyqueue_bookings_oldest_seconds", "How long the oldest of them has waited")
QUEUE_DEPTH: Final = _gauge("skyqueue_queue_depth", "Messages that no worker has taken", "queue")
QUEUE_OLDEST: Final = _gauge("skyqueue_queue_oldest_seconds", "How long the oldest of them has waited", "queue")
QUEUE_PAUSED: Final = _gauge("skyqueue_queue_paused", "1: an administrator has paused the queue", "queue")
WORKERS_ALIVE: Final = _gauge("skyqueue_workers_alive", "Worker processes that answer")
DEAD_LETTERS_OPEN: Final = _gauge("skyqueue_dead_letters_open", "Open dead letters", "kind")
TROUBLE: Final = _gauge("skyqueue_trouble", "1: a reason of /health/ready holds", "code")

EVENT_LISTENERS: Final = _gauge("skyqueue_event_listeners", "Open streams of events of this API process")
POOL_CONNECTIONS: Final = _gauge(
    "skyqueue_pool_connections", "Connections of this process to Postgres, by whether they are in use", "state"
)
BREAKER_OPEN: Final = _gauge(
    "skyqueue_provider_breaker_open", "1: the circuit breaker of this worker is open, so it does not call the payment provider"
)
DRIFT_SEATS: Final = _gauge(
    "skyqueue_inventory_drift_seats",
    "Seats by which the counts of Redis are wrong, by the last check of the sweep; 0 in workers that do not sweep",
)

SUPERVISOR_STARTED: Final = _gauge(
    "skyqueue_supervisor_start_time_seconds", "When `skyqueue up` was started, in seconds since 1970"
)
CHILD_RUNNING: Final = _gauge("skyqueue_supervisor_child_running", "1: this process of `skyqueue up` runs", "child")
CHILD_RESTARTS: Final = Metric(
    "skyqueue_supervisor_restarts_total",
    Kind.COUNTER,
    ("child", "reason"),
    "Processes of `skyqueue up` that were started again, by how they had ended",
)
TABLE.append(CHILD_RESTARTS)

SUPERVISOR_METRICS: Final = frozenset({SUPERVISOR_STARTED.name, CHILD_RUNNING.name, CHILD_RESTARTS.name})
"""Metrics that only the API process has that `skyqueue up` started."""
WORKER_GAUGES: Final = frozenset({BREAKER_OPEN.name, DRIFT_SEATS.name})
"""Gauges that only workers have, and no API process."""


def pool_gauge(usage: Mapping[str, int]) -> GaugeMetricFamily:
    """The gauge of the connections of this process. `usage`: state -> number of connections."""
    return gauge(POOL_CONNECTIONS, {(state,): count for state, count in usage.items()})


def gauge(metric: Metric, values: Mapping[tuple[str, ...], float]) -> GaugeMetricFamily:
    """A gauge with its present values. `values`: the values of its labels, in the order of `metric.labels` -> its value."""
    family = GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def counter(metric: Metric, values: Mapping[tuple[str, ...], float]) -> CounterMetricFamily:
    """A counter whose values another process counts. `values`: values of the labels -> count."""
    family = CounterMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


class _Families(Collector):
    def __init__(self, families: Iterable[MetricFamily]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[MetricFamily]:
        yield from self._families


class ProcessMetrics(Collector):
    """All metrics of a process. `read_families`, which returns gauges and the counters of other processes, is called at each scrape."""

    def __init__(self, read_families: Callable[[], Iterable[MetricFamily]]) -> None:
        self._read_families = read_families

    def collect(self) -> Iterator[MetricFamily]:
        yield from _counters_and_histograms().collect()
        yield from self._read_families()


def exposition(families: Iterable[MetricFamily] = ()) -> bytes:
    """All metrics in the text format of Prometheus. Processes that share `PROMETHEUS_MULTIPROC_DIR` have common counters and histograms."""
    registry = CollectorRegistry()
    registry.register(_Families(families))
    return generate_latest(_counters_and_histograms()) + generate_latest(registry)


def _counters_and_histograms() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
