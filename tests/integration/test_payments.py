"""Payments, step by step: every token, every order of events, and what the provider's books say afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.bookings.models import PaymentMode
from core.payments.errors import AlreadyPaid, HoldExpired, NotPayable, PaymentInProgress
from core.payments.provider import Verdict
from tests.support.money import Till
from tests.support.pipeline import Pipeline

PRICE = Decimal("7500.00")


def test_a_hold_that_is_paid_is_confirmed(till: Till, pipeline: Pipeline) -> None:
    traveller, flight = pipeline.account(), pipeline.flight(4)
    trip = till.hold(traveller.id, flight, 2)
    assert pipeline.seats(flight) == (2, 0, 2)
    till.pay(trip)
    till.work(trip)
    assert till.steps.status(trip) == "CONFIRMED"
    assert pipeline.seats(flight) == (0, 2, 2)
    assert till.provider.balance() == 2 * PRICE
    assert pipeline.violations([trip]) == []
