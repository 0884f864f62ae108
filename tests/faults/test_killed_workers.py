"""`kill -9` of a worker between any two of its steps. No work is lost or done twice."""

from __future__ import annotations

import pytest

from tests.support.crashes import crash_and_recover
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

BOOKINGS = 600
"""More than one batch, so that other threads of the process that is killed are in the middle of their work."""
SEATS = 400


@pytest.mark.parametrize("failpoint", ["before_claim", "after_reserve", "after_persist", "before_ack"])
def test_bookings_survive_workers_that_are_killed(pipeline: Pipeline, failpoint: str) -> None:
    flight = pipeline.flight(SEATS)
    bookings = pipeline.accept_many(BOOKINGS, flight)
    pipeline.send(*bookings, together=50)

    crash_and_recover(pipeline, failpoint)

    pipeline.assert_clean(bookings)
    assert pipeline.endings(bookings) == {"CONFIRMED": SEATS, "sold_out": BOOKINGS - SEATS}


def test_another_worker_sweeps_when_the_sweeper_is_killed(pipeline: Pipeline) -> None:
    flight = pipeline.flight(seats=10)
    sweeper = pipeline.worker()
    until(lambda: pipeline.sweepers == 1, seconds=20)
    other = pipeline.worker()
    until(lambda: other.said("worker ready"), seconds=20)
    sweeper.kill()
    until(lambda: pipeline.sweepers == 1, seconds=5)

    bookings = pipeline.accept_many(3, flight)
    pipeline.end_leases()
    pipeline.assert_clean(bookings)
    assert pipeline.endings(bookings) == {"CONFIRMED": 3}


def test_a_worker_that_was_frozen_doubles_nothing(pipeline: Pipeline) -> None:
    """It sleeps between its reservation and its commit while another does its work, and then it goes on."""
    flight = pipeline.flight(seats=25)
    zombie = pipeline.worker(FAILPOINTS="after_reserve:sleep=1000")
    until(lambda: pipeline.sweepers == 1, seconds=20)
    bookings = pipeline.accept_many(20, flight)  # not before: its own sweep would send what waits too long for it to start
    pipeline.send(*bookings)
    until(lambda: pipeline.seats(flight)[2] == 5, seconds=20)
    zombie.freeze()
    assert pipeline.endings(bookings) == {"PENDING": 20}

    pipeline.end_silent_sweep()
    pipeline.worker()
    pipeline.end_leases()
    pipeline.await_the_end()
    assert pipeline.endings(bookings) == {"CONFIRMED": 20}
    until(lambda: pipeline.unacknowledged == 1)

    zombie.thaw()
    until(lambda: pipeline.unacknowledged == 0)
    pipeline.assert_clean(bookings)
    assert pipeline.seats(flight) == (0, 20, 5)


def test_a_stopped_worker_finishes_its_work_first(pipeline: Pipeline) -> None:
    flight = pipeline.flight(seats=25)
    bookings = pipeline.accept_many(20, flight)
    worker = pipeline.worker(FAILPOINTS="after_reserve:sleep=500")
    until(lambda: pipeline.sweepers == 1, seconds=20)
    pipeline.send(*bookings)
    until(lambda: pipeline.seats(flight)[2] == 5, seconds=20)
    worker.stop()
    assert pipeline.endings(bookings) == {"CONFIRMED": 20}
    assert pipeline.unacknowledged == 0
    assert pipeline.violations(bookings) == []
