"""The metrics of workers and of the API that Prometheus reads, on a real pipeline."""

from __future__ import annotations

import re

import httpx
import pytest

from core import keys
from core.messaging.messages import Queue
from core.telemetry.metrics import SUPERVISOR_METRICS, TABLE, WORKER_GAUGES, Kind
from launcher.embedded.ports import free_port
from tests.support.api import ApiFactory
from tests.support.pipeline import Pipeline
from tests.support.waiting import until


def read(address: str) -> dict[str, float]:
    """Series with their labels -> value."""
    text = httpx.get(address, timeout=10).raise_for_status().text
    return {series: float(value) for series, value in re.findall(r"^(skyqueue_\S+?(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)}


def test_a_worker_reports_what_it_is_doing(pipeline: Pipeline) -> None:
    port = free_port()
    worker = pipeline.worker(WORKER_METRICS_PORT=str(port))
    until(lambda: worker.said("metrics are served"))
    bookings = pipeline.accept_many(3, pipeline.flight(2))
    pipeline.send(*bookings)
    pipeline.await_the_end()
    address = f"http://127.0.0.1:{port}/metrics"
    until(lambda: read(address).get('skyqueue_messages_total{actor="reserve_bookings",outcome="done"}', 0) >= 1)
    seen = read(address)
    assert seen['skyqueue_bookings_total{status="confirmed"}'] == 2
    assert seen['skyqueue_bookings_total{status="failed"}'] == 1
    assert seen['skyqueue_batch_size_sum{actor="reserve_bookings"}'] >= 3
    assert seen['skyqueue_message_seconds_count{actor="reserve_bookings"}'] >= 1
    assert seen['skyqueue_booking_stage_seconds_count{stage="wait"}'] == 3
    assert seen['skyqueue_booking_stage_seconds_count{stage="total"}'] == 3
    assert (
        seen['skyqueue_booking_stage_seconds_sum{stage="total"}'] > seen['skyqueue_booking_stage_seconds_sum{stage="wait"}'] > 0
    )
    assert {seen[name] for name in WORKER_GAUGES} == {0}
    assert seen['skyqueue_pool_connections{state="free"}'] > 0


def test_two_workers_on_one_machine_have_a_port_each(pipeline: Pipeline) -> None:
    port = free_port()
    for _ in range(2):
        worker = pipeline.worker(WORKER_METRICS_PORT=str(port))
        until(lambda: worker.said("metrics are served"))  # noqa: B023  # awaited in this turn
    assert f"port={port}" not in worker.log.read_text()


def test_the_metrics_of_the_api_have_the_queues_and_the_problems(
    pipeline: Pipeline, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.send(*pipeline.accept_many(1, pipeline.flight(2)))
    address = f"{client.base_url}/metrics"
    seen = read(address)
    assert seen[f'skyqueue_queue_depth{{queue="{Queue.BOOKINGS}"}}'] == 1
    assert seen['skyqueue_queue_paused{queue="bookings"}'] == 0
    assert seen['skyqueue_dead_letters_open{kind="booking"}'] == 0
    assert seen["skyqueue_workers_alive"] == 0
    until(lambda: read(address).get("skyqueue_bookings_waiting") == 1)
    assert read(address)['skyqueue_trouble{code="no_worker"}'] == 1
    gauges = {metric.name for metric in TABLE if metric.kind is Kind.GAUGE} - WORKER_GAUGES - SUPERVISOR_METRICS
    names = {series.partition("{")[0] for series in seen}
    assert names >= gauges
    assert not names & SUPERVISOR_METRICS, "no `skyqueue up` started this API"

    pipeline.redis.set(f"{keys.QUEUE_NAMESPACE}:{Queue.IMPORTS}", "not a list")
    assert not any(series.startswith("skyqueue_queue_depth") for series in read(address))


def test_an_api_serves_its_metrics_on_their_own_port_only(start_api: ApiFactory) -> None:
    port = free_port()
    with start_api(METRICS_PORT=str(port)).client() as client:
        hidden = client.get("/metrics")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
        metrics_response = httpx.get(f"http://127.0.0.1:{port}/metrics", verify=False, trust_env=False)
        assert "skyqueue_http_requests_total" in metrics_response.text
        assert "skyqueue_bookings_waiting" in metrics_response.text
    with start_api().client() as client:
        assert "skyqueue_bookings_waiting" in client.get("/metrics").text
