"""The practice provider on a real port, and payments called step by step in the test's own process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal

from core.after_commit import AfterCommit
from core.bookings.models import PaymentMode
from core.lifecycle import pay, settle_payment
from core.lifecycle.settle_payment import Claim
from core.payments import events
from core.payments.http_provider import HttpProvider
from core.payments.provider import ChargeOutcome, Provider, RefundOutcome
from mockpay.app import create_app
from mockpay.settings import MockpaySettings
from tests.support.api import running
from tests.support.pipeline import Pipeline
from tests.support.steps import HOLD_MINUTES, Steps
from tests.support.waiting import until
from workers.payment_operations import ChargeOperation, RefundOperation, Transactions
from workers.sweeps import money as money_sweep

PRICE = Decimal("7500.00")
FREE_TO_CANCEL = timedelta(days=30)
LATE = 120
"""Minutes after the end of a hold: beyond the hard limit."""
SECRET = "what the provider and the merchant share"


@dataclass(frozen=True)
class PracticeProvider:
    """A running mockpay."""

    base_url: str

    def ledger(self) -> dict[str, Any]:
        read: dict[str, Any] = httpx.get(f"{self.base_url}/ledger", timeout=10, verify=False).json()
        return read

    def balance(self, *payment_ids: UUID) -> Decimal:
        """Captured minus refunded, of these charges; without ids, of all."""
        ledger = self.ledger()
        wanted = {str(payment_id) for payment_id in payment_ids}
        captured = [c for c in ledger["charges"] if c["status"] == "captured" and (not wanted or c["id"] in wanted)]
        refunded = [r for r in ledger["refunds"] if not wanted or r["charge_id"] in wanted]
        return sum((Decimal(c["amount"]) for c in captured), Decimal(0)) - sum(
            (Decimal(r["amount"]) for r in refunded), Decimal(0)
        )

    def status(self, payment_id: UUID) -> str | None:
        """What it knows of one charge; None: nothing."""
        # `verify=False`: to read the system's certificates, which this connection does not need, takes longer than the request.
        response = httpx.get(f"{self.base_url}/charges/{payment_id}", timeout=10, verify=False)
        return str(response.json()["status"]) if response.is_success else None

    def charges(self) -> list[dict[str, Any]]:
        """Every charge in its ledger."""
        return list(self.ledger()["charges"])


ProviderFactory = Callable[..., PracticeProvider]


@pytest.fixture
def start_provider(tmp_path: Path) -> Iterator[ProviderFactory]:
    """Call it with settings of `MockpaySettings` for a running provider with a ledger of its own."""
    with ExitStack() as stack:

        def start(**settings: Any) -> PracticeProvider:
            ledger = tmp_path / f"ledger-{uuid4().hex}.sqlite"
            app = create_app(MockpaySettings(**{"ledger": ledger, "secret": SECRET, **settings}))
            return PracticeProvider(stack.enter_context(running(app, lambda config, _: uvicorn.Server(config))).base_url)

        yield start


@pytest.fixture
def provider(start_provider: ProviderFactory) -> PracticeProvider:
    """A provider that sends no callbacks."""
    return start_provider()


class PaymentSteps:
    """The steps of a payment, called one by one in the process of the test. No worker and no sweep run."""

    def __init__(self, steps: Steps, provider: PracticeProvider, portal: BlockingPortal, seconds: float) -> None:
        self.steps = steps
        self.provider = provider
        self._portal = portal
        self._line: Provider = portal.call(lambda: HttpProvider(provider.base_url, seconds=seconds))
        context = steps.context
        transactions = Transactions(context.db, context.redis, context.dispatcher)
        self._payments = ChargeOperation(transactions, hold_minutes=HOLD_MINUTES)
        self._refunds = RefundOperation(transactions)

    def hold(self, user_id: UUID, flight_ids: UUID | tuple[UUID, ...], seats: int = 1) -> UUID:
        """A booking that is held, and waits for its traveller to pay."""
        return self.steps.book(user_id, flight_ids, seats, PaymentMode.HOLD)

    def pay(self, booking_id: UUID, token: str = "tok_ok", owner_id: UUID | None = None) -> None:
        """What the API does when the traveller pays. No message is sent to a worker."""
        with self.steps.context.db.transaction() as connection:
            after = pay.pay(connection, booking_id, owner_id, token)
        after.messages.clear()
        after.run(self.steps.context.redis, self.steps.context.dispatcher)

    def begin(self, booking: UUID) -> Claim:
        """The traveller pays, and a worker has claimed the payment; nothing was sent to the provider yet."""
        self.pay(booking)
        claim = self.claim(booking)
        assert claim is not None
        return claim

    def claim(self, booking_id: UUID) -> Claim | None:
        return self._payments.claim([booking_id])[0]

    def call(self, claim: Claim) -> ChargeOutcome:
        """What the worker does with a claim, at the provider."""
        return self._portal.call(self._payments.call, self._line, claim)

    def settle(self, claim: Claim, outcome: ChargeOutcome) -> None:
        self._payments.settle([(claim, outcome)])

    def work(self, booking_id: UUID) -> ChargeOutcome | None:
        """All that a worker does for one booking now; None when there was nothing to do."""
        claim = self.claim(booking_id)
        if claim is None:
            return None
        outcome = self.call(claim)
        self.settle(claim, outcome)
        return outcome

    def refund(self) -> list[RefundOutcome]:
        """Send every refund that is pending."""
        ids = [row[0] for row in self.rows("SELECT id FROM refunds WHERE status = 'PENDING' ORDER BY id")]
        claims = [claim for claim in self._refunds.claim(ids) if claim is not None]
        outcomes = [self._portal.call(self._refunds.call, self._line, claim) for claim in claims]
        self._refunds.settle(list(zip(claims, outcomes, strict=True)))
        return outcomes

    def callback(
        self,
        payment_id: UUID,
        kind: str = "charge.captured",
        event_id: str | None = None,
        money: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """What the API does with a verified event; `money`: the amount and currency that it names, if any."""
        body = {"id": event_id or f"evt_{uuid4().hex}", "type": kind, "charge_id": str(payment_id)}
        body |= {name: said for name, said in zip(("amount", "currency"), money, strict=True) if said is not None}
        event = events.read(json.dumps(body).encode())
        assert event is not None
        after = AfterCommit()
        with self.steps.context.db.transaction() as connection:
            settle_payment.apply_events(connection, [event], after, hold_minutes=HOLD_MINUTES)
        after.run(self.steps.context.redis, self.steps.context.dispatcher)

    def end_hold(self, booking_id: UUID, minutes_ago: int = 1) -> None:
        """Let the hold have ended; the sweep has not seen it."""
        self.steps.execute(
            "UPDATE bookings SET hold_expires_at = now() - %s * interval '1 minute', next_at = now() - interval '1 second' WHERE id = %s",
            minutes_ago,
            booking_id,
        )

    def end_leases(self) -> None:
        """End every lease and every waiting time of payments and refunds."""
        self.steps.execute("UPDATE payments SET next_at = now() - interval '1 second' WHERE next_at IS NOT NULL")
        self.steps.execute("UPDATE refunds SET next_at = now() - interval '1 second' WHERE next_at IS NOT NULL")

    def sweep(self) -> None:
        """One round of the sweep."""
        for _, step in money_sweep.steps(self.steps.context):
            step()

    def expire(self, booking_id: UUID, minutes_ago: int = 1) -> None:
        """The hold ends, and the sweep sees it."""
        self.end_hold(booking_id, minutes_ago)
        self.sweep()

    def payments(self, booking_id: UUID) -> list[tuple[UUID, str, str | None]]:
        """Its attempts, the oldest first: id, status, decline code."""
        return [
            tuple(row)
            for row in self.rows("SELECT id, status, decline_code FROM payments WHERE booking_id = %s ORDER BY id", booking_id)
        ]

    def refunds(self, booking_id: UUID) -> list[tuple[Decimal, str, str]]:
        """Amount, reason, status."""
        return [tuple(row) for row in self.rows("SELECT amount, reason, status FROM refunds WHERE booking_id = %s", booking_id)]

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.steps.context.db.snapshot() as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def close(self) -> None:
        self._portal.call(self._line.close)


PaymentStepsFactory = Callable[[PracticeProvider, float], PaymentSteps]


@pytest.fixture
def open_payment_steps(steps: Steps) -> Iterator[PaymentStepsFactory]:
    """Call it with a provider, and the time-out of its responses in seconds."""
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())

        def opened(provider: PracticeProvider, seconds: float) -> PaymentSteps:
            payment_steps = PaymentSteps(steps, provider, portal, seconds)
            stack.callback(payment_steps.close)
            return payment_steps

        yield opened


@pytest.fixture
def payment_steps(open_payment_steps: PaymentStepsFactory, provider: PracticeProvider) -> PaymentSteps:
    """Payments against a provider that never calls back, with a time-out of half a second."""
    return open_payment_steps(provider, 0.5)


@pytest.fixture
def payer(pipeline: Pipeline) -> UUID:
    return pipeline.account().id


@pytest.fixture
def flight(pipeline: Pipeline) -> UUID:
    """Four seats, each at `PRICE`, far enough ahead to be cancelled free of charge."""
    return pipeline.flight(4, departs_in=FREE_TO_CANCEL)


def statuses(payment_steps: PaymentSteps, booking: UUID) -> list[str]:
    """Of its payments, in their order."""
    return [status for _, status, _ in payment_steps.payments(booking)]


def settle_everything(payment_steps: PaymentSteps, booking: UUID) -> None:
    """What workers and the sweep do until nothing is left to do."""

    def nothing_is_left() -> bool:
        payment_steps.end_leases()
        payment_steps.sweep()
        payment_steps.work(booking)
        payment_steps.refund()
        return not payment_steps.rows(
            "SELECT FROM payments WHERE next_at IS NOT NULL UNION ALL SELECT FROM refunds WHERE next_at IS NOT NULL"
        )

    until(nothing_is_left)


def assert_square(payment_steps: PaymentSteps, *bookings: UUID) -> None:
    """Confirmed bookings are paid, all others are not, and every invariant holds."""
    for booking in bookings:
        owed = payment_steps.rows("SELECT sum(price_total) FROM bookings WHERE id = %s AND status = 'CONFIRMED'", booking)[0][0]
        assert payment_steps.provider.balance(*(payment for payment, _, _ in payment_steps.payments(booking))) == (owed or 0)
    # Nobody reads the queue in these tests.
    assert [each for each in payment_steps.steps.pipeline.violations() if not each.startswith("I8")] == []
