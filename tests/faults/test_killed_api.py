"""`kill -9` of the API between its commit and its response: the clients repeat their requests, and each of them has exactly one booking."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from tests.support import concurrent_clients
from tests.support.concurrent_clients import Attempt
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.waiting import until

CLIENTS = 120


def test_every_key_is_one_booking_although_the_api_is_killed_before_it_answers(pipeline: Pipeline) -> None:
    flight = pipeline.flight(CLIENTS)
    pipeline.worker()
    api = pipeline.api(FAILPOINTS="after_commit_before_reply:crash")
    attempts = [Attempt(account.headers, flight, key=f"key-{turn}") for turn, account in enumerate(pipeline.accounts(CLIENTS))]

    with kept_alive(api, FAILPOINTS="after_commit_before_reply:crash:0.1") as deaths:
        responses = concurrent_clients.book(api.base_url, attempts, at_once=16, retry_seconds=60)

    assert {response.status for response in responses} == {httpx.codes.ACCEPTED}
    assert max(response.tries for response in responses) > 1
    assert len(deaths) > 0
    pipeline.end_leases()  # of bookings that were committed and whose messages were not sent
    pipeline.assert_clean(concurrent_clients.accepted(responses))
    assert len(set(concurrent_clients.accepted(responses))) == CLIENTS
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT user_id) FROM bookings").fetchone() == (CLIENTS, CLIENTS)
    assert pipeline.seats(flight)[:2] == (0, CLIENTS)


def test_a_repeated_request_whose_commit_was_not_confirmed_is_one_booking(pipeline: Pipeline) -> None:
    """The API dies while Postgres works on its statement, which may then be carried out, or not."""
    flight = pipeline.flight(10)
    api = pipeline.api()
    attempt = Attempt(pipeline.account().headers, flight, key="k-1")
    with ThreadPoolExecutor() as background:
        with pipeline.db.transaction() as connection:
            connection.execute("LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE")
            asking = background.submit(concurrent_clients.book, api.base_url, [attempt])
            until(lambda: waiting_for_a_lock(pipeline) > 0)
            api.kill()
        (unanswered,) = asking.result()
    assert unanswered.status == concurrent_clients.NO_RESPONSE

    api.start()
    (response,) = concurrent_clients.book(api.base_url, [attempt])
    assert response.status == httpx.codes.ACCEPTED
    pipeline.worker()
    pipeline.end_leases()
    pipeline.assert_clean([response.booking_id])
    assert pipeline.seats(flight)[:2] == (0, 1)


def waiting_for_a_lock(pipeline: Pipeline) -> int:
    with pipeline.db.snapshot() as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def kept_alive(api: Api, **settings: str) -> Iterator[list[int]]:
    """Start it again whenever it dies, as the supervisor does. The list grows by the pid of each that died."""
    deaths: list[int] = []
    enough = threading.Event()

    def watch() -> None:
        pid = api.pid
        while not enough.wait(0.02):
            if not api.is_running:
                deaths.append(pid)
                api.launch(**settings)
                pid = api.pid

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield deaths
    finally:
        enough.set()
        watcher.join()
