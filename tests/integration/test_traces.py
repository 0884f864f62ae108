"""Traces of real processes: that of a booking is one tree, from the request to the work after the commit."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import pytest

from core import keys
from core.events.domain_events import EventType
from core.messaging.messages import Queue
from core.webhooks import endpoints
from tests.support import receiver as webhook_receiver
from tests.support.mail_server import mail_server
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.trace_receiver import Received, ReceivedSpan, receiving, tree
from tests.support.waiting import until

SENT_SOON = {"OTEL_BSP_SCHEDULE_DELAY": "100"}
BOOKING = "/api/v1/booking"
ROOT = "POST /api/v1/booking"
WORK = f"{ROOT}/reserve_bookings"
OURS = "core.telemetry.tracing.otel"


@pytest.fixture
def received() -> Iterator[Received]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def always(pipeline: Pipeline, received: Received) -> Pipeline:
    """Its processes send every trace."""
    pipeline.more_environment = {"SKYQUEUE_TRACES": received.address, "OTEL_TRACES_SAMPLER": "parentbased_always_on", **SENT_SOON}
    return pipeline


def book(api: Api, pipeline: Pipeline, **headers: str) -> tuple[str, str]:
    """The ids of a booking and of its request."""
    flight = str(pipeline.flight(5))
    with api.client({**pipeline.account().headers, **headers}) as client:
        response = client.post(BOOKING, json={"flight_id": flight, "seats": 1})
    assert response.status_code == 202, response.text
    body: dict[str, Any] = response.json()
    return body["booking_id"], response.headers["x-request-id"]


def has(spans: list[ReceivedSpan], name: str) -> bool:
    return any(span.name == name for span in spans)


def test_a_bookings_trace_is_one_tree(always: Pipeline, received: Received) -> None:
    api = always.api()
    always.worker()
    booking, request_id = book(api, always)
    until(lambda: has(received.of_trace(request_id), "reserve_bookings"), seconds=20)
    spans = received.of_trace(request_id)
    found = tree(spans)
    assert found[""] == [ROOT]
    assert found[ROOT] == ["accept", "reserve_bookings"]
    assert [name for name in found[WORK] if name in ("reserve", "commit", "events")] == ["reserve", "commit", "events"]
    assert "INSERT" in " ".join(found[f"{ROOT}/accept"]) or found[f"{ROOT}/accept"], "the statements of a batch of one"
    assert found[f"{WORK}/reserve"], "the script in Redis"
    assert any("UPDATE" in name or "SELECT" in name for name in found[f"{WORK}/commit"])
    by_name = {span.name: span for span in spans}
    assert by_name[ROOT].service == "skyqueue-api"
    assert by_name["reserve_bookings"].service == "skyqueue-worker"
    assert by_name["reserve_bookings"].attributes["skyqueue.id"] == booking
    assert by_name[ROOT].attributes["skyqueue.correlation_id"] == request_id
    assert by_name["accept"].ended <= by_name["reserve"].began <= by_name["commit"].began <= by_name["events"].began


def test_bookings_of_one_batch_have_a_tree_each_and_the_batch_is_linked(always: Pipeline, received: Received) -> None:
    api = always.api()
    requests = [book(api, always)[1] for _ in range(5)]
    until(lambda: always.redis.llen(f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}") == 5)
    always.worker()
    until(lambda: all(has(received.of_trace(each), "reserve_bookings") for each in requests), seconds=20)
    until(lambda: has(received.spans, "reserve_bookings batch"))
    (batch,) = [span for span in received.spans if span.name == "reserve_bookings batch"]
    assert batch.parent_id == ""
    items = [next(span for span in received.of_trace(each) if span.name == "reserve_bookings") for each in requests]
    assert batch.links == {item.span_id for item in items}
    for request, item in zip(requests, items, strict=True):
        found = tree(received.of_trace(request))
        assert found[ROOT] == ["accept", "reserve_bookings"]
        assert found[WORK] == ["reserve", "commit", "events"]
        assert item.links == {batch.span_id}
    in_batch = tree(received.of_trace(batch.trace_id))
    assert [name for name in in_batch["reserve_bookings batch"] if name in ("reserve", "commit", "events")] == [
        "reserve",
        "commit",
        "events",
    ]


@contextmanager
def everything_exported(pipeline: Pipeline) -> Iterator[None]:
    """A webhook is called for each booking that is accepted or confirmed, and mails are sent."""
    with webhook_receiver.receiving() as called, mail_server() as mails:
        with pipeline.db.transaction() as connection:
            wanted = (EventType.BOOKING_ACCEPTED, EventType.BOOKING_CONFIRMED)
            _, webhook = endpoints.create(connection, called.url, wanted, None)
        pipeline.more_environment |= {
            "SKYQUEUE_SMTP_URL": mails.url,
            "SKYQUEUE_MAIL_FROM": "trips@example.com",
            "SKYQUEUE_WEBHOOK_PRIVATE_ADDRESSES": "on",
        }
        try:
            yield
        finally:
            pipeline.kill_workers()
            with pipeline.db.transaction() as connection:
                endpoints.delete(connection, webhook.id)


def value_of(pipeline: Pipeline, statement: LiteralString) -> Any:
    with pipeline.db.snapshot() as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def book_with_address(api: Api, pipeline: Pipeline) -> str:
    """By a traveller who gets mails. Returns the id of the request, once all that follows from it is sent."""
    user = pipeline.account()
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE users SET email = 'asha@example.com' WHERE id = %s", (user.id,))
    request_id = book(api, pipeline, **user.headers)[1]
    sent = """
        SELECT (SELECT count(*) FROM webhook_deliveries WHERE status = 'DELIVERED') = 2
           AND (SELECT count(*) FROM mails WHERE status = 'SENT') = 1
    """
    until(lambda: bool(value_of(pipeline, sent)), seconds=20)
    return request_id


def count_stored(pipeline: Pipeline) -> int:
    """Deliveries and mails that know where a trace goes on."""
    counted = "SELECT (SELECT count(traceparent) FROM webhook_deliveries) + (SELECT count(traceparent) FROM mails)"
    return int(value_of(pipeline, counted))


def test_webhooks_and_mails_are_in_the_trace_of_what_caused_them(always: Pipeline, received: Received) -> None:
    with everything_exported(always):
        api = always.api()
        always.worker()
        request_id = book_with_address(api, always)
        until(lambda: sum(span.name in ("webhook", "mail") for span in received.of_trace(request_id)) == 3)
        found = tree(received.of_trace(request_id))
        assert found[f"{ROOT}/accept"].count("webhook") == 1
        assert sorted(name for name in found[WORK] if name in ("webhook", "mail")) == ["mail", "webhook"]
        assert count_stored(always) == 3


def test_without_traces_none_is_stored_with_webhooks_and_mails(pipeline: Pipeline) -> None:
    pipeline.more_environment = {}
    with everything_exported(pipeline):
        api = pipeline.api()
        pipeline.worker()
        book_with_address(api, pipeline)
        assert count_stored(pipeline) == 0


def test_a_trace_goes_on_from_the_caller_and_keeps_no_query(always: Pipeline, received: Received) -> None:
    api = always.api()
    parent = f"{'ab' * 16}-{'cd' * 8}"
    with api.client({"traceparent": f"00-{parent}-01"}) as client:
        assert client.get("/api/v1/search?source=Delhi&destination=Mumbai&date=2030-01-01").status_code == 200
    until(lambda: has(received.of_trace("ab" * 16), "GET /api/v1/search"))
    root = next(span for span in received.of_trace("ab" * 16) if span.parent_id == "cd" * 8)
    assert root.name == "GET /api/v1/search"
    assert "Delhi" not in str(root.attributes)


def test_the_sampler_of_the_environment_decides(pipeline: Pipeline, received: Received) -> None:
    pipeline.more_environment = {
        "SKYQUEUE_TRACES": received.address,
        "OTEL_TRACES_SAMPLER": "parentbased_always_off",
        **SENT_SOON,
    }
    api = pipeline.api()
    pipeline.worker()
    _, unwanted = book(api, pipeline)
    _, wanted = book(api, pipeline, traceparent=f"00-{'ef' * 16}-{'12' * 8}-01")
    until(lambda: has(received.of_trace("ef" * 16), "reserve_bookings"), seconds=20)
    assert (received.of_trace(unwanted), received.of_trace(wanted)) == ([], [])
    assert {span.trace_id for span in received.spans if span.name != "reserve_bookings batch"} >= {"ef" * 16}


def test_a_receiver_that_hangs_delays_no_other(pipeline: Pipeline) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        pipeline.more_environment = {
            "SKYQUEUE_TRACES": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "OTEL_TRACES_SAMPLER": "always_on",
            **SENT_SOON,
        }
        api, worker = pipeline.api(), pipeline.worker()
        book(api, pipeline)
        pipeline.await_the_end()
        worker.stop()  # which fails when it takes longer than 8 s
        api.stop()


def test_without_the_setting_nothing_that_traces_is_imported() -> None:
    """redis-py imports the metrics of OpenTelemetry by itself; they have no part in traces."""
    looked = "import {}, sys; print(sorted(name for name in sys.modules if name.startswith({!r})))"
    tracing = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "opentelemetry.instrumentation", OURS)
    every = "api.app, api.serve, workers.main, launcher.cli"
    assert subprocess.check_output([sys.executable, "-c", looked.format(every, tracing)], text=True).strip() == "[]"
    control = subprocess.check_output([sys.executable, "-c", looked.format(f"{OURS}.start", tracing)], text=True)
    assert all(name in control for name in tracing)
