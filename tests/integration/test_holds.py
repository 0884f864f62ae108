"""Holds: seats are kept for a while, given back exactly once, and never while the outcome of a payment is unknown."""

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
from tests.support.money import PaymentSteps
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
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(traveller, flight, 3)
    assert pipeline.seats(flight) == (3, 0, 1)
    payment_steps.end_hold(booking)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: payment_steps.sweep(), range(8)))
    assert payment_steps.steps.status(booking) == "EXPIRED"
    assert pipeline.seats(flight) == (0, 0, 4)
    assert pipeline.violations([booking]) == []


def test_all_flights_of_a_booking_are_given_back_together(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    flights = (flight, pipeline.flight(4, departs_in=timedelta(days=4)))
    booking = payment_steps.hold(traveller, flights, 2)
    payment_steps.expire(booking)
    assert [pipeline.seats(each) for each in flights] == [(0, 0, 4)] * 2
    assert pipeline.violations([booking]) == []


def test_a_declined_payment_does_not_change_the_end_of_a_hold(payment_steps: PaymentSteps, traveller: UUID, flight: UUID) -> None:
    booking = payment_steps.hold(traveller, flight)
    ends_at = payment_steps.steps.read(booking).payment_required_by
    payment_steps.steps.execute("UPDATE bookings SET next_at = now() - interval '1 second' WHERE id = %s", booking)
    payment_steps.pay(booking, "tok_declined")
    payment_steps.work(booking)
    payment_steps.sweep()
    view = payment_steps.steps.read(booking)
    assert (view.status, view.payment_required_by) == ("HELD", ends_at)


def test_an_expired_hold_does_not_await_payment(payment_steps: PaymentSteps, traveller: UUID, flight: UUID) -> None:
    booking = payment_steps.hold(traveller, flight)
    payment_steps.steps.execute("UPDATE bookings SET hold_expires_at = now() - interval '1 second' WHERE id = %s", booking)
    view = payment_steps.steps.read(booking)
    assert (view.status, view.awaiting_payment, view.payment_required_by) == ("HELD", False, None)
    assert view.available_actions == ["cancel"]
    assert not booking_job(view).done
    payment_steps.expire(booking)
    assert booking_job(payment_steps.steps.read(booking)).done


def test_a_hold_never_outlives_the_departure(payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID) -> None:
    booking = payment_steps.hold(traveller, pipeline.flight(4, departs_in=timedelta(minutes=5)))
    view = payment_steps.steps.read(booking)
    assert view.payment_required_by == view.segments[0].flight.departure_ts
    assert payment_steps.rows("SELECT next_at = hold_expires_at FROM bookings") == [(True,)]


def test_a_hold_whose_payment_is_in_progress_is_kept_until_the_outcome_is_known(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    paid, declined, queued = (payment_steps.hold(traveller, flight) for _ in range(3))
    claims = {}
    for booking in (paid, declined, queued):
        payment_steps.pay(booking)
        payment_steps.end_hold(booking)
    for booking in (paid, declined):
        claim = claims[booking] = payment_steps.claim(booking)
        assert claim is not None
        payment_steps.settle(claim, ChargeOutcome(ChargeStatus.UNKNOWN))
    payment_steps.sweep()
    assert {payment_steps.steps.status(booking) for booking in (paid, declined, queued)} == {"HELD"}
    payment_steps.callback(claims[paid].charge.payment_id)  # type: ignore[union-attr]
    payment_steps.callback(claims[declined].charge.payment_id, "charge.declined")  # type: ignore[union-attr]
    payment_steps.expire(declined)
    assert (payment_steps.steps.status(paid), payment_steps.steps.status(declined)) == ("CONFIRMED", "EXPIRED")
    assert pipeline.seats(flight)[:2] == (1, 1)


def test_a_payment_in_doubt_keeps_seats_for_an_hour_and_no_longer(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(traveller, flight)
    claim = payment_steps.begin(booking)
    payment_steps.settle(claim, ChargeOutcome(ChargeStatus.UNKNOWN))
    payment_steps.expire(booking, HARD_LIMIT_MINUTES - 1)
    assert payment_steps.steps.status(booking) == "HELD"
    payment_steps.expire(booking, HARD_LIMIT_MINUTES + 1)
    assert payment_steps.steps.status(booking) == "EXPIRED"
    assert pipeline.seats(flight) == (0, 0, 4)
    assert [status for _, status, _ in payment_steps.payments(booking)] == ["UNKNOWN"]


def by_token(payment_steps: PaymentSteps, user_id: UUID, flight_id: UUID) -> UUID:
    (booking,) = payment_steps.steps.pipeline.accept(BookingRequest(user_id, (flight_id,), 1, PaymentMode.TOKEN, "tok_ok"))
    reserve_bookings(payment_steps.steps.context, [booking])
    return booking


def test_a_booking_by_token_that_no_worker_charges_is_sent_again(
    payment_steps: PaymentSteps, traveller: UUID, flight: UUID
) -> None:
    booking = by_token(payment_steps, traveller, flight)
    payment_steps.steps.execute("UPDATE bookings SET next_at = now() - interval '1 second' WHERE id = %s", booking)
    with payment_steps.steps.context.db.transaction() as connection:
        after = expire.end_overdue(connection, [booking], hold_minutes=15)
    assert [message.ids for message in after.messages] == [(booking,)]
    assert payment_steps.steps.status(booking) == "HELD"
    payment_steps.sweep()
    assert payment_steps.rows("SELECT attempts FROM bookings WHERE id = %s", booking) == [(2,)]


@pytest.mark.parametrize("sent", [False, True])
def test_a_booking_by_token_that_cannot_be_charged_in_time_fails(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID, flight: UUID, sent: bool
) -> None:
    booking = by_token(payment_steps, traveller, flight)
    if sent:
        claim = payment_steps.claim(booking)
        assert claim is not None
        payment_steps.settle(claim, ChargeOutcome(ChargeStatus.UNKNOWN))
        payment_steps.expire(booking)
        assert payment_steps.steps.status(booking) == "HELD"
        payment_steps.expire(booking, HARD_LIMIT_MINUTES + 1)
    else:
        payment_steps.expire(booking)
    assert pipeline.endings([booking]) == {"payment_timeout": 1}
    assert pipeline.seats(flight) == (0, 0, 4)


def test_when_redis_lost_its_queues_what_waits_to_be_charged_is_sent_at_once(
    payment_steps: PaymentSteps, traveller: UUID, flight: UUID
) -> None:
    booking, paying = by_token(payment_steps, traveller, flight), payment_steps.hold(traveller, flight)
    payment_steps.pay(paying)
    dispatcher = payment_steps.steps.context.dispatcher
    payment_steps.steps.pipeline.redis.flushdb()
    money.make_due_now(payment_steps.steps.context)
    for _, step in money.steps(payment_steps.steps.context):
        step()
    assert dispatcher.depth("payments") == 2
    assert payment_steps.steps.status(booking) == "HELD"


def test_one_booking_that_cannot_be_ended_does_not_keep_the_others(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    broken = payment_steps.hold(traveller, pipeline.flight(4))
    payment_steps.steps.execute(
        "UPDATE flights SET seats_held = 0 WHERE id = (SELECT flight_id FROM booking_segments WHERE booking_id = %s)", broken
    )
    others = [payment_steps.hold(traveller, flight) for _ in range(3)]
    for booking in (broken, *others):
        payment_steps.end_hold(booking)
    payment_steps.sweep()
    assert payment_steps.steps.status(broken) == "HELD"
    assert {payment_steps.steps.status(booking) for booking in others} == {"EXPIRED"}
    assert payment_steps.rows("SELECT next_at > now() FROM bookings WHERE id = %s", broken) == [(True,)]


def test_a_worker_ends_holds_without_any_message(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(traveller, flight)
    pipeline.redis.flushdb()
    pipeline.worker()
    payment_steps.end_hold(booking)
    until(lambda: payment_steps.steps.status(booking) == "EXPIRED", seconds=30)
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


def test_a_traveller_may_have_four_unpaid_holds(payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID) -> None:
    flight, intake = pipeline.flight(50), new_intake(pipeline.db, hold_limit=4)
    results = intake.accept(holds(traveller, flight, 6))
    assert [type(result) for result in results] == [Accepted] * 4 + [TooManyHolds] * 2
    (somebody_else,) = intake.accept(holds(pipeline.account().id, flight, 1))
    assert isinstance(somebody_else, Accepted)
    (paid_at_once,) = intake.accept([BookingRequest(traveller, (flight,), 1, PaymentMode.TOKEN, "tok_ok", allow_duplicate=True)])
    assert isinstance(paid_at_once, Accepted)
    reserve_bookings(payment_steps.steps.context, [paid_at_once.booking_id])
    payment_steps.work(paid_at_once.booking_id)
    first = results[0]
    assert isinstance(first, Accepted)
    reserve_bookings(payment_steps.steps.context, [first.booking_id])
    payment_steps.pay(first.booking_id)
    payment_steps.work(first.booking_id)
    (after_paying,) = intake.accept(holds(traveller, flight, 1))
    assert isinstance(after_paying, Accepted)


def test_a_repeated_request_is_its_booking_and_not_one_hold_too_many(pipeline: Pipeline, traveller: UUID) -> None:
    flight, intake = pipeline.flight(50), new_intake(pipeline.db, hold_limit=4)
    first = intake.accept(holds(traveller, flight, 4, key="k"))
    again = intake.accept(holds(traveller, flight, 5, key="k"))
    assert [response.booking_id for response in again[:4] if isinstance(response, Accepted)] == [
        response.booking_id for response in first if isinstance(response, Accepted)
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
    results = intake.accept([*open_holds * 3, new, new])
    assert [type(result) for result in results] == [Accepted] * 11


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
        responses = [response for some in pool.map(accept, range(5)) for response in some]
    assert len([response for response in responses if isinstance(response, Accepted)]) == 4
