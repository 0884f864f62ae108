"""The gauges of one worker process, read for each scrape of Prometheus."""

from __future__ import annotations

from prometheus_client.core import GaugeMetricFamily

from core.telemetry import metrics
from core.telemetry.metrics import gauge
from workers.context import Context
from workers.sweeps.sweeper import Sweeper


def read_all(context: Context, sweeper: Sweeper) -> list[GaugeMetricFamily]:
    executor = context.payment_executor
    return [
        metrics.pool_gauge(context.db.usage()),
        gauge(metrics.BREAKER_OPEN, {(): executor is not None and executor.is_provider_avoided}),
        gauge(metrics.DRIFT_SEATS, {(): sweeper.drift_seats if sweeper.holds_lock else 0}),
    ]
