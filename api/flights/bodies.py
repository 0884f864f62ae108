"""A flight in the body of a request, and the checks that need no I/O."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.http.wire import RequestBody, Timestamp
from api.services import Services
from core.errors import FieldError, Invalid
from core.flights import rules, times
from core.flights.details import FlightDetails
from core.places.route import LONGEST_SENT, UnknownPlaces
from core.seats.cabins.catalogue import LONGEST_NAME
from core.text.characters import strip_invisible, why_not_plain
from core.text.patterns import AMOUNT, VISIBLE

PlaceName = Annotated[
    str,
    Meta(
        max_length=LONGEST_SENT,
        description="The IATA code of an airport in capitals, or a name that means one airport.",
    ),
]

CabinName = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME, pattern=VISIBLE, examples=["A320-180"])]

_CURRENCY = f"A code of ISO 4217. If it is left out, the currency is not changed; a new flight has {rules.DEFAULT_CURRENCY}."


class FlightBody(RequestBody):
    """A flight in a request of an administrator. Times need a time zone. The price is for one seat, as a number or a string."""

    flight_number: Annotated[str, Meta(min_length=2, max_length=16, examples=["AI-202"])]
    source: PlaceName
    destination: PlaceName
    departure_ts: Timestamp
    arrival_ts: Timestamp
    total_seats: Annotated[int, Meta(ge=1, le=rules.MAX_SEATS, examples=[150])]
    price: Annotated[str, Meta(max_length=64, description="An amount in plain digits.", examples=["7500.00"])] | int | float
    currency: Annotated[str, Meta(max_length=40, description=_CURRENCY, examples=["INR"])] | UnsetType = UNSET
    cabin: CabinName | UnsetType | None = UNSET
    """The name of a cabin (`GET /admin/cabins`) with as many seats as the flight. Null: no cabin. If it is left out, the cabin is not
    changed; a new flight has none.
    """

    def details(self, services: Services, *, currency: str | UnsetType = UNSET) -> FlightDetails:
        """The details of the flight, checked against all rules. `currency`: what is used if the body has none.

        Raises:
            Invalid: it names every rule that is broken.
        """
        values = msgspec.structs.asdict(self)
        if self.currency is UNSET:
            values["currency"] = currency
        errors: list[FieldError] = []
        for field, read in (("departure_ts", times.read), ("arrival_ts", times.read), ("price", _read_price)):
            try:
                values[field] = read(values[field], f"/{field}")
            except Invalid as wrong:
                errors += wrong.data["errors"]
        if errors:
            raise Invalid.fields(errors)
        return FlightDetails.checked(**values, unknown_places=UnknownPlaces(services.settings.flights.unknown_places))


def _read_price(written: str | int | float, pointer: str) -> Decimal:
    """Read an amount from a request.

    Raises:
        Invalid: it is not an amount.
    """
    text = strip_invisible(written).strip() if isinstance(written, str) else str(written)
    if isinstance(written, str) and not re.fullmatch(AMOUNT, text):
        raise Invalid.field(pointer, "bad_format", why_not_plain(text) + rules.NOT_A_PRICE)
    return Decimal(text)
