"""Several workers process the same bookings at the same time, in any order. (The same message several times: test_broken_messages.)"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.support.pipeline import Pipeline
from tests.support.waiting import until

WORKERS = 4


@pytest.mark.parametrize("seed", range(3))
def test_bookings_worked_by_four_at_once_are_seated_once(pipeline: Pipeline, seed: int) -> None:
    flights = [pipeline.flight(20), pipeline.flight(15)]
    bookings = [booking for flight in flights for booking in pipeline.accept_many(25, flight)]
    connecting = [pipeline.accept_flights(*flights) for _ in range(10)]
    start = Barrier(WORKERS)

    def work(worker: int) -> None:
        mine = [*bookings, *connecting]
        random.Random(seed * WORKERS + worker).shuffle(mine)
        start.wait()
        for at in range(0, len(mine), 20):
            pipeline.work(*mine[at : at + 20])

    with ThreadPoolExecutor(WORKERS) as threads:
        for done in [threads.submit(work, worker) for worker in range(WORKERS)]:
            done.result()

    # Some are postponed, because Redis was sold out although Postgres had free seats.
    pipeline.worker()
    pipeline.assert_clean([*bookings, *connecting])
    endings = pipeline.endings([*bookings, *connecting])
    assert set(endings) == {"CONFIRMED", "sold_out"}
    assert pipeline.seats(flights[1])[:2] == (0, 15)


def test_processes_that_get_the_same_ids_seat_them_once(pipeline: Pipeline) -> None:
    """Each booking is in two messages, and the sweep sends it a third time while it is being worked."""
    flight = pipeline.flight(60)
    bookings = pipeline.accept_many(100, flight)
    workers = [pipeline.worker(FAILPOINTS="before_claim:sleep=20,after_reserve:sleep=60") for _ in range(2)]
    until(lambda: all(worker.said("worker ready") for worker in workers), seconds=20)
    pipeline.send(*bookings, together=10)
    pipeline.send(*reversed(bookings), together=15)
    pipeline.end_leases()
    pipeline.assert_clean(bookings)
    assert pipeline.endings(bookings) == {"CONFIRMED": 60, "sold_out": 40}
