"""The audit reads the provider's books: money that no booking owns is found, wherever it came from."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx
import pytest

from core.payments import http_provider
from launcher.reconciliation import find_unreconciled
from tests.support.money import PracticeProvider, Till, settle_everything
from tests.support.pipeline import Pipeline


def said(pipeline: Pipeline, provider: PracticeProvider) -> list[str]:
    return [str(violation) for violation in find_unreconciled(pipeline.db, provider.base_url)]


def take(provider: PracticeProvider, key: str, amount: str = "7500.00") -> None:
    body = {"id": key, "amount": amount, "currency": "INR", "token": "tok_ok"}
    assert httpx.post(f"{provider.base_url}/charges", json=body, timeout=10, verify=False).is_success


def paid(till: Till, payer: UUID, flight: UUID) -> UUID:
    """A booking that was paid for; the id of its payment."""
    trip = till.hold(payer, flight)
    till.pay(trip)
    till.work(trip)
    return till.payments(trip)[0][0]


def test_books_that_agree_say_nothing_page_after_page(
    till: Till, pipeline: Pipeline, payer: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_provider, "PAGE", 2)
    for _ in range(5):
        paid(till, payer, pipeline.flight(4))
    assert said(pipeline, till.provider) == []
    stray = str(uuid4())
    take(till.provider, stray)
    assert said(pipeline, till.provider) == [
        f"I12 the provider's books agree: the provider took 7500.00 INR as {stray}, and no booking owns it"
    ]


def test_a_capture_under_a_key_that_is_no_payment_of_ours_is_found(till: Till, pipeline: Pipeline) -> None:
    take(till.provider, "by-hand")
    (found,) = said(pipeline, till.provider)
    assert found.endswith("as by-hand, and no booking owns it")


def test_a_capture_that_we_hold_for_declined_is_found(till: Till, pipeline: Pipeline, payer: UUID, flight: UUID) -> None:
    payment = paid(till, payer, flight)
    till.steps.execute("UPDATE payments SET status = 'DECLINED' WHERE id = %s", payment)
    (found,) = said(pipeline, till.provider)
    assert f"payment {payment} " in found
    assert "is declined, and the provider took 7500.00 INR" in found


def test_another_sum_is_found(till: Till, pipeline: Pipeline, payer: UUID, flight: UUID) -> None:
    payment = paid(till, payer, flight)
    till.steps.execute("UPDATE payments SET amount = 1 WHERE id = %s", payment)
    (found,) = said(pipeline, till.provider)
    assert "is of 1.00 INR, and the provider took 7500.00 INR" in found


def test_a_refund_that_we_did_not_make_is_found(till: Till, pipeline: Pipeline, payer: UUID, flight: UUID) -> None:
    trip = till.hold(payer, flight)
    till.pay(trip)
    till.work(trip)
    till.steps.cancel(trip)
    assert said(pipeline, till.provider) == []
    settle_everything(till, trip)
    assert said(pipeline, till.provider) == []
    till.steps.execute("DELETE FROM refunds WHERE booking_id = %s", trip)
    (found,) = said(pipeline, till.provider)
    assert "the provider gave 7500.00 back" in found


def test_books_that_cannot_be_read_are_no_good_news(pipeline: Pipeline) -> None:
    (found,) = find_unreconciled(pipeline.db, "http://127.0.0.1:1")
    assert "not known" in str(found)
