"""Payments, step by step: every test card, every order of events, and the ledger of the provider afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from core.bookings.errors import BookingNotFound
from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.payments.errors import AlreadyPaid, HoldExpired, NotPayable, PaymentInProgress
from core.payments.provider import ChargeOutcome, ChargeStatus
from tests.support.money import (
    LATE,
    PRICE,
    PaymentSteps,
    PaymentStepsFactory,
    PracticeProvider,
    ProviderFactory,
    assert_square,
    settle_everything,
    statuses,
)
from tests.support.pipeline import Pipeline
from workers.bookings import reserve_bookings


def book_by_token(payment_steps: PaymentSteps, user_id: UUID, flight_id: UUID, token: str) -> UUID:
    (booking,) = payment_steps.steps.pipeline.accept(BookingRequest(user_id, (flight_id,), 1, PaymentMode.TOKEN, token))
    reserve_bookings(payment_steps.steps.context, [booking])
    return booking


def test_a_hold_that_is_paid_is_confirmed(payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, flight: UUID) -> None:
    booking = payment_steps.hold(payer, flight, 2)
    assert pipeline.seats(flight) == (2, 0, 2)
    payment_steps.pay(booking)
    payment_steps.work(booking)
    assert payment_steps.steps.status(booking) == "CONFIRMED"
    assert pipeline.seats(flight) == (0, 2, 2)
    assert payment_steps.provider.balance() == 2 * PRICE
    assert_square(payment_steps, booking)


def test_a_booking_of_several_flights_is_paid_in_one_sum(payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID) -> None:
    flights = (pipeline.flight(2), pipeline.flight(2, departs_in=timedelta(days=4)))
    booking = payment_steps.hold(payer, flights, 2)
    payment_steps.pay(booking)
    payment_steps.work(booking)
    assert [pipeline.seats(flight)[:2] for flight in flights] == [(0, 2), (0, 2)]
    assert [charge["amount"] for charge in payment_steps.provider.charges()] == ["30000.00"]
    assert_square(payment_steps, booking)


def test_after_a_decline_the_hold_stays_and_another_card_may_be_tried(
    payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight)
    (ends_at,) = payment_steps.rows("SELECT hold_expires_at FROM bookings WHERE id = %s", booking)
    for token in ("tok_declined", "tok_insufficient_funds", "tok_ok"):
        payment_steps.pay(booking, token)
        payment_steps.work(booking)
    assert payment_steps.rows("SELECT hold_expires_at FROM bookings WHERE id = %s", booking) == [ends_at]
    codes = [(status, code) for _, status, code in payment_steps.payments(booking)]
    assert codes == [("DECLINED", "card_declined"), ("DECLINED", "insufficient_funds"), ("SUCCEEDED", None)]
    assert payment_steps.steps.status(booking) == "CONFIRMED"
    assert_square(payment_steps, booking)


@pytest.mark.parametrize("mode", [PaymentMode.TOKEN, PaymentMode.HOLD])
@pytest.mark.parametrize(
    ("token", "paid"),
    [
        ("tok_ok", True),
        ("tok_declined", False),
        ("tok_insufficient_funds", False),
        ("tok_slow", True),
        ("tok_timeout_then_ok", True),
        ("tok_duplicate_callback", True),
        ("tok_error_once", True),
        ("tok_hang", True),
        ("tok_of_nobody", False),
    ],
)
def test_every_token_ends_in_one_state_also_without_callbacks(
    open_payment_steps: PaymentStepsFactory,
    start_provider: ProviderFactory,
    pipeline: Pipeline,
    payer: UUID,
    flight: UUID,
    token: str,
    paid: bool,
    mode: PaymentMode,
) -> None:
    provider = start_provider(slow_seconds=0.05, late_seconds=0.5, hang_seconds=0.5)
    payment_steps = open_payment_steps(provider, 0.3)
    if mode is PaymentMode.TOKEN:
        booking = book_by_token(payment_steps, payer, flight, token)
    else:
        booking = payment_steps.hold(payer, flight)
        payment_steps.pay(booking, token)
    settle_everything(payment_steps, booking)
    if paid:
        assert payment_steps.steps.status(booking) == "CONFIRMED"
        assert statuses(payment_steps, booking) == ["SUCCEEDED"]
        assert pipeline.seats(flight) == (0, 1, 3)
    elif mode is PaymentMode.TOKEN:
        assert pipeline.endings([booking]) == {"payment_declined": 1}
        assert pipeline.seats(flight) == (0, 0, 4)
    else:
        assert payment_steps.steps.status(booking) == "HELD"
        assert pipeline.seats(flight) == (1, 0, 3)
    assert len(provider.charges()) == 1
    assert_square(payment_steps, booking)


def test_a_charge_without_a_response_is_looked_up_before_it_is_repeated(
    open_payment_steps: PaymentStepsFactory, start_provider: ProviderFactory, payer: UUID, flight: UUID
) -> None:
    payment_steps = open_payment_steps(start_provider(late_seconds=0.6), 0.3)
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking, "tok_timeout_then_ok")
    assert payment_steps.work(booking) == ChargeOutcome(ChargeStatus.UNKNOWN)
    assert (statuses(payment_steps, booking), payment_steps.steps.status(booking)) == (["UNKNOWN"], "HELD")
    claim = payment_steps.claim(booking)
    assert claim is not None
    assert claim.look_up_first
    payment_steps.settle(claim, payment_steps.call(claim))
    settle_everything(payment_steps, booking)
    assert payment_steps.steps.status(booking) == "CONFIRMED"
    assert_square(payment_steps, booking)


def test_a_charge_that_never_arrived_is_sent_again_with_the_same_key(
    payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking, "tok_error_once")
    assert payment_steps.work(booking) == ChargeOutcome(ChargeStatus.UNKNOWN)
    assert payment_steps.work(booking) == ChargeOutcome(ChargeStatus.CAPTURED)
    ((payment, _, _),) = payment_steps.payments(booking)
    assert [charge["id"] for charge in payment_steps.provider.charges()] == [str(payment)]
    assert_square(payment_steps, booking)


def test_a_provider_that_cannot_be_reached_has_charged_nothing(
    open_payment_steps: PaymentStepsFactory, payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    nowhere = open_payment_steps(PracticeProvider("http://127.0.0.1:9"), 0.5)
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking)
    outcome = nowhere.work(booking)
    assert outcome is not None
    assert outcome.status is ChargeStatus.NOT_SENT
    assert statuses(payment_steps, booking) == ["REQUIRES_PAYMENT"]
    payment_steps.expire(booking, LATE)
    assert (payment_steps.steps.status(booking), payment_steps.payments(booking)[0][2]) == ("EXPIRED", "not_charged")
    assert payment_steps.claim(booking) is None
    assert_square(payment_steps, booking)


def test_an_outdated_report_that_nothing_was_sent_is_ignored(payment_steps: PaymentSteps, payer: UUID, flight: UUID) -> None:
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking)
    stale = payment_steps.claim(booking)
    assert stale is not None
    payment_steps.end_leases()
    payment_steps.sweep()
    second = payment_steps.claim(booking)
    assert second is not None
    payment_steps.settle(stale, ChargeOutcome(ChargeStatus.NOT_SENT, attempt=stale.attempt))
    assert statuses(payment_steps, booking) == ["UNKNOWN"]


def test_two_workers_never_work_the_same_payment(payment_steps: PaymentSteps, payer: UUID, flight: UUID) -> None:
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking)
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(payment_steps.claim, [booking] * 6))
    assert len([claim for claim in claims if claim is not None]) == 1


def test_a_booking_by_token_has_one_payment_however_often_its_message_comes(
    payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    booking = book_by_token(payment_steps, payer, flight, "tok_ok")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(payment_steps.work, [booking] * 6))
    assert statuses(payment_steps, booking) == ["SUCCEEDED"]
    assert_square(payment_steps, booking)


def test_a_refused_payment_has_the_reason(payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, flight: UUID) -> None:
    held, unpaid = payment_steps.hold(payer, flight), payment_steps.steps.book(payer, flight)
    by_token = book_by_token(payment_steps, payer, flight, "tok_ok")
    for booking, owner_id, error in (
        (held, pipeline.account().id, BookingNotFound),
        (payer, None, BookingNotFound),
        (unpaid, None, NotPayable),
        (by_token, None, PaymentInProgress),
    ):
        with pytest.raises(error):
            payment_steps.pay(booking, owner_id=owner_id)
    payment_steps.pay(held)
    with pytest.raises(PaymentInProgress):
        payment_steps.pay(held)
    payment_steps.work(held)
    with pytest.raises(AlreadyPaid):
        payment_steps.pay(held)
    cancelled = payment_steps.hold(payer, flight)
    payment_steps.steps.cancel(cancelled)
    with pytest.raises(NotPayable):
        payment_steps.pay(cancelled)
    ended = payment_steps.hold(payer, flight)
    payment_steps.end_hold(ended)
    with pytest.raises(HoldExpired):
        payment_steps.pay(ended)
    payment_steps.sweep()
    with pytest.raises(HoldExpired):
        payment_steps.pay(ended)


def test_of_many_who_pay_at_once_one_is_charged(payment_steps: PaymentSteps, payer: UUID, flight: UUID) -> None:
    booking = payment_steps.hold(payer, flight)

    def pay(_: int) -> bool:
        try:
            payment_steps.pay(booking)
        except PaymentInProgress:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(pay, range(8))) == 1
    assert statuses(payment_steps, booking) == ["REQUIRES_PAYMENT"]
