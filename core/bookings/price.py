"""The total price of a booking, and the check that it is still the price that the traveller saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from core import money
from core.bookings.errors import PriceChanged


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money. `amount`: in units of the currency (rupees, not paise)."""

    amount: Decimal
    currency: str

    @property
    def text(self) -> str:
        """The amount with the decimals of its currency."""
        return money.text(self.amount, self.currency)

    def as_data(self) -> dict[str, str]:
        """As JSON for clients."""
        return {"amount": self.text, "currency": self.currency}


class Priced(Protocol):
    """One flight of a booking, as far as its price matters. `price`: of one seat."""

    @property
    def price(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


def total_of(flights: Sequence[Priced], seats: int) -> Price:
    """The price of `seats` seats on each of these flights. All have the same currency."""
    return Price(sum((flight.price for flight in flights), Decimal(0)) * seats, flights[0].currency)


def find_change(expected: Price | None, flights: Sequence[Priced], seats: int) -> PriceChanged | None:
    """The error for a booking whose traveller saw another total. None if the total is the same, or the request did not name one."""
    if expected is None:
        return None
    actual = total_of(flights, seats)
    if actual == expected:
        return None
    return PriceChanged(
        f"The price is {actual.text} {actual.currency} now, not {expected.text} {expected.currency}. Book again with the new price.",
        expected=expected.as_data(),
        actual=actual.as_data(),
    )
