"""Payments, step by step: every token, every order of events, and what the provider's books say afterwards."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from core.bookings.errors import BookingNotFound, NotCancellable
from core.bookings.models import PaymentMode
from core.bookings.requests import Request
from core.payments.errors import AlreadyPaid, HoldExpired, NotPayable, PaymentInProgress
from core.payments.provider import Outcome, Verdict
from tests.support.money import (
    FREE_TO_CANCEL,
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
    (trip,) = till.steps.pipeline.accept(Request(user_id, (flight_id,), 1, PaymentMode.TOKEN, token))
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
    assert till.work(trip) == Outcome(Verdict.UNKNOWN)
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
    assert till.work(trip) == Outcome(Verdict.UNKNOWN)
    assert till.work(trip) == Outcome(Verdict.CAPTURED)
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
    assert outcome.verdict is Verdict.NOT_SENT
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
    till.settle(stale, Outcome(Verdict.NOT_SENT, attempt=stale.attempt))
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


def test_the_same_event_has_one_effect(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    till.pay(trip)
    claim = till.claim(trip)
    assert claim is not None
    till.call(claim)
    for _ in range(3):
        till.callback(claim.charge.payment_id, event_id="evt_same")
    assert till.steps.status(trip) == "CONFIRMED"
    assert till.rows("SELECT count(*) FROM payment_events") == [(1,)]
    till.settle(claim, Outcome(Verdict.UNKNOWN))
    assert statuses(till, trip) == ["SUCCEEDED"]
    assert_square(till, trip)


def test_an_event_of_another_sum_confirms_nothing_and_the_provider_is_asked(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    till.pay(trip)
    claim = till.claim(trip)
    assert claim is not None
    till.call(claim)
    payment_id, amount, currency = claim.charge.payment_id, str(claim.charge.amount), claim.charge.currency
    for money in (("1.00", currency), (amount, "USD")):
        till.callback(payment_id, money=money)
        assert (till.steps.status(trip), statuses(till, trip)) == ("HELD", ["UNKNOWN"])
    till.callback(payment_id, money=(amount, currency))
    assert till.steps.status(trip) == "CONFIRMED"
    till.callback(payment_id, "charge.declined", money=("1.00", currency))
    assert statuses(till, trip) == ["SUCCEEDED"]
    assert_square(till, trip)


def test_an_event_about_an_unknown_charge_changes_nothing(till: Till, payer: UUID) -> None:
    till.callback(payer)
    assert till.rows("SELECT count(*) FROM payment_events") == [(1,)]


def test_every_order_of_answer_callback_expiry_and_cancellation_is_square(till: Till, pipeline: Pipeline) -> None:
    """The provider has captured, and we do not know it yet; then things happen in every order."""
    for order in permutations(("answer", "callback", "expire", "cancel")):
        trip = till.hold(pipeline.account().id, pipeline.flight(4, departs_in=FREE_TO_CANCEL))
        let_happen(till, trip, order)
        settle_everything(till, trip)
        # What came first decides, but money that comes after the end of the hold takes the seats again; a booking that has
        # ended cannot be cancelled, one that was rescued can.
        rescued_for_good = order.index("expire") < order.index("cancel") < min(order.index("answer"), order.index("callback"))
        assert till.steps.status(trip) == ("CONFIRMED" if rescued_for_good else "CANCELLED"), order
        assert statuses(till, trip) == ["SUCCEEDED"], order
        assert_square(till, trip)


def let_happen(till: Till, trip: UUID, order: tuple[str, ...]) -> None:
    till.pay(trip)
    claim = till.claim(trip)
    assert claim is not None
    captured = till.call(claim)
    acts: dict[str, Callable[[], None]] = {
        "answer": lambda: till.settle(claim, captured),
        "callback": lambda: till.callback(claim.charge.payment_id),
        "expire": lambda: till.expire(trip, LATE),
        "cancel": lambda: till.steps.cancel(trip),
    }
    for name in order:
        with suppress(NotCancellable):
            acts[name]()


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
