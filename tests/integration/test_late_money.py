"""Late payments and refunds: seats are reserved again, or everything is refunded, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.payments.provider import ChargeOutcome, ChargeStatus
from tests.support.money import (
    LATE,
    PRICE,
    PaymentSteps,
    PaymentStepsFactory,
    ProviderFactory,
    assert_square,
    settle_everything,
    statuses,
)
from tests.support.pipeline import Pipeline
from workers.bookings import reserve_bookings


def test_money_that_comes_late_takes_the_seats_again_if_they_are_free(
    payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight, 3)
    claim = payment_steps.begin(booking)
    captured = payment_steps.call(claim)
    payment_steps.expire(booking, LATE)
    assert (payment_steps.steps.status(booking), pipeline.seats(flight)) == ("EXPIRED", (0, 0, 4))
    payment_steps.settle(claim, captured)
    view = payment_steps.steps.read(booking)
    assert view.status == "CONFIRMED"
    assert view.rescued_at is not None
    assert view.timeline[-1].stage == "rescued"
    assert pipeline.seats(flight)[:2] == (0, 3)
    (second, third) = (
        payment_steps.steps.book(pipeline.account().id, flight),
        payment_steps.steps.book(pipeline.account().id, flight),
    )
    assert (payment_steps.steps.status(second), payment_steps.steps.status(third)) == ("CONFIRMED", "FAILED")
    assert_square(payment_steps, booking)


def test_a_late_payment_for_a_moved_flight_causes_a_schedule_change(
    payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight)
    claim = payment_steps.begin(booking)
    captured = payment_steps.call(claim)
    payment_steps.expire(booking, LATE)
    payment_steps.steps.execute(
        "UPDATE flights SET departure_ts = departure_ts + interval '9 hours', arrival_ts = arrival_ts + interval '9 hours' WHERE id = %s",
        flight,
    )
    payment_steps.settle(claim, captured)
    view = payment_steps.steps.read(booking)
    assert (view.status, view.available_actions) == ("CONFIRMED", ["cancel", "accept_change"])
    assert view.schedule_change is not None
    assert view.schedule_change.new_departure_ts - view.schedule_change.old_departure_ts == timedelta(hours=9)


@pytest.mark.parametrize("mode", [PaymentMode.HOLD, PaymentMode.TOKEN])
def test_nobody_is_charged_for_a_flight_that_has_left(
    payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, mode: PaymentMode
) -> None:
    never_sent, unheard, captured = (pipeline.flight(2) for _ in range(3))
    bookings = {}
    for flight in (never_sent, unheard, captured):
        (bookings[flight],) = pipeline.accept(
            BookingRequest(payer, (flight,), 1, mode, "tok_ok" if mode is PaymentMode.TOKEN else None)
        )
        reserve_bookings(payment_steps.steps.context, [bookings[flight]])
        if mode is PaymentMode.HOLD:
            payment_steps.pay(bookings[flight])
    lost, answered = payment_steps.claim(bookings[unheard]), payment_steps.claim(bookings[captured])
    assert lost is not None
    assert answered is not None
    outcome = payment_steps.call(answered)
    payment_steps.settle(lost, ChargeOutcome(ChargeStatus.UNKNOWN))
    for flight in bookings:
        payment_steps.steps.depart(flight)
    assert payment_steps.claim(bookings[never_sent]) is None
    payment_steps.work(bookings[unheard])
    assert payment_steps.provider.status(lost.charge.payment_id) is None
    payment_steps.settle(answered, outcome)
    ended = ("EXPIRED", None) if mode is PaymentMode.HOLD else ("FAILED", "payment_timeout")
    assert (
        payment_steps.steps.status(bookings[captured]),
        payment_steps.rows("SELECT failure_code FROM bookings WHERE id = %s", bookings[captured]),
    ) == (
        ended[0],
        [(ended[1],)],
    )
    assert payment_steps.refunds(bookings[captured]) == [(PRICE, "late_payment", "PENDING")]
    for booking in bookings.values():
        if payment_steps.steps.status(booking) == "HELD":
            payment_steps.expire(booking, LATE)
    settle_everything(payment_steps, bookings[unheard])
    assert {payment_steps.steps.status(booking) for booking in bookings.values()} == {ended[0]}
    assert payment_steps.provider.balance() == 0
    assert_square(payment_steps, *bookings.values())


def sell_the_rest(payment_steps: PaymentSteps, flight: UUID) -> None:
    payment_steps.steps.book(payment_steps.steps.pipeline.account().id, flight, 2)


def depart(payment_steps: PaymentSteps, flight: UUID) -> None:
    payment_steps.steps.depart(flight)


def call_off(payment_steps: PaymentSteps, flight: UUID) -> None:
    payment_steps.steps.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", flight)


@pytest.mark.parametrize("obstacle", [sell_the_rest, depart, call_off])
def test_money_that_comes_late_is_given_back_when_the_seats_are_gone(
    payment_steps: PaymentSteps, payer: UUID, flight: UUID, obstacle: Callable[[PaymentSteps, UUID], None]
) -> None:
    booking = payment_steps.hold(payer, flight, 3)
    claim = payment_steps.begin(booking)
    captured = payment_steps.call(claim)
    payment_steps.expire(booking, LATE)
    obstacle(payment_steps, flight)
    payment_steps.settle(claim, captured)
    assert payment_steps.steps.status(booking) == "EXPIRED"
    assert payment_steps.refunds(booking) == [(3 * PRICE, "late_payment", "PENDING")]
    payment_steps.refund()
    assert payment_steps.refunds(booking) == [(3 * PRICE, "late_payment", "SUCCEEDED")]
    assert payment_steps.provider.balance() == 0
    assert_square(payment_steps, booking)


def test_a_booking_that_was_cancelled_while_it_was_charged_gets_all_its_money_back(
    payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID
) -> None:
    booking = payment_steps.hold(payer, pipeline.flight(2, departs_in=timedelta(hours=3)))
    claim = payment_steps.begin(booking)
    captured = payment_steps.call(claim)
    payment_steps.steps.cancel(booking)
    payment_steps.settle(claim, captured)
    payment_steps.refund()
    assert payment_steps.refunds(booking) == [(PRICE, "cancelled", "SUCCEEDED")]
    assert_square(payment_steps, booking)


def test_a_payment_that_was_not_sent_before_the_cancellation_is_never_sent(
    payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking)
    payment_steps.steps.cancel(booking)
    assert payment_steps.claim(booking) is None
    assert [code for _, _, code in payment_steps.payments(booking)] == ["not_charged"]
    assert payment_steps.provider.charges() == []


def test_a_charge_that_never_arrived_is_declined_when_its_booking_has_ended(
    payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking)
    lost = payment_steps.claim(booking)
    assert lost is not None
    payment_steps.end_leases()
    payment_steps.expire(booking, LATE)
    settle_everything(payment_steps, booking)
    assert [code for _, _, code in payment_steps.payments(booking)] == ["never_arrived"]
    # The frozen worker wakes up, and its request arrives after all: the money is a fact.
    payment_steps.settle(lost, payment_steps.call(lost))
    assert (statuses(payment_steps, booking), payment_steps.steps.status(booking)) == (["SUCCEEDED"], "CONFIRMED")
    assert_square(payment_steps, booking)


def test_a_refund_is_sent_until_it_is_answered_and_paid_once(
    open_payment_steps: PaymentStepsFactory, start_provider: ProviderFactory, payer: UUID, flight: UUID
) -> None:
    payment_steps = open_payment_steps(start_provider(failure_rate=0.9, failure_seed=7), 0.5)
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking)
    settle_everything(payment_steps, booking)
    payment_steps.steps.cancel(booking)
    settle_everything(payment_steps, booking)
    assert payment_steps.refunds(booking) == [(PRICE, "cancelled", "SUCCEEDED")]
    assert len(payment_steps.provider.ledger()["refunds"]) == 1
    assert_square(payment_steps, booking)


def test_a_refund_that_the_provider_refuses_is_left_to_a_person(payment_steps: PaymentSteps, payer: UUID, flight: UUID) -> None:
    booking = payment_steps.hold(payer, flight)
    claim = payment_steps.begin(booking)
    payment_steps.settle(claim, ChargeOutcome(ChargeStatus.CAPTURED))  # of which the provider knows nothing
    payment_steps.steps.cancel(booking)
    payment_steps.refund()
    assert payment_steps.refunds(booking) == [(PRICE, "cancelled", "FAILED")]
    assert payment_steps.rows("SELECT kind, queue FROM dead_letters") == [("refund", "payments")]
    assert any("refused" in each for each in payment_steps.steps.pipeline.violations())
