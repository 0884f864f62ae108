"""`kill -9` of the API between its commit and its answer: the clients ask again, and each of them has exactly one booking."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.support import crowd
from tests.support.crowd import Wish
from tests.support.pipeline import Pipeline
from tests.support.processes import Api

CLIENTS = 120


def test_every_key_is_one_booking_although_the_api_is_killed_before_it_answers(pipeline: Pipeline) -> None:
    flight = pipeline.flight(CLIENTS)
    pipeline.worker()
    api = pipeline.api(FAILPOINTS="after_commit_before_reply:crash")
    wishes = [Wish(account.headers, flight, key=f"key-{turn}") for turn, account in enumerate(pipeline.accounts(CLIENTS))]

    with kept_alive(api, FAILPOINTS="after_commit_before_reply:crash:0.1") as deaths:
        answers = crowd.book(api.base_url, wishes, at_once=16, patience=60)

    assert {answer.status for answer in answers} == {httpx.codes.ACCEPTED}
    assert max(answer.tries for answer in answers) > 1
    assert len(deaths) > 0
    pipeline.wind_leases()  # of bookings that were committed, and for which nobody was told to send a message
    pipeline.assert_clean(crowd.accepted(answers))
    assert len(set(crowd.accepted(answers))) == CLIENTS
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT user_id) FROM bookings").fetchone() == (CLIENTS, CLIENTS)
    assert pipeline.seats(flight)[:2] == (0, CLIENTS)


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
