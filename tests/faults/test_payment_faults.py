"""A payment is interrupted between any two steps, and the provider does not answer, fails, or is killed and started again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.lifecycle import cancel as cancelling
from core.lifecycle import settle_payment
from core.messaging.messages import ReserveBookings
from core.payments.charges import LockedPayment
from core.payments.http_provider import HttpProvider
from core.payments.provider import Charge, ChargeOutcome, ChargeStatus
from tests.support.money import PaymentSteps, PaymentStepsFactory, PracticeProvider, ProviderFactory
from tests.support.pipeline import Pipeline
from tests.support.provider_process import ProviderProcess
from tests.support.waiting import until
from workers.payment_executor import FLIGHT_CALLS

PRICE = Decimal(7500)


def book(pipeline: Pipeline, flight: UUID, count: int, token: str = "tok_ok") -> list[UUID]:
    """Bookings that pay by token, on disk and on the queue."""
    bookings = pipeline.accept(
        *(BookingRequest(user.id, (flight,), 1, PaymentMode.TOKEN, token) for user in pipeline.accounts(count))
    )
    pipeline.context.dispatcher.send(ReserveBookings(tuple(bookings)))
    return bookings


def end_leases(pipeline: Pipeline) -> None:
    """Let the leases and pauses of payments and refunds be over, so that the next sweep takes them up."""
    for table in ("payments", "refunds", "bookings"):
        due = f"SELECT id FROM {table} WHERE next_at IS NOT NULL AND status <> 'PROCESSING' FOR NO KEY UPDATE SKIP LOCKED"
        with pipeline.db.transaction() as connection:
            connection.execute(f"UPDATE {table} SET next_at = now() - interval '1 second' WHERE id IN ({due})".encode())


def cancel(pipeline: Pipeline, booking_id: UUID) -> None:
    context = pipeline.context
    with pipeline.db.transaction() as connection:
        after = cancelling.cancel(connection, booking_id, None, context.settings.fares, hold_minutes=15)
    after.run(context.redis, context.dispatcher)


def statuses(pipeline: Pipeline) -> set[str]:
    with pipeline.db.snapshot() as connection:
        return {row[0] for row in connection.execute("SELECT DISTINCT status FROM payments").fetchall()}


def test_a_worker_killed_between_charge_and_commit_has_charged_once(pipeline: Pipeline, provider: PracticeProvider) -> None:
    flight = pipeline.flight(10)
    dying = pipeline.worker(PAYMENTS_URL=provider.base_url, FAILPOINTS="after_charge:crash")
    bookings = book(pipeline, flight, 3)
    until(lambda: not dying.is_running, seconds=30)
    captured_before = provider.balance()
    assert captured_before >= PRICE
    assert set(pipeline.endings(bookings)) == {"HELD"}
    with pipeline.db.transaction() as connection:  # the lease of what it was doing is over
        connection.execute("UPDATE payments SET next_at = now() - interval '1 second' WHERE status = 'PROCESSING'")
    pipeline.worker(PAYMENTS_URL=provider.base_url)

    def all_paid() -> bool:
        end_leases(pipeline)
        return pipeline.endings(bookings) == {"CONFIRMED": 3}

    until(all_paid, seconds=30, every=0.5)
    assert provider.balance() == 3 * PRICE
    assert len(provider.charges()) == 3
    pipeline.assert_clean(bookings)


def test_one_flight_whose_charges_hang_holds_up_no_other(pipeline: Pipeline, start_provider: ProviderFactory) -> None:
    provider = start_provider(hang_seconds=60.0)
    pipeline.worker(PAYMENTS_URL=provider.base_url, PAYMENTS_TIMEOUT_SECONDS="10")
    hanging, healthy = pipeline.flight(5 * FLIGHT_CALLS), pipeline.flight(100)
    stuck = book(pipeline, hanging, 5 * FLIGHT_CALLS, "tok_hang")
    until(lambda: len(provider.charges()) == FLIGHT_CALLS, seconds=30)
    quick = book(pipeline, healthy, 30)
    until(lambda: pipeline.endings(quick) == {"CONFIRMED": 30}, seconds=30)
    assert "UNKNOWN" not in statuses(pipeline), "they waited for the first time-out"
    assert pipeline.endings(stuck) == {"HELD": len(stuck)}
    charges = provider.charges()
    assert sum(charge["status"] == "processing" for charge in charges) == FLIGHT_CALLS


def test_a_provider_that_fails_half_of_the_time_charges_and_refunds_each_once(
    pipeline: Pipeline, start_provider: ProviderFactory
) -> None:
    provider = start_provider(failure_rate=0.5, failure_seed=3)
    pipeline.worker(PAYMENTS_URL=provider.base_url)
    flights = [pipeline.flight(20) for _ in range(4)]
    bookings = [booking for flight in flights for booking in book(pipeline, flight, 10)]

    def all_decided() -> bool:
        end_leases(pipeline)
        return pipeline.endings(bookings) == {"CONFIRMED": len(bookings)}

    until(all_decided, seconds=60, every=0.5)
    assert len(provider.charges()) == len(bookings)
    assert provider.balance() == len(bookings) * PRICE
    for booking in bookings[::2]:
        cancel(pipeline, booking)

    def all_refunded() -> bool:
        end_leases(pipeline)
        with pipeline.db.snapshot() as connection:
            row = connection.execute("SELECT count(*) FROM refunds WHERE status = 'SUCCEEDED'").fetchone()
        return row == (len(bookings) // 2,)

    until(all_refunded, seconds=60, every=0.5)
    with pipeline.db.snapshot() as connection:
        row = connection.execute("SELECT sum(amount) FROM refunds").fetchone()
    assert row is not None
    assert provider.balance() == len(bookings) * PRICE - row[0]
    pipeline.assert_clean(bookings)


def test_a_provider_that_crashes_during_charges_captures_the_money_once(
    pipeline: Pipeline, provider_process: ProviderProcess
) -> None:
    provider_process.start()
    pipeline.worker(PAYMENTS_URL=provider_process.practice.base_url, PAYMENTS_TIMEOUT_SECONDS="5")
    flight = pipeline.flight(20)
    done = book(pipeline, flight, 4)
    until(lambda: pipeline.endings(done) == {"CONFIRMED": 4}, seconds=30)
    cut_off = book(pipeline, flight, 4, "tok_slow")
    until(lambda: sum(charge["status"] == "processing" for charge in provider_process.practice.charges()) == 4)
    provider_process.kill()
    while_away = book(pipeline, flight, 4)
    until(lambda: statuses(pipeline) >= {"UNKNOWN", "REQUIRES_PAYMENT"})
    provider_process.start()

    def all_paid() -> bool:
        end_leases(pipeline)
        return pipeline.endings(done + cut_off + while_away) == {"CONFIRMED": 12}

    until(all_paid, seconds=30, every=0.5)
    assert provider_process.practice.balance() == 12 * PRICE
    assert len(provider_process.practice.charges()) == 12
    pipeline.assert_clean(done + cut_off + while_away)


# Controls: the same accidents without the safeguard, so that a safeguard whose absence nobody notices is found out.


def captures_after_a_lost_answer(open_payment_steps: PaymentStepsFactory, start_provider: ProviderFactory) -> int:
    payment_steps = open_payment_steps(start_provider(late_seconds=0.6), 0.3)
    pipeline = payment_steps.steps.pipeline
    booking = payment_steps.hold(pipeline.account().id, pipeline.flight(4))
    payment_steps.pay(booking, "tok_timeout_then_ok")
    assert payment_steps.work(booking) == ChargeOutcome(ChargeStatus.UNKNOWN)
    payment_steps.work(booking)
    return len(payment_steps.provider.charges())


def test_a_lost_answer_leads_to_one_capture(open_payment_steps: PaymentStepsFactory, start_provider: ProviderFactory) -> None:
    assert captures_after_a_lost_answer(open_payment_steps, start_provider) == 1


def test_a_lost_answer_leads_to_two_captures_without_the_stable_key(
    open_payment_steps: PaymentStepsFactory, start_provider: ProviderFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = HttpProvider._call

    async def with_another_key(self: HttpProvider, method: str, path: str, body: Any = None, *, seconds: float) -> Any:
        return await real(self, method, path, body and {**body, "id": str(uuid4())}, seconds=seconds)

    monkeypatch.setattr(HttpProvider, "_call", with_another_key)
    assert captures_after_a_lost_answer(open_payment_steps, start_provider) == 2


def test_a_final_payment_that_is_worked_again_is_noticed_without_its_guard(
    payment_steps: PaymentSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the guard the second report changes nothing (`test_payments.py`)."""
    pipeline = payment_steps.steps.pipeline
    booking = payment_steps.hold(pipeline.account().id, pipeline.flight(4))
    claim = payment_steps.begin(booking)
    outcome = payment_steps.call(claim)
    payment_steps.settle(claim, outcome)
    monkeypatch.setattr(LockedPayment, "is_final", False)
    payment_steps.settle(claim, outcome)
    assert any(each.startswith("I4") for each in pipeline.violations())


def test_a_rescue_without_looking_for_room_is_stopped_by_the_last_guard(
    payment_steps: PaymentSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = payment_steps.steps.pipeline
    flight = pipeline.flight(1)
    booking = payment_steps.hold(pipeline.account().id, flight)
    claim = payment_steps.begin(booking)
    outcome = payment_steps.call(claim)
    payment_steps.expire(booking, 120)
    payment_steps.steps.book(pipeline.account().id, flight)
    with monkeypatch.context() as broken:
        broken.setattr(settle_payment, "_has_room", lambda *_: True)
        payment_steps.settle(claim, outcome)
    assert (payment_steps.steps.status(booking), pipeline.seats(flight)[:2]) == ("EXPIRED", (0, 1))
    payment_steps.settle(claim, outcome)
    assert payment_steps.refunds(booking) == [(PRICE, "late_payment", "PENDING")]


def test_of_the_same_payment_in_many_hands_one_call_is_made(payment_steps: PaymentSteps) -> None:
    pipeline = payment_steps.steps.pipeline
    booking = payment_steps.hold(pipeline.account().id, pipeline.flight(4))
    payment_steps.pay(booking)
    calls: list[Charge] = []

    def work(_: int) -> None:
        claim = payment_steps.claim(booking)
        if claim is not None:
            calls.append(claim.charge)
            payment_steps.settle(claim, payment_steps.call(claim))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    assert len(calls) == 1
