"""Money that comes late, and money that goes back: seats are taken again, or everything is refunded, once."""

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
    ProviderFactory,
    Till,
    TillFactory,
    assert_square,
    settle_everything,
    statuses,
)
from tests.support.pipeline import Pipeline
from workers.bookings import reserve_bookings


def test_money_that_comes_late_takes_the_seats_again_if_they_are_free(
    till: Till, pipeline: Pipeline, payer: UUID, flight: UUID
) -> None:
    trip = till.hold(payer, flight, 3)
    claim = till.begin(trip)
    captured = till.call(claim)
    till.expire(trip, LATE)
    assert (till.steps.status(trip), pipeline.seats(flight)) == ("EXPIRED", (0, 0, 4))
    till.settle(claim, captured)
    booking = till.steps.read(trip)
    assert booking.status == "CONFIRMED"
    assert booking.rescued_at is not None
    assert booking.timeline[-1].stage == "rescued"
    assert pipeline.seats(flight)[:2] == (0, 3)
    (second, third) = (till.steps.book(pipeline.account().id, flight), till.steps.book(pipeline.account().id, flight))
    assert (till.steps.status(second), till.steps.status(third)) == ("CONFIRMED", "FAILED")
    assert_square(till, trip)


def test_who_is_rescued_onto_a_flight_that_was_moved_is_told(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    claim = till.begin(trip)
    captured = till.call(claim)
    till.expire(trip, LATE)
    till.steps.execute(
        "UPDATE flights SET departure_ts = departure_ts + interval '9 hours', arrival_ts = arrival_ts + interval '9 hours' WHERE id = %s",
        flight,
    )
    till.settle(claim, captured)
    booking = till.steps.read(trip)
    assert (booking.status, booking.available_actions) == ("CONFIRMED", ["cancel", "accept_change"])
    assert booking.schedule_change is not None
    assert booking.schedule_change.new_departure_ts - booking.schedule_change.old_departure_ts == timedelta(hours=9)


@pytest.mark.parametrize("mode", [PaymentMode.HOLD, PaymentMode.TOKEN])
def test_nobody_is_charged_for_a_flight_that_has_left(till: Till, pipeline: Pipeline, payer: UUID, mode: PaymentMode) -> None:
    never_sent, unheard, captured = (pipeline.flight(2) for _ in range(3))
    trips = {}
    for flight in (never_sent, unheard, captured):
        (trips[flight],) = pipeline.accept(
            BookingRequest(payer, (flight,), 1, mode, "tok_ok" if mode is PaymentMode.TOKEN else None)
        )
        reserve_bookings(till.steps.context, [trips[flight]])
        if mode is PaymentMode.HOLD:
            till.pay(trips[flight])
    lost, answered = till.claim(trips[unheard]), till.claim(trips[captured])
    assert lost is not None
    assert answered is not None
    outcome = till.call(answered)
    till.settle(lost, ChargeOutcome(ChargeStatus.UNKNOWN))
    for flight in trips:
        till.steps.depart(flight)
    assert till.claim(trips[never_sent]) is None
    till.work(trips[unheard])
    assert till.provider.status(lost.charge.payment_id) is None
    till.settle(answered, outcome)
    ended = ("EXPIRED", None) if mode is PaymentMode.HOLD else ("FAILED", "payment_timeout")
    assert (
        till.steps.status(trips[captured]),
        till.rows("SELECT failure_code FROM bookings WHERE id = %s", trips[captured]),
    ) == (
        ended[0],
        [(ended[1],)],
    )
    assert till.refunds(trips[captured]) == [(PRICE, "late_payment", "PENDING")]
    for trip in trips.values():
        if till.steps.status(trip) == "HELD":
            till.expire(trip, LATE)
    settle_everything(till, trips[unheard])
    assert {till.steps.status(trip) for trip in trips.values()} == {ended[0]}
    assert till.provider.balance() == 0
    assert_square(till, *trips.values())


def sell_the_rest(till: Till, flight: UUID) -> None:
    till.steps.book(till.steps.pipeline.account().id, flight, 2)


def depart(till: Till, flight: UUID) -> None:
    till.steps.depart(flight)


def call_off(till: Till, flight: UUID) -> None:
    till.steps.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", flight)


@pytest.mark.parametrize("obstacle", [sell_the_rest, depart, call_off])
def test_money_that_comes_late_is_given_back_when_the_seats_are_gone(
    till: Till, payer: UUID, flight: UUID, obstacle: Callable[[Till, UUID], None]
) -> None:
    trip = till.hold(payer, flight, 3)
    claim = till.begin(trip)
    captured = till.call(claim)
    till.expire(trip, LATE)
    obstacle(till, flight)
    till.settle(claim, captured)
    assert till.steps.status(trip) == "EXPIRED"
    assert till.refunds(trip) == [(3 * PRICE, "late_payment", "PENDING")]
    till.refund()
    assert till.refunds(trip) == [(3 * PRICE, "late_payment", "SUCCEEDED")]
    assert till.provider.balance() == 0
    assert_square(till, trip)


def test_a_booking_that_was_cancelled_while_it_was_charged_gets_all_its_money_back(
    till: Till, pipeline: Pipeline, payer: UUID
) -> None:
    trip = till.hold(payer, pipeline.flight(2, departs_in=timedelta(hours=3)))
    claim = till.begin(trip)
    captured = till.call(claim)
    till.steps.cancel(trip)
    till.settle(claim, captured)
    till.refund()
    assert till.refunds(trip) == [(PRICE, "cancelled", "SUCCEEDED")]
    assert_square(till, trip)


def test_a_payment_that_was_not_sent_before_the_cancellation_is_never_sent(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    till.pay(trip)
    till.steps.cancel(trip)
    assert till.claim(trip) is None
    assert [code for _, _, code in till.payments(trip)] == ["not_charged"]
    assert till.provider.charges() == []


def test_a_charge_that_never_arrived_is_written_off_when_nobody_waits_for_it(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    till.pay(trip)
    lost = till.claim(trip)
    assert lost is not None
    till.wind()
    till.expire(trip, LATE)
    settle_everything(till, trip)
    assert [code for _, _, code in till.payments(trip)] == ["never_arrived"]
    # The frozen worker wakes up, and its request arrives after all: the money is a fact.
    till.settle(lost, till.call(lost))
    assert (statuses(till, trip), till.steps.status(trip)) == (["SUCCEEDED"], "CONFIRMED")
    assert_square(till, trip)


def test_a_refund_is_sent_until_it_is_answered_and_paid_once(
    open_till: TillFactory, start_provider: ProviderFactory, payer: UUID, flight: UUID
) -> None:
    till = open_till(start_provider(failure_rate=0.9, failure_seed=7), 0.5)
    trip = till.hold(payer, flight)
    till.pay(trip)
    settle_everything(till, trip)
    till.steps.cancel(trip)
    settle_everything(till, trip)
    assert till.refunds(trip) == [(PRICE, "cancelled", "SUCCEEDED")]
    assert len(till.provider.ledger()["refunds"]) == 1
    assert_square(till, trip)


def test_a_refund_that_the_provider_refuses_is_left_to_a_person(till: Till, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    claim = till.begin(trip)
    till.settle(claim, ChargeOutcome(ChargeStatus.CAPTURED))  # of which the provider knows nothing
    till.steps.cancel(trip)
    till.refund()
    assert till.refunds(trip) == [(PRICE, "cancelled", "FAILED")]
    assert till.rows("SELECT kind, queue FROM dead_letters") == [("refund", "payments")]
    assert any("refused" in each for each in till.steps.pipeline.violations())
