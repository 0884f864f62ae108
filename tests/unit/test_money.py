"""Units of money: which currencies there are, and how many decimals an amount has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core import money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("7500", "INR", "7500.00"),
        ("7500.5", "EUR", "7500.50"),
        ("1001.00", "JPY", "1001"),
        ("1E+3", "KRW", "1000"),
        ("12.345", "KWD", "12.345"),
        ("12", "BHD", "12.000"),
        ("0", "JPY", "0"),
        ("0.005", "USD", "0.01"),
    ],
)
def test_an_amount_is_written_in_the_units_of_its_currency(amount: str, currency: str, text: str) -> None:
    assert money.text(Decimal(amount), currency) == text


@pytest.mark.parametrize("code", ["INR", "JPY", "KWD", "XAF", "XPF", "ISK", "CLP", "XCG", "ZWG", "VES"])
def test_what_people_pay_with_is_a_currency(code: str) -> None:
    assert money.is_currency(code)


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "ZZZ", "BTC", "inr", "", "DEM", "US$", "CLF", "UYI"])
def test_codes_that_are_no_money_are_no_currencies(code: str) -> None:
    assert not money.is_currency(code)


@pytest.mark.parametrize(
    ("amount", "currency", "fits"),
    [
        ("1000.50", "JPY", False),
        ("1000.00", "JPY", True),
        ("12.345", "KWD", True),
        ("12.3456", "KWD", False),
        ("1.005", "INR", False),
    ],
)
def test_a_part_of_a_coin_is_too_much(amount: str, currency: str, fits: bool) -> None:
    assert money.has_too_many_places(Decimal(amount), currency) is not fits
