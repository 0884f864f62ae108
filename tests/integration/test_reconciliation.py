"""The audit reads the provider's ledger: money without a booking is found."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx
import pytest

from core.payments import http_provider
from launcher.reconciliation import find_unreconciled
from tests.support.money import PaymentSteps, PracticeProvider, settle_everything
from tests.support.pipeline import Pipeline


def differences(pipeline: Pipeline, provider: PracticeProvider) -> list[str]:
    return [str(violation) for violation in find_unreconciled(pipeline.db, provider.base_url)]


def take(provider: PracticeProvider, key: str, amount: str = "7500.00") -> None:
    body = {"id": key, "amount": amount, "currency": "INR", "token": "tok_ok"}
    assert httpx.post(f"{provider.base_url}/charges", json=body, timeout=10, verify=False).is_success


def paid(payment_steps: PaymentSteps, payer: UUID, flight: UUID) -> UUID:
    """A booking that was paid for; the id of its payment."""
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking)
    payment_steps.work(booking)
    return payment_steps.payments(booking)[0][0]


def test_equal_ledgers_have_no_violations_on_any_page(
    payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_provider, "PAGE", 2)
    for _ in range(5):
        paid(payment_steps, payer, pipeline.flight(4))
    assert differences(pipeline, payment_steps.provider) == []
    stray = str(uuid4())
    take(payment_steps.provider, stray)
    assert differences(pipeline, payment_steps.provider) == [
        f"I12 the provider's ledger agrees: the provider took 7500.00 INR as {stray}, and no booking owns it"
    ]


def test_a_capture_under_a_key_that_is_no_payment_of_ours_is_found(payment_steps: PaymentSteps, pipeline: Pipeline) -> None:
    take(payment_steps.provider, "by-hand")
    (found,) = differences(pipeline, payment_steps.provider)
    assert found.endswith("as by-hand, and no booking owns it")


def test_a_capture_that_we_hold_for_declined_is_found(
    payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, flight: UUID
) -> None:
    payment = paid(payment_steps, payer, flight)
    payment_steps.steps.execute("UPDATE payments SET status = 'DECLINED' WHERE id = %s", payment)
    (found,) = differences(pipeline, payment_steps.provider)
    assert f"payment {payment} " in found
    assert "is declined, and the provider took 7500.00 INR" in found


def test_another_sum_is_found(payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, flight: UUID) -> None:
    payment = paid(payment_steps, payer, flight)
    payment_steps.steps.execute("UPDATE payments SET amount = 1 WHERE id = %s", payment)
    (found,) = differences(pipeline, payment_steps.provider)
    assert "is of 1.00 INR, and the provider took 7500.00 INR" in found


def test_a_refund_that_we_did_not_make_is_found(
    payment_steps: PaymentSteps, pipeline: Pipeline, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight)
    payment_steps.pay(booking)
    payment_steps.work(booking)
    payment_steps.steps.cancel(booking)
    assert differences(pipeline, payment_steps.provider) == []
    settle_everything(payment_steps, booking)
    assert differences(pipeline, payment_steps.provider) == []
    payment_steps.steps.execute("DELETE FROM refunds WHERE booking_id = %s", booking)
    (found,) = differences(pipeline, payment_steps.provider)
    assert "the provider gave 7500.00 back" in found


def test_a_ledger_that_cannot_be_read_is_a_violation(pipeline: Pipeline) -> None:
    (found,) = find_unreconciled(pipeline.db, "http://127.0.0.1:1")
    assert "not known" in str(found)
