"""Holds: seats that are kept for a while, given back exactly once, and never while their payment is in doubt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from core.bookings.errors import TooManyHolds
from core.bookings.intake.requests import Accepted, BookingRequest
from core.bookings.models import PaymentMode
from core.bookings.passengers import Traveller
from core.bookings.unfinished.overdue import HARD_LIMIT_MINUTES
from core.jobs.status import booking_job
from core.lifecycle import expire
from core.payments.provider import ChargeOutcome, ChargeStatus
from tests.support.intake import new_intake
from tests.support.money import Till
from tests.support.pipeline import Pipeline
from tests.support.waiting import until
from workers.bookings import reserve_bookings
from workers.sweeps import money


@pytest.fixture
def traveller(pipeline: Pipeline) -> UUID:
    return pipeline.account().id


@pytest.fixture
def flight(pipeline: Pipeline) -> UUID:
    return pipeline.flight(4)


def test_a_hold_that_is_not_paid_ends_and_gives_its_seats_back_once(
    till: Till, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    trip = till.hold(traveller, flight, 3)
    assert pipeline.seats(flight) == (3, 0, 1)
    till.end_hold(trip)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: till.sweep(), range(8)))
    assert till.steps.status(trip) == "EXPIRED"
    assert pipeline.seats(flight) == (0, 0, 4)
    assert pipeline.violations([trip]) == []


def test_all_flights_of_a_trip_are_given_back_together(till: Till, pipeline: Pipeline, traveller: UUID, flight: UUID) -> None:
    flights = (flight, pipeline.flight(4, departs_in=timedelta(days=4)))
    trip = till.hold(traveller, flights, 2)
    till.expire(trip)
    assert [pipeline.seats(each) for each in flights] == [(0, 0, 4)] * 2
    assert pipeline.violations([trip]) == []


def test_a_hold_lasts_as_long_as_it_was_promised(till: Till, traveller: UUID, flight: UUID) -> None:
    trip = till.hold(traveller, flight)
    ends_at = till.steps.read(trip).payment_required_by
    till.steps.execute("UPDATE bookings SET next_at = now() - interval '1 second' WHERE id = %s", trip)
    till.pay(trip, "tok_declined")
    till.work(trip)
    till.sweep()
    booking = till.steps.read(trip)
    assert (booking.status, booking.payment_required_by) == ("HELD", ends_at)


def test_who_may_pay_no_more_is_not_asked_to(till: Till, traveller: UUID, flight: UUID) -> None:
    trip = till.hold(traveller, flight)
    till.steps.execute("UPDATE bookings SET hold_expires_at = now() - interval '1 second' WHERE id = %s", trip)
    booking = till.steps.read(trip)
    assert (booking.status, booking.awaiting_payment, booking.payment_required_by) == ("HELD", False, None)
    assert booking.available_actions == ["cancel"]
    assert not booking_job(booking).done
    till.expire(trip)
    assert booking_job(till.steps.read(trip)).done


def test_a_hold_never_outlives_the_departure(till: Till, pipeline: Pipeline, traveller: UUID) -> None:
    trip = till.hold(traveller, pipeline.flight(4, departs_in=timedelta(minutes=5)))
    booking = till.steps.read(trip)
    assert booking.payment_required_by == booking.segments[0].flight.departure_ts
    assert till.rows("SELECT next_at = hold_expires_at FROM bookings") == [(True,)]


def test_a_hold_whose_payment_is_in_progress_is_kept_until_the_outcome_is_known(
    till: Till, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    paid, declined, queued = (till.hold(traveller, flight) for _ in range(3))
    claims = {}
    for trip in (paid, declined, queued):
        till.pay(trip)
        till.end_hold(trip)
    for trip in (paid, declined):
        claim = claims[trip] = till.claim(trip)
        assert claim is not None
        till.settle(claim, ChargeOutcome(ChargeStatus.UNKNOWN))
    till.sweep()
    assert {till.steps.status(trip) for trip in (paid, declined, queued)} == {"HELD"}
    till.callback(claims[paid].charge.payment_id)  # type: ignore[union-attr]
    till.callback(claims[declined].charge.payment_id, "charge.declined")  # type: ignore[union-attr]
    till.expire(declined)
    assert (till.steps.status(paid), till.steps.status(declined)) == ("CONFIRMED", "EXPIRED")
    assert pipeline.seats(flight)[:2] == (1, 1)


def test_a_payment_in_doubt_keeps_seats_for_an_hour_and_no_longer(
    till: Till, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    trip = till.hold(traveller, flight)
    claim = till.begin(trip)
    till.settle(claim, ChargeOutcome(ChargeStatus.UNKNOWN))
    till.expire(trip, HARD_LIMIT_MINUTES - 1)
    assert till.steps.status(trip) == "HELD"
    till.expire(trip, HARD_LIMIT_MINUTES + 1)
    assert till.steps.status(trip) == "EXPIRED"
    assert pipeline.seats(flight) == (0, 0, 4)
    assert [status for _, status, _ in till.payments(trip)] == ["UNKNOWN"]


def by_token(till: Till, user_id: UUID, flight_id: UUID) -> UUID:
    (trip,) = till.steps.pipeline.accept(BookingRequest(user_id, (flight_id,), 1, PaymentMode.TOKEN, "tok_ok"))
    reserve_bookings(till.steps.context, [trip])
    return trip


def test_a_booking_by_token_that_nobody_charges_is_sent_again(till: Till, traveller: UUID, flight: UUID) -> None:
    trip = by_token(till, traveller, flight)
    till.steps.execute("UPDATE bookings SET next_at = now() - interval '1 second' WHERE id = %s", trip)
    with till.steps.context.db.transaction() as connection:
        after = expire.end_overdue(connection, [trip], hold_minutes=15)
    assert [message.ids for message in after.messages] == [(trip,)]
    assert till.steps.status(trip) == "HELD"
    till.sweep()
    assert till.rows("SELECT attempts FROM bookings WHERE id = %s", trip) == [(2,)]


@pytest.mark.parametrize("sent", [False, True])
def test_a_booking_by_token_that_cannot_be_charged_in_time_fails(
    till: Till, pipeline: Pipeline, traveller: UUID, flight: UUID, sent: bool
) -> None:
    trip = by_token(till, traveller, flight)
    if sent:
        claim = till.claim(trip)
        assert claim is not None
        till.settle(claim, ChargeOutcome(ChargeStatus.UNKNOWN))
        till.expire(trip)
        assert till.steps.status(trip) == "HELD"
        till.expire(trip, HARD_LIMIT_MINUTES + 1)
    else:
        till.expire(trip)
    assert pipeline.endings([trip]) == {"payment_timeout": 1}
    assert pipeline.seats(flight) == (0, 0, 4)


def test_when_redis_lost_its_queues_what_waits_to_be_charged_is_sent_at_once(till: Till, traveller: UUID, flight: UUID) -> None:
    trip, paying = by_token(till, traveller, flight), till.hold(traveller, flight)
    till.pay(paying)
    dispatcher = till.steps.context.dispatcher
    till.steps.pipeline.redis.flushdb()
    money.make_due_now(till.steps.context)
    for _, step in money.steps(till.steps.context):
        step()
    assert dispatcher.depth("payments") == 2
    assert till.steps.status(trip) == "HELD"


def test_one_booking_that_cannot_be_ended_does_not_keep_the_others(
    till: Till, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    broken = till.hold(traveller, pipeline.flight(4))
    till.steps.execute(
        "UPDATE flights SET seats_held = 0 WHERE id = (SELECT flight_id FROM booking_segments WHERE booking_id = %s)", broken
    )
    others = [till.hold(traveller, flight) for _ in range(3)]
    for trip in (broken, *others):
        till.end_hold(trip)
    till.sweep()
    assert till.steps.status(broken) == "HELD"
    assert {till.steps.status(trip) for trip in others} == {"EXPIRED"}
    assert till.rows("SELECT next_at > now() FROM bookings WHERE id = %s", broken) == [(True,)]


def test_a_worker_ends_holds_without_any_message(till: Till, pipeline: Pipeline, traveller: UUID, flight: UUID) -> None:
    trip = till.hold(traveller, flight)
    pipeline.redis.flushdb()
    pipeline.worker()
    till.end_hold(trip)
    until(lambda: till.steps.status(trip) == "EXPIRED", seconds=30)
    assert pipeline.seats(flight)[:2] == (0, 0)


def holds(traveller: UUID, flight: UUID, count: int, key: str | None = None) -> list[BookingRequest]:
    return [
        BookingRequest(
            traveller,
            (flight,),
            1,
            PaymentMode.HOLD,
            idempotency_key=key and f"{key}-{n}",
            request_hash=b"same" if key else None,
            allow_duplicate=True,
        )
        for n in range(count)
    ]


def test_a_traveller_may_have_four_unpaid_holds(till: Till, pipeline: Pipeline, traveller: UUID) -> None:
    flight, intake = pipeline.flight(50), new_intake(pipeline.db, hold_limit=4)
    answers = intake.accept(holds(traveller, flight, 6))
    assert [type(answer) for answer in answers] == [Accepted] * 4 + [TooManyHolds] * 2
    (somebody_else,) = intake.accept(holds(pipeline.account().id, flight, 1))
    assert isinstance(somebody_else, Accepted)
    (paid_at_once,) = intake.accept([BookingRequest(traveller, (flight,), 1, PaymentMode.TOKEN, "tok_ok", allow_duplicate=True)])
    assert isinstance(paid_at_once, Accepted)
    reserve_bookings(till.steps.context, [paid_at_once.booking_id])
    till.work(paid_at_once.booking_id)
    first = answers[0]
    assert isinstance(first, Accepted)
    reserve_bookings(till.steps.context, [first.booking_id])
    till.pay(first.booking_id)
    till.work(first.booking_id)
    (after_paying,) = intake.accept(holds(traveller, flight, 1))
    assert isinstance(after_paying, Accepted)


def test_a_repeated_request_is_its_booking_and_not_one_hold_too_many(pipeline: Pipeline, traveller: UUID) -> None:
    flight, intake = pipeline.flight(50), new_intake(pipeline.db, hold_limit=4)
    first = intake.accept(holds(traveller, flight, 4, key="k"))
    again = intake.accept(holds(traveller, flight, 5, key="k"))
    assert [answer.booking_id for answer in again[:4] if isinstance(answer, Accepted)] == [
        answer.booking_id for answer in first if isinstance(answer, Accepted)
    ]
    assert isinstance(again[4], TooManyHolds)


def test_repeated_requests_leave_room_for_a_new_hold(pipeline: Pipeline, traveller: UUID) -> None:
    intake = new_intake(pipeline.db, hold_limit=4)
    open_holds = [
        BookingRequest(traveller, (pipeline.flight(4),), 1, PaymentMode.HOLD, idempotency_key=f"k{turn}", request_hash=b"h")
        for turn in range(3)
    ]
    intake.accept(open_holds)
    new = BookingRequest(traveller, (pipeline.flight(4),), 1, PaymentMode.HOLD, idempotency_key="new", request_hash=b"h")
    answers = intake.accept([*open_holds * 3, new, new])
    assert [type(answer) for answer in answers] == [Accepted] * 11


def test_who_is_refused_as_one_hold_too_many_cannot_be_a_duplicate(pipeline: Pipeline, traveller: UUID) -> None:
    intake = new_intake(pipeline.db, hold_limit=1)
    flight = pipeline.flight(4)
    intake.accept([BookingRequest(traveller, (pipeline.flight(4),), 1, PaymentMode.HOLD)])
    refused, stored = intake.accept(
        [
            BookingRequest(traveller, (flight,), 1, PaymentMode.HOLD),
            BookingRequest(traveller, (flight,), 1, passengers=(Traveller("Asha Rao"),)),
        ]
    )
    assert (type(refused), type(stored)) == (TooManyHolds, Accepted)


def test_the_limit_holds_when_processes_accept_at_once(pipeline: Pipeline, traveller: UUID) -> None:
    flight = pipeline.flight(50)

    def accept(_: int) -> list[object]:
        return list(new_intake(pipeline.db, hold_limit=4).accept(holds(traveller, flight, 2)))

    with ThreadPoolExecutor(5) as pool:
        answers = [answer for some in pool.map(accept, range(5)) for answer in some]
    assert len([answer for answer in answers if isinstance(answer, Accepted)]) == 4
