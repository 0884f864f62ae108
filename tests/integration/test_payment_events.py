"""Callbacks of the provider: applied once, in any order with other events, and only with the amount of the charge."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import permutations
from uuid import UUID

from core.bookings.errors import NotCancellable
from core.payments.provider import ChargeOutcome, ChargeStatus
from tests.support.money import FREE_TO_CANCEL, LATE, PaymentSteps, assert_square, settle_everything, statuses
from tests.support.pipeline import Pipeline


def test_the_same_event_has_one_effect(payment_steps: PaymentSteps, payer: UUID, flight: UUID) -> None:
    booking = payment_steps.hold(payer, flight)
    claim = payment_steps.begin(booking)
    payment_steps.call(claim)
    for _ in range(3):
        payment_steps.callback(claim.charge.payment_id, event_id="evt_same")
    assert payment_steps.steps.status(booking) == "CONFIRMED"
    assert payment_steps.rows("SELECT count(*) FROM payment_events") == [(1,)]
    payment_steps.settle(claim, ChargeOutcome(ChargeStatus.UNKNOWN))
    assert statuses(payment_steps, booking) == ["SUCCEEDED"]
    assert_square(payment_steps, booking)


def test_a_callback_with_another_amount_confirms_nothing_and_the_charge_is_looked_up(
    payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight)
    claim = payment_steps.begin(booking)
    payment_steps.call(claim)
    payment_id, amount, currency = claim.charge.payment_id, str(claim.charge.amount), claim.charge.currency
    for money in (("1.00", currency), (amount, "USD"), ("1.00", None), (None, "USD")):
        payment_steps.callback(payment_id, money=money)
        assert (payment_steps.steps.status(booking), statuses(payment_steps, booking)) == ("HELD", ["UNKNOWN"])
    payment_steps.callback(payment_id, money=(amount, currency))
    assert payment_steps.steps.status(booking) == "CONFIRMED"
    payment_steps.callback(payment_id, "charge.declined", money=("1.00", currency))
    assert statuses(payment_steps, booking) == ["SUCCEEDED"]
    assert_square(payment_steps, booking)


def test_an_event_about_an_unknown_charge_changes_nothing(payment_steps: PaymentSteps, payer: UUID) -> None:
    payment_steps.callback(payer)
    assert payment_steps.rows("SELECT count(*) FROM payment_events") == [(1,)]


def test_every_order_of_answer_callback_expiry_and_cancellation_is_square(
    payment_steps: PaymentSteps, pipeline: Pipeline
) -> None:
    """The provider has captured, and we do not know it yet; then things happen in every order."""
    for order in permutations(("answer", "callback", "expire", "cancel")):
        booking = payment_steps.hold(pipeline.account().id, pipeline.flight(4, departs_in=FREE_TO_CANCEL))
        let_happen(payment_steps, booking, order)
        settle_everything(payment_steps, booking)
        # What came first decides, but money that comes after the end of the hold takes the seats again; a booking that has
        # ended cannot be cancelled, one that was rescued can.
        rescued_for_good = order.index("expire") < order.index("cancel") < min(order.index("answer"), order.index("callback"))
        assert payment_steps.steps.status(booking) == ("CONFIRMED" if rescued_for_good else "CANCELLED"), order
        assert statuses(payment_steps, booking) == ["SUCCEEDED"], order
        assert_square(payment_steps, booking)


def let_happen(payment_steps: PaymentSteps, booking: UUID, order: tuple[str, ...]) -> None:
    claim = payment_steps.begin(booking)
    captured = payment_steps.call(claim)
    acts: dict[str, Callable[[], None]] = {
        "answer": lambda: payment_steps.settle(claim, captured),
        "callback": lambda: payment_steps.callback(claim.charge.payment_id),
        "expire": lambda: payment_steps.expire(booking, LATE),
        "cancel": lambda: payment_steps.steps.cancel(booking),
    }
    for name in order:
        with suppress(NotCancellable):
            acts[name]()
