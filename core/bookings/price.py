"""What a booking costs: the total of its flights for all its seats, and whether it is still the total that its traveller saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from core import money
from core.bookings.errors import PriceChanged


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` in whole units of the currency."""

    amount: Decimal
    currency: str

    @property
    def text(self) -> str:
        """The amount with the decimals of its currency."""
        return money.text(self.amount, self.currency)

    def as_data(self) -> dict[str, str]:
        """As clients read it."""
        return {"amount": self.text, "currency": self.currency}


class Priced(Protocol):
    """One flight of a booking, as far as its price matters. `price`: of one seat."""

    @property
    def price(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


def total_of(flights: Sequence[Priced], seats: int) -> Price:
    """What `seats` seats cost on each of these flights, which are all sold in one currency."""
    return Price(sum((flight.price for flight in flights), Decimal(0)) * seats, flights[0].currency)


def find_change(expected: Price | None, flights: Sequence[Priced], seats: int) -> PriceChanged | None:
    """The refusal of a booking whose traveller saw another total; None when it is the same, or none was named."""
    if expected is None:
        return None
    actual = total_of(flights, seats)
    if actual == expected:
        return None
    return PriceChanged(
        f"The price is {actual.text} {actual.currency} now, and not {expected.text} {expected.currency}.",
        expected=expected.as_data(),
        actual=actual.as_data(),
    )
