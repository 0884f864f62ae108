"""Expiry, payment, callback, cancellation and other buyers at the same time: each booking has one result, and its money matches it."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.errors import Conflict
from core.lifecycle import end, settle_payment
from core.lifecycle.settle_payment import Claim
from core.payments.provider import ChargeOutcome
from tests.support.money import PaymentSteps, PaymentStepsFactory, ProviderFactory
from tests.support.pipeline import Pipeline
from tests.support.waiting import until
from workers.bookings import reserve_bookings

SEED = 20261123
FLIGHTS = 20
SEATS = 10
BOOKINGS_IN_A_HEAT = 4
LATE = 120
"""Minutes: beyond the time that a payment in doubt is waited for."""


class Race:
    """So many bookings that are held and being paid, and everything that may happen to them."""

    def __init__(self, payment_steps: PaymentSteps, bookings: int) -> None:
        self.payment_steps = payment_steps
        self.pipeline = payment_steps.steps.pipeline
        self.chance = random.Random(SEED)
        self.outcomes: dict[UUID, tuple[Claim, ChargeOutcome]] = {}
        self.flights = [self.pipeline.flight(SEATS, departs_in=timedelta(days=30)) for _ in range(FLIGHTS)]
        users = self.pipeline.accounts(bookings)
        requests = [BookingRequest(user.id, (self.flights[n % FLIGHTS],), 1, PaymentMode.HOLD) for n, user in enumerate(users)]
        self.bookings = self.pipeline.accept(*requests)
        reserve_bookings(payment_steps.steps.context, self.bookings)
        for booking in self.bookings:
            payment_steps.pay(booking, self.chance.choices(["tok_ok", "tok_declined", "tok_error_once"], [8, 1, 1])[0])

    def acts(self) -> list[Callable[[], object]]:
        """All that happens, in the order of the seed. What happens to one booking happens at about the same time."""
        heats = [self.bookings[start : start + BOOKINGS_IN_A_HEAT] for start in range(0, len(self.bookings), BOOKINGS_IN_A_HEAT)]
        return [act for heat in heats for act in self.heat(heat)]

    def heat(self, bookings: list[UUID]) -> list[Callable[[], object]]:
        acts: list[Callable[[], object]] = []
        for booking in bookings:
            acts += [partial(self.receive_outcome, booking), partial(self.call_back, booking)]
            if self.chance.random() < 0.3:
                acts.append(partial(self.charge, booking))
            else:
                self.charge(booking)
            if self.chance.random() < 0.6:
                acts.append(partial(self.payment_steps.expire, booking, self.chance.choice([1, LATE])))
            if self.chance.random() < 0.5:
                acts.append(partial(self.payment_steps.steps.cancel, booking))
            if self.chance.random() < 0.2:
                acts.append(partial(self.payment_steps.pay, booking))
            if self.chance.random() < 0.4:
                buyer = self.pipeline.account()
                acts.append(partial(self.payment_steps.steps.book, buyer.id, self.chance.choice(self.flights), 2))
        self.chance.shuffle(acts)
        return acts

    def charge(self, booking: UUID) -> None:
        """A worker calls the provider. The outcome is not stored yet, and may never be."""
        claim = self.payment_steps.claim(booking)
        if claim is not None:
            self.outcomes[booking] = (claim, self.payment_steps.call(claim))

    def receive_outcome(self, booking: UUID) -> None:
        if booking in self.outcomes:
            self.payment_steps.settle(*self.outcomes[booking])

    def call_back(self, booking: UUID) -> None:
        """The provider sends callbacks for the charges that it has decided."""
        for attempt, _, _ in self.payment_steps.payments(booking):
            status = self.payment_steps.provider.status(attempt)
            if status is not None:
                self.payment_steps.callback(attempt, f"charge.{status}")

    def finish(self) -> None:
        """What workers and the sweep do until nothing is left; then all holds end."""

        def nothing_is_left() -> bool:
            self.payment_steps.end_leases()
            self.payment_steps.sweep()
            for (booking,) in self.payment_steps.rows(
                "SELECT booking_id FROM payments WHERE status IN ('REQUIRES_PAYMENT', 'UNKNOWN')"
            ):
                self.payment_steps.work(booking)
            self.payment_steps.refund()
            return not self.payment_steps.rows(
                "SELECT FROM payments WHERE next_at IS NOT NULL UNION ALL SELECT FROM refunds WHERE next_at IS NOT NULL"
            )

        until(nothing_is_left, seconds=60)
        reserve_bookings(
            self.payment_steps.steps.context,
            [row[0] for row in self.payment_steps.rows("SELECT id FROM bookings WHERE status = 'PENDING'")],
        )
        for (booking,) in self.payment_steps.rows("SELECT id FROM bookings WHERE status = 'HELD'"):
            self.payment_steps.expire(booking)


@pytest.fixture(autouse=True)
def _wide_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between what a transaction reads and what it writes there is time for others."""
    for module in (end, settle_payment):
        monkeypatch.setattr(module, "write_counts", partial(_slowly, module.write_counts))


def _slowly(write_counts: Callable[..., None], *arguments: object) -> None:
    time.sleep(0.01)
    write_counts(*arguments)


@pytest.mark.parametrize("bookings", [60, pytest.param(200, marks=pytest.mark.variant)])
def test_in_each_race_a_booking_has_one_winner(
    open_payment_steps: PaymentStepsFactory, start_provider: ProviderFactory, pipeline: Pipeline, bookings: int
) -> None:
    payment_steps = open_payment_steps(start_provider(), 5.0)
    race = Race(payment_steps, bookings)

    def run(act: Callable[[], object]) -> None:
        with suppress(Conflict):  # what the traveller hears who comes too late
            act()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, race.acts()))
    race.finish()
    assert_one_winner_each(race, pipeline)


def assert_one_winner_each(race: Race, pipeline: Pipeline) -> None:
    endings = pipeline.endings(race.bookings)
    assert set(endings) <= {"CONFIRMED", "CANCELLED", "EXPIRED"}, endings
    assert min(endings.values()) >= len(race.bookings) // 20, f"a race without contestants: {endings}"
    ledger = race.payment_steps.provider.ledger()
    captured = {charge["id"]: Decimal(charge["amount"]) for charge in ledger["charges"] if charge["status"] == "captured"}
    returned: dict[str, Decimal] = defaultdict(Decimal)
    for refund in ledger["refunds"]:
        returned[refund["charge_id"]] += Decimal(refund["amount"])
    for booking in race.bookings:
        charges = [str(attempt) for attempt, _, _ in race.payment_steps.payments(booking) if str(attempt) in captured]
        assert len(charges) <= 1, f"{booking} was charged twice"
        retained = sum((captured[charge] - returned[charge] for charge in charges), Decimal(0))
        owed = Decimal(7500) if race.payment_steps.steps.status(booking) == "CONFIRMED" else Decimal(0)
        assert retained == owed, f"{booking} is {race.payment_steps.steps.status(booking)}, and the provider keeps {retained}"
    assert [each for each in pipeline.violations(race.bookings) if not each.startswith("I8")] == []
