"""What the provider reports by itself: believed once, in any order with what else happens, and only about our sums."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import permutations
from uuid import UUID

from core.bookings.errors import NotCancellable
from core.payments.provider import ChargeOutcome, ChargeStatus
from tests.support.money import FREE_TO_CANCEL, LATE, Till, assert_square, settle_everything, statuses
from tests.support.pipeline import Pipeline


def test_the_same_event_has_one_effect(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    claim = till.begin(trip)
    till.call(claim)
    for _ in range(3):
        till.callback(claim.charge.payment_id, event_id="evt_same")
    assert till.steps.status(trip) == "CONFIRMED"
    assert till.rows("SELECT count(*) FROM payment_events") == [(1,)]
    till.settle(claim, ChargeOutcome(ChargeStatus.UNKNOWN))
    assert statuses(till, trip) == ["SUCCEEDED"]
    assert_square(till, trip)


def test_an_event_of_another_sum_confirms_nothing_and_the_provider_is_asked(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    claim = till.begin(trip)
    till.call(claim)
    payment_id, amount, currency = claim.charge.payment_id, str(claim.charge.amount), claim.charge.currency
    for money in (("1.00", currency), (amount, "USD"), ("1.00", None), (None, "USD")):
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
    claim = till.begin(trip)
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
