"""Payments, step by step: every token, every order of events, and what the provider's books say afterwards."""

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
    PracticeProvider,
    ProviderFactory,
    Till,
    TillFactory,
    assert_square,
    settle_everything,
    statuses,
)
from tests.support.pipeline import Pipeline
from workers.bookings import reserve_bookings


def book_by_token(till: Till, user_id: UUID, flight_id: UUID, token: str) -> UUID:
    (trip,) = till.steps.pipeline.accept(BookingRequest(user_id, (flight_id,), 1, PaymentMode.TOKEN, token))
    reserve_bookings(till.steps.context, [trip])
    return trip


def test_a_hold_that_is_paid_is_confirmed(till: Till, pipeline: Pipeline, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight, 2)
    assert pipeline.seats(flight) == (2, 0, 2)
    till.pay(trip)
    till.work(trip)
    assert till.steps.status(trip) == "CONFIRMED"
    assert pipeline.seats(flight) == (0, 2, 2)
    assert till.provider.balance() == 2 * PRICE
    assert_square(till, trip)


def test_a_trip_is_paid_in_one_sum(till: Till, pipeline: Pipeline, payer: UUID) -> None:
    flights = (pipeline.flight(2), pipeline.flight(2, departs_in=timedelta(days=4)))
    trip = till.hold(payer, flights, 2)
    till.pay(trip)
    till.work(trip)
    assert [pipeline.seats(flight)[:2] for flight in flights] == [(0, 2), (0, 2)]
    assert [charge["amount"] for charge in till.provider.charges()] == ["30000.00"]
    assert_square(till, trip)


def test_after_a_decline_the_hold_stays_and_another_card_may_be_tried(
    till: Till, pipeline: Pipeline, payer: UUID, flight: UUID
) -> None:
    trip = till.hold(payer, flight)
    (ends_at,) = till.rows("SELECT hold_expires_at FROM bookings WHERE id = %s", trip)
    for token in ("tok_declined", "tok_insufficient_funds", "tok_ok"):
        till.pay(trip, token)
        till.work(trip)
    assert till.rows("SELECT hold_expires_at FROM bookings WHERE id = %s", trip) == [ends_at]
    codes = [(status, code) for _, status, code in till.payments(trip)]
    assert codes == [("DECLINED", "card_declined"), ("DECLINED", "insufficient_funds"), ("SUCCEEDED", None)]
    assert till.steps.status(trip) == "CONFIRMED"
    assert_square(till, trip)


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
    open_till: TillFactory,
    start_provider: ProviderFactory,
    pipeline: Pipeline,
    payer: UUID,
    flight: UUID,
    token: str,
    paid: bool,
    mode: PaymentMode,
) -> None:
    provider = start_provider(slow_seconds=0.05, late_seconds=0.5, hang_seconds=0.5)
    till = open_till(provider, 0.3)
    if mode is PaymentMode.TOKEN:
        trip = book_by_token(till, payer, flight, token)
    else:
        trip = till.hold(payer, flight)
        till.pay(trip, token)
    settle_everything(till, trip)
    if paid:
        assert till.steps.status(trip) == "CONFIRMED"
        assert statuses(till, trip) == ["SUCCEEDED"]
        assert pipeline.seats(flight) == (0, 1, 3)
    elif mode is PaymentMode.TOKEN:
        assert pipeline.endings([trip]) == {"payment_declined": 1}
        assert pipeline.seats(flight) == (0, 0, 4)
    else:
        assert till.steps.status(trip) == "HELD"
        assert pipeline.seats(flight) == (1, 0, 3)
    assert len(provider.charges()) == 1
    assert_square(till, trip)


def test_a_charge_without_an_answer_is_asked_for_and_never_repeated_blindly(
    open_till: TillFactory, start_provider: ProviderFactory, payer: UUID, flight: UUID
) -> None:
    till = open_till(start_provider(late_seconds=0.6), 0.3)
    trip = till.hold(payer, flight)
    till.pay(trip, "tok_timeout_then_ok")
    assert till.work(trip) == ChargeOutcome(ChargeStatus.UNKNOWN)
    assert (statuses(till, trip), till.steps.status(trip)) == (["UNKNOWN"], "HELD")
    claim = till.claim(trip)
    assert claim is not None
    assert claim.ask_first
    till.settle(claim, till.call(claim))
    settle_everything(till, trip)
    assert till.steps.status(trip) == "CONFIRMED"
    assert_square(till, trip)


def test_a_charge_that_never_arrived_is_sent_again_with_the_same_key(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    till.pay(trip, "tok_error_once")
    assert till.work(trip) == ChargeOutcome(ChargeStatus.UNKNOWN)
    assert till.work(trip) == ChargeOutcome(ChargeStatus.CAPTURED)
    ((payment, _, _),) = till.payments(trip)
    assert [charge["id"] for charge in till.provider.charges()] == [str(payment)]
    assert_square(till, trip)


def test_a_provider_that_nobody_reaches_has_charged_nothing(
    open_till: TillFactory, till: Till, payer: UUID, flight: UUID
) -> None:
    nowhere = open_till(PracticeProvider("http://127.0.0.1:9"), 0.5)
    trip = till.hold(payer, flight)
    till.pay(trip)
    outcome = nowhere.work(trip)
    assert outcome is not None
    assert outcome.status is ChargeStatus.NOT_SENT
    assert statuses(till, trip) == ["REQUIRES_PAYMENT"]
    till.expire(trip, LATE)
    assert (till.steps.status(trip), till.payments(trip)[0][2]) == ("EXPIRED", "not_charged")
    assert till.claim(trip) is None
    assert_square(till, trip)


def test_a_stale_report_that_nothing_was_sent_is_not_believed(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    till.pay(trip)
    stale = till.claim(trip)
    assert stale is not None
    till.wind()
    till.sweep()
    second = till.claim(trip)
    assert second is not None
    till.settle(stale, ChargeOutcome(ChargeStatus.NOT_SENT, attempt=stale.attempt))
    assert statuses(till, trip) == ["UNKNOWN"]


def test_two_workers_never_work_the_same_payment(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    till.pay(trip)
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(till.claim, [trip] * 6))
    assert len([claim for claim in claims if claim is not None]) == 1


def test_a_booking_by_token_has_one_payment_however_often_its_message_comes(till: Till, payer: UUID, flight: UUID) -> None:
    trip = book_by_token(till, payer, flight, "tok_ok")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(till.work, [trip] * 6))
    assert statuses(till, trip) == ["SUCCEEDED"]
    assert_square(till, trip)


def test_what_cannot_be_paid_says_why(till: Till, pipeline: Pipeline, payer: UUID, flight: UUID) -> None:
    held, unpaid = till.hold(payer, flight), till.steps.book(payer, flight)
    by_token = book_by_token(till, payer, flight, "tok_ok")
    for trip, owner_id, error in (
        (held, pipeline.account().id, BookingNotFound),
        (payer, None, BookingNotFound),
        (unpaid, None, NotPayable),
        (by_token, None, PaymentInProgress),
    ):
        with pytest.raises(error):
            till.pay(trip, owner_id=owner_id)
    till.pay(held)
    with pytest.raises(PaymentInProgress):
        till.pay(held)
    till.work(held)
    with pytest.raises(AlreadyPaid):
        till.pay(held)
    cancelled = till.hold(payer, flight)
    till.steps.cancel(cancelled)
    with pytest.raises(NotPayable):
        till.pay(cancelled)
    ended = till.hold(payer, flight)
    till.end_hold(ended)
    with pytest.raises(HoldExpired):
        till.pay(ended)
    till.sweep()
    with pytest.raises(HoldExpired):
        till.pay(ended)


def test_of_many_who_pay_at_once_one_is_charged(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)

    def pay(_: int) -> bool:
        try:
            till.pay(trip)
        except PaymentInProgress:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(pay, range(8))) == 1
    assert statuses(till, trip) == ["REQUIRES_PAYMENT"]
