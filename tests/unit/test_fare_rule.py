"""The cancellation fee, at the limits of the fare rule."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.bookings.quotes import fee_of
from core.settings import Fares

HOUR, DAY, MOMENT = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
PAID = Decimal("7500.00")


@pytest.fixture
def fares() -> Fares:
    return Fares(
        cancel_free_hours=24,
        cancel_free_days=7,
        cancel_fee_percent=Decimal(25),
        cancel_no_refund_hours=24,
        cancel_quote_minutes=15,
    )


@pytest.mark.parametrize(
    ("since_booking", "to_departure", "fee"),
    [
        (MOMENT, 30 * DAY, "0"),
        (24 * HOUR, 7 * DAY, "0"),
        (24 * HOUR + MOMENT, 7 * DAY, "1875.00"),
        (24 * HOUR, 7 * DAY - MOMENT, "1875.00"),
        (60 * DAY, 24 * HOUR + MOMENT, "1875.00"),
        (60 * DAY, 24 * HOUR, "7500.00"),
        (MOMENT, MOMENT, "7500.00"),
    ],
)
def test_the_fee_follows_the_time_since_booking_and_to_departure(
    fares: Fares, since_booking: timedelta, to_departure: timedelta, fee: str
) -> None:
    assert fee_of(fares, PAID, "INR", since_booking=since_booking, to_departure=to_departure) == Decimal(fee)


@pytest.mark.parametrize(("paid", "fee"), [("0.02", "0.01"), ("0.01", "0.00"), ("99999999.99", "25000000.00"), ("0.00", "0.00")])
def test_a_fee_is_whole_cents_and_never_more_than_was_paid(fares: Fares, paid: str, fee: str) -> None:
    assert str(fee_of(fares, Decimal(paid), "INR", since_booking=2 * DAY, to_departure=3 * DAY)) == fee


@pytest.mark.parametrize(
    ("currency", "paid", "fee"),
    [("JPY", "1001", "250"), ("JPY", "1002", "251"), ("KWD", "12.345", "3.086"), ("EUR", "0.03", "0.01")],
)
def test_a_fee_is_whole_coins_of_its_currency(fares: Fares, currency: str, paid: str, fee: str) -> None:
    assert str(fee_of(fares, Decimal(paid), currency, since_booking=2 * DAY, to_departure=3 * DAY)) == fee
