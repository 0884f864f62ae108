"""`kill -9` of workers that reserve bookings with several flights, while others take seats of these flights: no booking has only some of its flights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from tests.support.crashes import crash_and_recover
from tests.support.pipeline import Pipeline
from tests.support.steps import Steps
from tests.support.waiting import until

CONNECTING = 40
SINGLES = 40
SCARCE = 30
"""Seats of the flight that sells out: the last one of every booking with connections, and the one that the others want."""


def assert_clean(pipeline: Pipeline, accepted: Sequence[UUID]) -> None:
    """After the audit: it is what gives back in Redis the seats of a refusal whose worker died before it could."""
    pipeline.await_the_end()
    Steps(pipeline).audit()
    pipeline.assert_clean(accepted)


def sold(pipeline: Pipeline, flights: Sequence[UUID]) -> list[int]:
    return [sum(pipeline.seats(flight)[:2]) for flight in flights]


@pytest.mark.parametrize("failpoint", ["before_claim", "after_reserve", "after_persist", "before_ack"])
def test_a_booking_whose_last_flight_is_full_takes_no_seat_anywhere(pipeline: Pipeline, failpoint: str) -> None:
    flights = [pipeline.flight(seats) for seats in (10, 10, 1)]
    booking = pipeline.accept_flights(*flights, seats=2)
    pipeline.send(booking)
    worker = pipeline.worker(FAILPOINTS=f"{failpoint}:crash")
    until(lambda: not worker.is_running, seconds=30)
    pipeline.reclaim_messages()
    pipeline.end_leases()
    worker.start()
    assert_clean(pipeline, [booking])
    assert pipeline.endings([booking]) == {"sold_out": 1}
    assert sold(pipeline, flights) == [0, 0, 0]
    assert all(pipeline.seats(flight)[2] in (None, total) for flight, total in zip(flights, (10, 10, 1), strict=True))


@pytest.mark.parametrize("failpoint", ["after_reserve", "after_persist"])
def test_bookings_are_whole_or_nothing_when_workers_are_killed(pipeline: Pipeline, failpoint: str) -> None:
    """The last flight sells out to single travellers while workers die over the bookings that end on it."""
    first, second, scarce = flights = [pipeline.flight(seats) for seats in (200, 200, SCARCE)]
    travellers = pipeline.accounts(CONNECTING + SINGLES)
    requests = [
        BookingRequest(
            each.id, (scarce,) if at % 2 else (first, second, scarce), 1, PaymentMode.HOLD if at % 3 else PaymentMode.NONE
        )
        for at, each in enumerate(travellers)
    ]
    accepted = pipeline.accept(*requests)
    connecting = [booking for booking, request in zip(accepted, requests, strict=True) if len(request.flight_ids) > 1]
    pipeline.send(*accepted, together=10)

    crash_and_recover(pipeline, failpoint)

    assert_clean(pipeline, accepted)
    endings = pipeline.endings(accepted)
    assert endings["sold_out"] == CONNECTING + SINGLES - SCARCE
    seated = Counter(pipeline.endings(connecting))["HELD"] + pipeline.endings(connecting)["CONFIRMED"]
    assert sold(pipeline, flights) == [seated, seated, SCARCE]


def test_bookings_that_share_flights_survive_two_workers_that_are_killed(pipeline: Pipeline) -> None:
    """Two workers die again and again over bookings that share flights, each with its own order of messages."""
    flights = [pipeline.flight(25) for _ in range(4)]
    routes = [tuple(flights[at] for at in route) for route in ((0, 1), (0, 2, 3), (1, 3), (1, 2), (0, 1, 2, 3), (2, 3))]
    connecting = pipeline.accept(*(BookingRequest(each.id, routes[at % 6], 1) for at, each in enumerate(pipeline.accounts(60))))
    pipeline.send(*connecting, together=6)
    pipeline.send(*reversed(connecting), together=7)
    workers = [pipeline.worker(FAILPOINTS="after_reserve:crash:0.3,after_persist:crash:0.2") for _ in range(2)]
    for _ in range(4):
        until(lambda: pipeline.is_quiet or not all(worker.is_running for worker in workers), seconds=40)
        for worker in workers:
            if not worker.is_running:
                worker.start(FAILPOINTS="after_reserve:crash:0.3")
        pipeline.reclaim_messages()
        pipeline.end_leases()
    for worker in workers:
        worker.kill()
        worker.start()
    pipeline.reclaim_messages()
    pipeline.end_leases()
    until(lambda: pipeline.is_quiet, seconds=40)
    assert_clean(pipeline, connecting)
    held = sold(pipeline, flights)
    with pipeline.db.snapshot() as connection:
        rows = connection.execute(
            "SELECT s.flight_id, count(*) FROM booking_segments s JOIN bookings b ON b.id = s.booking_id WHERE b.status = 'CONFIRMED' GROUP BY 1"
        ).fetchall()
    assert held == [dict(rows).get(flight, 0) for flight in flights]
    assert all(count <= 25 for count in held)
