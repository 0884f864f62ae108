"""The details of a flight that an administrator sends, checked and in the form in which they are stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from msgspec import UNSET, UnsetType

from core import money
from core.errors import FieldError, Invalid
from core.flights import numbers, rules
from core.places import registry, route
from core.places.route import End, UnknownPlaces
from core.seats.cabins import catalogue
from core.seats.cabins.layout import Cabin
from core.text.characters import UnusableCharacter, clean, strip_invisible, why_not_plain
from core.text.patterns import MISSING_CODES

CABIN_MISMATCH: Final = "cabin_mismatch"
"""The code of a flight that has another number of seats than its cabin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightDetails:
    """Create it with `checked`. Times have a time zone; `price` has the decimals of its currency.

    `currency` UNSET: that of the flight, see `with_currency`. `cabin` None: no cabin. UNSET: a flight that exists keeps its cabin, and a
    new one has none.
    """

    flight_number: str
    source: End
    destination: End
    departure_ts: datetime
    arrival_ts: datetime
    total_seats: int
    price: Decimal
    currency: str | UnsetType
    cabin: Cabin | UnsetType | None

    @classmethod
    def checked(
        cls,
        *,
        flight_number: str,
        source: str,
        destination: str,
        departure_ts: datetime,
        arrival_ts: datetime,
        total_seats: int,
        price: Decimal,
        currency: str | UnsetType,
        cabin: str | UnsetType | None = UNSET,
        unknown_places: UnknownPlaces = UnknownPlaces.REFUSE,
    ) -> FlightDetails:
        """Bring the details into the form in which they are stored, and check them. `source` and `destination`: the text that was sent.

        Raises:
            Invalid: it names every rule that is broken.
        """
        ends = route.read(source, destination, unknown_places)
        details = cls(
            flight_number=numbers.tidy(_cleaned(flight_number)),
            source=ends.source,
            destination=ends.destination,
            departure_ts=departure_ts,
            arrival_ts=arrival_ts,
            total_seats=total_seats,
            price=price,
            currency=_in_capitals(strip_invisible(currency)) if isinstance(currency, str) else currency,
            cabin=catalogue.find_cabin(cabin) if isinstance(cabin, str) else cabin,
        )
        errors: list[FieldError] = [
            {"pointer": f"/{field}", "code": code, "message": message} for field, code, message in details._broken_rules()
        ]
        errors += details._wrong_places()
        if isinstance(cabin, str) and details.cabin is None:
            errors.append({"pointer": "/cabin", "code": "unknown_cabin", "message": catalogue.why_unknown(cabin)})
        if errors:
            raise Invalid.fields(errors)
        return details._in_units()

    @property
    def flight_number_key(self) -> str:
        return numbers.key_of(self.flight_number)

    @property
    def departure_date(self) -> date:
        """The local date at the source."""
        return registry.local_date(self.departure_ts, self.source.place)

    def with_currency(self, present: str) -> FlightDetails:
        """A copy whose currency is not UNSET. `present`: the currency that the flight has now.

        Raises:
            Invalid: the price has more decimals than this currency, or can be read as thousands.
        """
        if not isinstance(self.currency, UnsetType):
            return self
        details = replace(self, currency=present)
        for field, code, message in details._broken_rules_of_money():
            raise Invalid.field(f"/{field}", code, message)
        return details._in_units()

    def _in_units(self) -> FlightDetails:
        """A copy whose price has the decimals of its currency."""
        return self if isinstance(self.currency, UnsetType) else replace(self, price=money.in_units(self.price, self.currency))

    def with_cabin(self, present: str | None) -> FlightDetails:
        """A copy whose cabin is not UNSET. `present`: the name of the cabin that the flight has now.

        Raises:
            Invalid: the flight keeps its cabin, which has another number of seats.
        """
        if not isinstance(self.cabin, UnsetType):
            return self
        cabin = catalogue.CABINS.get(present) if present else None
        if cabin is not None and cabin.size != self.total_seats:
            why = f"{catalogue.why_mismatched(cabin, self.total_seats)} Send another cabin, or null for none."
            raise Invalid.field("/total_seats", CABIN_MISMATCH, why)
        return replace(self, cabin=cabin)

    @property
    def cabin_name(self) -> str | None:
        """The name of the cabin, as it is stored; None: no cabin."""
        return self.cabin.name if isinstance(self.cabin, Cabin) else None

    def _wrong_places(self) -> Iterator[FieldError]:
        for field, end in (("source", self.source), ("destination", self.destination)):
            if end.fault is not None:
                yield end.fault.error(f"/{field}")

    def _broken_rules(self) -> list[tuple[str, str, str]]:
        broken = []
        if self.flight_number in MISSING_CODES:
            broken.append(("flight_number", "missing", "Must not be empty, or a placeholder such as NULL or NaN."))
        elif not re.fullmatch(rules.FLIGHT_NUMBER, self.flight_number):
            broken.append(("flight_number", "bad_format", _why_no_flight_number(self.flight_number)))
        if not self.source.fault and not self.destination.fault and self.source.key == self.destination.key:
            broken.append(("destination", "same_place", "Source and destination are the same place."))
        for field, moment in (("departure_ts", self.departure_ts), ("arrival_ts", self.arrival_ts)):
            if not rules.EARLIEST <= moment < rules.LATEST:
                years = f"{rules.EARLIEST.year} to {rules.LATEST.year - 1}"
                broken.append((field, "out_of_range", f"The time must be in the years {years}."))
        if self.arrival_ts <= self.departure_ts:
            broken.append(("arrival_ts", *rules.ARRIVES_BEFORE))
        elif self.arrival_ts - self.departure_ts > rules.LONGEST:
            broken.append(("arrival_ts", *rules.ARRIVES_TOO_LATE))
        if not 1 <= self.total_seats <= rules.MAX_SEATS:
            broken.append(("total_seats", "out_of_range", f"A flight has 1 to {rules.MAX_SEATS} seats."))
        if isinstance(self.cabin, Cabin) and self.cabin.size != self.total_seats:
            broken.append(("cabin", CABIN_MISMATCH, catalogue.why_mismatched(self.cabin, self.total_seats)))
        broken += self._broken_rules_of_money()
        return broken

    def _broken_rules_of_money(self) -> list[tuple[str, str, str]]:
        broken = []
        currency = self.currency
        if isinstance(currency, str) and not money.is_currency(currency):
            broken.append(("currency", "not_a_currency", money.why_no_currency(currency)))
            currency = UNSET
        if not self.price.is_finite() or self.price.is_signed() or self.price > rules.MAX_PRICE:
            broken.append(("price", "out_of_range", f"The price must be from 0 to {rules.MAX_PRICE}."))
        elif isinstance(currency, str) and not money.fits(self.price, currency):
            broken.append(("price", "too_many_decimals", money.why_unfit(self.price, currency)))
        return broken


def _why_no_flight_number(text: str) -> str:
    try:
        clean(text)
    except UnusableCharacter as error:
        return str(error)
    return f"{why_not_plain(text)}A flight number has 2 to 16 letters, digits, hyphens and spaces, such as AI-202 or AI 202."


def _cleaned(code: str) -> str:
    """A code in capitals without invisible characters. If it has a character that is not allowed in texts, it is returned unchanged, and
    `_broken_rules` refuses it.
    """
    try:
        return _in_capitals(clean(code))
    except UnusableCharacter:
        return code


def _in_capitals(code: str) -> str:
    """A code in capitals and without spaces around it. Text that is not ASCII is no code and stays as it is, because `upper()` can change its
    length.
    """
    code = code.strip()
    return code.upper() if code.isascii() else code
