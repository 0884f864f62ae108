"""Bookings of several flights: all or nothing."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from random import Random
from uuid import UUID

import httpx
import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.bookings.segments import MixedCurrencies, NotChronological
from core.bookings.states import BookingStatus
from tests.support.intake import new_intake
from tests.support.money import PaymentSteps
from tests.support.pipeline import Pipeline
from tests.support.signed_in_user import SignedInUser
from tests.support.steps import Steps
from tests.support.waiting import until
from workers.bookings import reserve_bookings


@pytest.fixture
def traveller(pipeline: Pipeline) -> SignedInUser:
    return pipeline.account()


def journey(pipeline: Pipeline, *seats: int) -> list[UUID]:
    """Flights that follow each other, a day apart, with so many seats each."""
    return [pipeline.flight(count, departs_in=timedelta(days=day)) for day, count in enumerate(seats, start=3)]


def taken(pipeline: Pipeline, flights: Sequence[UUID]) -> list[tuple[int, int]]:
    return [pipeline.seats(flight)[:2] for flight in flights]


def test_several_flights_are_one_booking_with_one_price_and_one_reference(steps: Steps, traveller: SignedInUser) -> None:
    flights = journey(steps.pipeline, 5, 5, 5)
    booking = steps.read(steps.book(traveller.id, flights, 2))
    assert (booking.status, booking.price_total, booking.id) == (BookingStatus.CONFIRMED, "45000.00", booking.trip_id)
    assert [segment.flight.id for segment in booking.segments] == flights
    assert len({segment.booking_id for segment in booking.segments}) == 3
    assert taken(steps.pipeline, flights) == [(0, 2)] * 3
    assert steps.pipeline.violations([booking.id]) == []
    with steps.context.db.snapshot() as connection:
        references = connection.execute("SELECT DISTINCT reference FROM bookings").fetchall()
    assert references == [(booking.reference,)]


@pytest.mark.parametrize("full", [0, 1, 2])
@pytest.mark.parametrize("mode", [PaymentMode.NONE, PaymentMode.HOLD])
def test_one_sold_out_flight_leaves_no_seat_taken_on_the_others(
    steps: Steps, traveller: SignedInUser, full: int, mode: PaymentMode
) -> None:
    flights = journey(steps.pipeline, *(1 if leg == full else 5 for leg in range(3)))
    booking = steps.read(steps.book(traveller.id, flights, 2, mode))
    assert booking.status is BookingStatus.FAILED
    assert booking.failure is not None
    assert (booking.failure.code, booking.failure.flight_id) == ("sold_out", flights[full])
    assert taken(steps.pipeline, flights) == [(0, 0)] * 3
    assert steps.pipeline.violations([booking.id]) == []
    assert all(steps.pipeline.seats(flight)[2] in (None, 1 if flight == flights[full] else 5) for flight in flights)


def test_a_single_flight_needs_no_word_about_which(steps: Steps, traveller: SignedInUser) -> None:
    booking = steps.read(steps.book(traveller.id, steps.pipeline.flight(1), 2))
    assert booking.failure is not None
    assert booking.failure.flight_id is None


def test_a_cancelled_flight_fails_the_whole_booking(steps: Steps, traveller: SignedInUser) -> None:
    flights = journey(steps.pipeline, 5, 5)
    (trip_id,) = steps.pipeline.accept(BookingRequest(traveller.id, tuple(flights), 1))
    steps.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", flights[1])
    reserve_bookings(steps.context, [trip_id])
    failure = steps.read(trip_id).failure
    assert failure is not None
    assert (failure.code, failure.flight_id) == ("flight_cancelled", flights[1])
    assert taken(steps.pipeline, flights) == [(0, 0)] * 2


def test_one_cancellation_gives_back_every_seat_once(steps: Steps, traveller: SignedInUser) -> None:
    flights = journey(steps.pipeline, 3, 3)
    trip_id = steps.book(traveller.id, flights, 3)
    other = steps.book(traveller.id, flights, 1)
    assert steps.status(other) == "FAILED"
    steps.cancel(trip_id, traveller.id)
    assert {segment.seats for segment in steps.read(trip_id).segments} == {3}
    assert taken(steps.pipeline, flights) == [(0, 0)] * 2
    assert steps.status(steps.book(traveller.id, flights, 3)) == "CONFIRMED"
    assert steps.pipeline.violations() == []


def test_a_booking_of_several_flights_is_paid_once_for_all_of_it(
    steps: Steps, payment_steps: PaymentSteps, traveller: SignedInUser
) -> None:
    flights = journey(steps.pipeline, 4, 4, 4)
    trip_id = payment_steps.hold(traveller.id, tuple(flights), 2)
    assert taken(steps.pipeline, flights) == [(2, 0)] * 3
    payment_steps.pay(trip_id, owner_id=traveller.id)
    payment_steps.work(trip_id)
    assert payment_steps.rows("SELECT amount, status FROM payments WHERE booking_id = %s", trip_id) == [
        (Decimal(45000), "SUCCEEDED")
    ]
    assert {segment.seats for segment in steps.read(trip_id).segments} == {2}
    assert taken(steps.pipeline, flights) == [(0, 2)] * 3
    steps.cancel(trip_id, traveller.id)
    assert taken(steps.pipeline, flights) == [(0, 0)] * 3
    assert len(payment_steps.refunds(trip_id)) == 1
    payment_steps.refund()
    steps.pipeline.redis.flushdb()  # the messages about them, for which no worker runs here
    assert steps.pipeline.violations() == []


def test_a_booking_of_several_flights_that_is_not_paid_in_time_ends_as_a_whole(
    steps: Steps, payment_steps: PaymentSteps, traveller: SignedInUser
) -> None:
    flights = journey(steps.pipeline, 4, 4)
    trip_id = payment_steps.hold(traveller.id, tuple(flights))
    payment_steps.expire(trip_id)
    assert steps.status(trip_id) == "EXPIRED"
    assert taken(steps.pipeline, flights) == [(0, 0)] * 2
    assert steps.pipeline.violations() == []


def test_late_money_rescues_all_of_a_booking_or_none_of_it(
    steps: Steps, payment_steps: PaymentSteps, traveller: SignedInUser
) -> None:
    flights = journey(steps.pipeline, 4, 1)
    trip_id = payment_steps.hold(traveller.id, tuple(flights))
    payment_steps.pay(trip_id, owner_id=traveller.id)
    claim = payment_steps.claim(trip_id)
    assert claim is not None
    payment_steps.expire(trip_id, minutes_ago=24 * 60)
    steps.book(steps.pipeline.account().id, flights[1])
    payment_steps.settle(claim, payment_steps.call(claim))
    assert steps.status(trip_id) == "EXPIRED"
    assert payment_steps.refunds(trip_id)[0][:2] == (Decimal(15000), "late_payment")
    assert taken(steps.pipeline, flights) == [(0, 0), (0, 1)]


def test_a_booking_of_several_flights_that_is_given_back_serves_every_line(steps: Steps, traveller: SignedInUser) -> None:
    flights = journey(steps.pipeline, 2, 2)
    trip_id = steps.book(traveller.id, flights, 2)
    waiting = [steps.pipeline.account().id for _ in flights]
    for flight, each in zip(flights, waiting, strict=True):
        steps.join(flight, each, 2)
    steps.cancel(trip_id, traveller.id)
    for flight, each in zip(flights, waiting, strict=True):
        offer = steps.place(flight, each).offer
        assert offer is not None
        assert offer.seats == 2
    assert taken(steps.pipeline, flights) == [(2, 0)] * 2
    assert steps.pipeline.violations() == []


def test_working_a_booking_twice_takes_its_seats_once(steps: Steps, traveller: SignedInUser) -> None:
    flights = journey(steps.pipeline, 4, 4)
    (trip_id,) = steps.pipeline.accept(BookingRequest(traveller.id, tuple(flights), 2))
    for _ in range(2):
        reserve_bookings(steps.context, [trip_id])
    assert taken(steps.pipeline, flights) == [(0, 2)] * 2
    assert [steps.pipeline.seats(flight)[2] for flight in flights] == [2, 2]


def test_flights_that_overlap_are_not_one_booking(steps: Steps, traveller: SignedInUser) -> None:
    early, late = journey(steps.pipeline, 5, 5)
    steps.execute("UPDATE flights SET arrival_ts = (SELECT departure_ts FROM flights WHERE id = %s) WHERE id = %s", late, early)
    (fits,) = new_intake(steps.context.db).accept([BookingRequest(traveller.id, (early, late), 1)])
    assert not isinstance(fits, Exception)
    steps.execute("UPDATE flights SET arrival_ts = arrival_ts + interval '1 second' WHERE id = %s", early)
    for order in ((early, late), (late, early)):
        (result,) = new_intake(steps.context.db).accept([BookingRequest(traveller.id, order, 1)])
        assert isinstance(result, NotChronological)
        assert result.data["errors"][0]["pointer"] == "/flight_ids/1"


def test_a_booking_of_several_flights_has_one_currency(steps: Steps, traveller: SignedInUser) -> None:
    flights = journey(steps.pipeline, 5, 5, 5)
    steps.execute("UPDATE flights SET currency = 'EUR' WHERE id = %s", flights[2])
    (result,) = new_intake(steps.context.db).accept([BookingRequest(traveller.id, tuple(flights), 1)])
    assert isinstance(result, MixedCurrencies)
    assert result.data["errors"][0]["pointer"] == "/flight_ids/2"
    with steps.context.db.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM bookings").fetchone() == (0,)


def test_a_flawed_booking_does_not_take_its_batch_down(steps: Steps, traveller: SignedInUser) -> None:
    flights = journey(steps.pipeline, 5, 5)
    good, bad, also_good = new_intake(steps.context.db).accept(
        [
            BookingRequest(traveller.id, tuple(flights), 1),
            BookingRequest(traveller.id, tuple(reversed(flights)), 1),
            BookingRequest(traveller.id, (flights[1],), 1, allow_duplicate=True),
        ]
    )
    assert isinstance(bad, NotChronological)
    assert not isinstance(good, Exception)
    assert not isinstance(also_good, Exception)


def test_bookings_of_shared_flights_never_wait_for_each_other_for_ever(steps: Steps, traveller: SignedInUser) -> None:
    """Two workers, one connection pool each, and bookings that name the same few flights in every combination."""
    pipeline, order = steps.pipeline, Random(7)
    flights = journey(pipeline, *[12] * 4)
    routes = [route for size in (2, 3, 4) for route in combinations(flights, size)] * 6
    bookings = pipeline.accept(*(BookingRequest(pipeline.account().id, route, 1) for route in routes))

    def work(mine: list[UUID]) -> None:
        for start in range(0, len(mine), 8):
            reserve_bookings(steps.context, mine[start : start + 8])

    workers = [threading.Thread(target=work, args=(order.sample(bookings, len(bookings)),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    def all_ended() -> bool:
        # What was postponed, because one worker had a seat in Redis that it gave back, is what the sweep would send.
        reserve_bookings(steps.context, bookings)
        return pipeline.endings(bookings)["PENDING"] == 0

    until(all_ended, every=0.3)
    assert pipeline.endings(bookings)["CONFIRMED"] > 12
    assert refused_without_a_reason(pipeline) == []
    steps.audit()
    assert pipeline.violations(bookings) == []


def refused_without_a_reason(pipeline: Pipeline) -> list[UUID]:
    """Bookings that sold out although each of their flights has room, where no seat ever came back."""
    with pipeline.db.snapshot() as connection:
        rows = connection.execute(
            """
            SELECT b.id FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
            WHERE b.failure_code = 'sold_out' GROUP BY b.id HAVING bool_and(f.total_seats - f.seats_held - f.seats_sold >= b.seats)
            """
        ).fetchall()
    return [row[0] for row in rows]


def test_a_booking_of_several_flights_enters_and_is_followed_like_any_booking(
    pipeline: Pipeline, steps: Steps, traveller: SignedInUser
) -> None:
    flights = journey(pipeline, 5, 5)
    there = [str(each) for each in flights]
    with httpx.Client(base_url=pipeline.api().base_url, headers=traveller.headers) as client:
        body = {"flight_ids": there, "seats": 1}
        accepted = client.post("/api/v1/booking", json=body)
        assert accepted.status_code == 202, accepted.text
        trip_id = UUID(accepted.json()["booking_id"])
        reserve_bookings(steps.context, [trip_id])
        job = client.get(accepted.json()["status_url"]).json()
        assert (job["status"], len(job["booking"]["segments"])) == ("CONFIRMED", 2)

        backwards = client.post("/api/v1/booking", json=body | {"flight_ids": there[::-1]})
        assert (backwards.status_code, backwards.json()["code"]) == (422, "not_chronological")
        steps.execute("UPDATE flights SET currency = 'EUR' WHERE id = %s", flights[1])
        mixed = client.post("/api/v1/booking", json=body | {"allow_duplicate": True})
        assert (mixed.status_code, mixed.json()["code"]) == (422, "mixed_currencies")
        cancelled = client.delete(f"/api/v1/bookings/{trip_id}")
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "CANCELLED")
    assert taken(pipeline, flights) == [(0, 0)] * 2
