"""Redis is lost, killed, frozen or away. Bookings are still accepted, and each of them ends."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import httpx

from launcher.embedded.valkey import EmbeddedValkey
from tests.support import concurrent_clients
from tests.support.concurrent_clients import Attempt
from tests.support.pipeline import Pipeline
from tests.support.waiting import until
from workers.sweeps.sweeper import Sweeper


def test_flushing_redis_under_load_oversells_nothing_and_loses_nothing(pipeline: Pipeline) -> None:
    """The window between the question to Redis and the answer of Postgres is widened, so that every flush falls into it."""
    flights = [pipeline.flight(40), pipeline.flight(150)]
    api = pipeline.api()
    worker = pipeline.worker(FAILPOINTS="after_reserve:sleep=50")
    until(lambda: worker.said("worker ready"), seconds=20)
    attempts = [Attempt(account.headers, flights[turn % 2]) for turn, account in enumerate(pipeline.accounts(300))]

    flushes = 0
    with ThreadPoolExecutor() as background:
        load = background.submit(concurrent_clients.book, api.base_url, attempts, at_once=12, wait=1)
        while not load.done() or flushes < 5:
            wait([load], timeout=0.5)
            pipeline.redis.flushdb()
            flushes += 1
    pipeline.await_the_end(seconds=5)

    responses = load.result()
    assert {response.status for response in responses} <= {httpx.codes.ACCEPTED, httpx.codes.CONFLICT}
    assert pipeline.seats(flights[0])[:2] == (0, 40)
    assert pipeline.seats(flights[1])[:2] == (0, 150)
    pipeline.repair_inventory()
    pipeline.assert_clean(concurrent_clients.accepted(responses))


def test_killing_redis_with_work_in_flight_loses_nothing(fragile: Pipeline, own_valkey: EmbeddedValkey) -> None:
    flight = fragile.flight(500)
    api = fragile.api()
    worker = fragile.worker(FAILPOINTS="after_reserve:sleep=50")
    until(lambda: worker.said("worker ready"), seconds=20)
    attempts = [Attempt(account.headers, flight) for account in fragile.accounts(300)]

    with ThreadPoolExecutor() as background:
        load = background.submit(concurrent_clients.book, api.base_url, attempts, at_once=8)
        until(lambda: fragile.seats(flight)[1] > 20, seconds=20)
        os.kill(own_valkey.pid, signal.SIGKILL)
        until(lambda: not own_valkey.is_running)
        responses = load.result()
    assert {response.status for response in responses} == {httpx.codes.ACCEPTED}

    own_valkey.start()
    fragile.end_leases()
    fragile.assert_clean(concurrent_clients.accepted(responses))
    assert fragile.endings(concurrent_clients.accepted(responses)) == {"CONFIRMED": 300}


def test_a_redis_that_hangs_does_not_delay_the_intake(fragile: Pipeline, own_valkey: EmbeddedValkey) -> None:
    flight = fragile.flight(500)
    api = fragile.api(RATE_LIMITS="on")
    worker = fragile.worker()
    until(lambda: worker.said("worker ready"), seconds=20)
    owner = fragile.account()
    (cancelled,) = concurrent_clients.book(api.base_url, [Attempt(owner.headers, flight)], wait=20)

    os.kill(own_valkey.pid, signal.SIGSTOP)
    try:
        with api.client(owner.headers) as client:
            responses = concurrent_clients.book(
                api.base_url, [Attempt(account.headers, flight) for account in fragile.accounts(100)]
            )
            job = client.get(f"/api/v1/jobs/{responses[0].booking_id}", headers=responses[0].attempt.headers)
            deleted = client.delete(f"/api/v1/bookings/{cancelled.booking_id}")
    finally:
        os.kill(own_valkey.pid, signal.SIGCONT)
    # Each of these was answered while Redis stood still.
    assert {response.status for response in responses} == {httpx.codes.ACCEPTED}
    assert (job.status_code, job.json()["status"]) == (200, "PENDING")
    assert (deleted.status_code, deleted.json()["status"]) == (200, "CANCELLED")

    until(lambda: fragile.redis.ping(), seconds=5)
    fragile.end_leases()
    fragile.await_the_end()
    fragile.repair_inventory()
    fragile.assert_clean(concurrent_clients.accepted(responses))
    assert fragile.endings(concurrent_clients.accepted(responses)) == {"CONFIRMED": 100}


def test_a_redis_that_was_never_there_defers_the_work(fragile: Pipeline, own_valkey: EmbeddedValkey) -> None:
    flight = fragile.flight(500)
    own_valkey.stop()
    api = fragile.api(RATE_LIMITS="on")
    worker = fragile.worker()
    owner = fragile.account()
    with api.client(owner.headers) as client:
        (response,) = concurrent_clients.book(api.base_url, [Attempt(owner.headers, flight)])
        assert response.status == httpx.codes.ACCEPTED
        job = f"/api/v1/jobs/{response.booking_id}"
        assert client.get(job).json()["status"] == "PENDING"
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")

        own_valkey.start()
        fragile.end_leases()
        until(lambda: bool(client.get(job, headers={"Prefer": "wait=5"}).json()["done"]), seconds=20)
        assert client.get(job).json()["status"] == "CONFIRMED"
    assert worker.is_running
    fragile.assert_clean([response.booking_id])


def test_bookings_are_not_given_up_because_redis_is_away(fragile: Pipeline, own_valkey: EmbeddedValkey) -> None:
    """Attempts count what may be wrong with a booking. An outage is not the booking's fault, however long it lasts."""
    flight = fragile.flight(10)
    bookings = fragile.accept_many(3, flight)
    own_valkey.stop()
    worker = fragile.worker()
    until(lambda: worker.said("Redis is away, so nothing is sent"), seconds=40)
    sweeper = Sweeper(fragile.context, threading.Event())
    for _ in range(6):
        fragile.end_leases()
        sweeper.sweep_once()
    assert fragile.endings(bookings) == {"PENDING": 3}
    assert worker.is_running

    own_valkey.start()
    fragile.end_leases()
    fragile.assert_clean(bookings)
    assert fragile.endings(bookings) == {"CONFIRMED": 3}


def test_a_full_redis_defers_the_work_until_there_is_room(fragile: Pipeline, own_valkey: EmbeddedValkey) -> None:
    flight = fragile.flight(500)
    api = fragile.api(RATE_LIMITS="on")
    worker = fragile.worker()
    until(lambda: worker.said("worker ready"), seconds=20)
    used = fragile.redis.info("memory")["used_memory"]
    fragile.redis.set("ballast", b"x" * 4_000_000)
    fragile.redis.config_set("maxmemory", used)

    responses = concurrent_clients.book(api.base_url, [Attempt(account.headers, flight) for account in fragile.accounts(50)])
    assert {response.status for response in responses} == {httpx.codes.ACCEPTED}
    fragile.end_leases()
    until(lambda: worker.said("OOM") or worker.said("maxmemory"), seconds=20)
    assert fragile.endings(concurrent_clients.accepted(responses)) == {"PENDING": 50}

    fragile.redis.config_set("maxmemory", 0)
    fragile.end_leases()
    fragile.assert_clean(concurrent_clients.accepted(responses))
    assert fragile.endings(concurrent_clients.accepted(responses)) == {"CONFIRMED": 50}
    assert worker.is_running
