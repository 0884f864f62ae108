"""The body of a booking request: flights, seats, passengers and payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from api.http.wire import RequestBody, Word
from core import money
from core.bookings.models import PaymentMode
from core.bookings.passengers import Traveller, require_faultless
from core.bookings.price import Price
from core.bookings.seat_numbers import requested
from core.bookings.seat_numbers.requested import RequestedSeats
from core.errors import Invalid
from core.text.patterns import AMOUNT, VISIBLE

Seats = Annotated[int, Meta(ge=1, le=9, description="Seats on each flight, 1 to 9.", examples=[2])]
PassengerName = Annotated[str, Meta(min_length=1, max_length=100, examples=["Asha Rao"])]
PassengerContact = Annotated[str, Meta(min_length=1, max_length=200, pattern=VISIBLE)]

MORE_THAN_ANY_TOTAL: Final = Decimal(10) ** 12
"""The largest amount, in whole units of any currency. JSON numbers are not limited by a pattern, and amounts of 20 digits would be rounded.
"""

SeatNumberText = Annotated[str, Meta(min_length=2, max_length=8, examples=["12A"])]
SeatNumbers = (
    Annotated[list[Annotated[list[SeatNumberText], Meta(max_length=9)]], Meta(min_length=1, max_length=6)] | Literal["best"]
)


class PassengerBody(RequestBody):
    """One named traveller. All parts of the name after the first name can be used as the surname in look-ups by reference."""

    name: PassengerName
    date_of_birth: date | None = None
    contact: PassengerContact | None = None
    """An email address or a telephone number."""


class PaymentBody(RequestBody):
    """How the booking is paid. `{"token": "tok_ok"}`: the card is charged at once. `{"hold": true}`: the seats are held, and paid later."""

    token: Word | None = None
    hold: bool = False


class PriceBody(RequestBody):
    """A price, as in `{"amount": "15000.00", "currency": "INR"}`."""

    amount: Annotated[str, Meta(pattern=AMOUNT, examples=["15000.00"])] | int | float
    currency: Annotated[str, Meta(min_length=3, max_length=3, pattern=VISIBLE, examples=["INR"])]

    def read(self, pointer: str) -> Price:
        """The price in the form for the core. `pointer`: its place in the request.

        Raises:
            Invalid: it is not an amount of a currency.
        """
        amount, currency = Decimal(str(self.amount)), self.currency.upper()
        if not self.currency.isascii() or not money.is_currency(currency):
            raise Invalid.field(f"{pointer}/currency", "not_a_currency", money.why_no_currency(self.currency))
        if abs(amount) >= MORE_THAN_ANY_TOTAL:
            raise Invalid.field(f"{pointer}/amount", "too_large", "The amount is larger than any possible price.")
        if money.has_too_many_places(amount, currency):
            raise Invalid.field(f"{pointer}/amount", "too_many_decimals", money.why_too_many(currency))
        return Price(amount, currency)


class BookingBody(RequestBody):
    """A booking request: `flight_id` for one flight, or `flight_ids` for a trip of several flights, in the order of travel. All flights of
    a trip are booked, or none.
    """

    seats: Seats
    flight_id: UUID | None = None
    flight_ids: Annotated[list[UUID], Meta(min_length=2, max_length=6)] | None = None
    user_id: UUID | None = None
    """The account of the traveller. Only an administrator may name another account than their own."""
    passengers: Annotated[list[PassengerBody], Meta(max_length=9)] = msgspec.field(default_factory=list)
    """At most one passenger for each seat."""
    payment: PaymentBody | None = None
    """Without it the booking is confirmed as soon as its seats are reserved."""
    expected_total: PriceBody | None = None
    """The total price that the traveller saw, for all seats on all flights. If the present total is different, nothing is booked: 409
    `price_changed`.
    """
    seat_numbers: SeatNumbers | None = None
    """Seat numbers, for flights with a cabin (`GET /api/v1/flights/{id}/seats`): for each flight a list with one seat number for each seat,
    in the order of the passengers, or an empty list; or `"best"`. If one of them is taken, nothing is booked: 409 `seat_taken`.
    """
    allow_duplicate: bool = False
    """Accept a second booking of a flight that the traveller booked a few minutes ago."""

    def flights(self) -> tuple[UUID, ...]:
        """The flights in the order of travel.

        Raises:
            Invalid: there is none, both fields are set, or a flight occurs twice.
        """
        if (self.flight_id is None) == (self.flight_ids is None):
            raise Invalid.field("/flight_id", "one_of", "Name either flight_id or flight_ids.")
        flights = (self.flight_id,) if self.flight_id is not None else tuple(self.flight_ids or ())
        if len(set(flights)) < len(flights):
            raise Invalid.field("/flight_ids", "duplicate", "A flight is listed twice. List each flight once.")
        return flights

    def mode(self) -> PaymentMode:
        """How this booking is paid.

        Raises:
            Invalid: the payment is neither a token nor a hold, or both.
        """
        if self.payment is None:
            return PaymentMode.NONE
        if (self.payment.token is None) == (not self.payment.hold):
            raise Invalid.field("/payment", "one_of", "Name either a token, or hold: true.")
        return PaymentMode.HOLD if self.payment.hold else PaymentMode.TOKEN

    def price(self) -> Price | None:
        """The total that the traveller saw.

        Raises:
            Invalid: it is not an amount of a currency.
        """
        return None if self.expected_total is None else self.expected_total.read("/expected_total")

    def requested_seats(self) -> RequestedSeats | None:
        """The seats in the form in which they are stored.

        Raises:
            Invalid: a text is no seat number, or a seat occurs twice.
        """
        return None if self.seat_numbers is None else requested.read(self.seat_numbers)

    def travellers(self) -> tuple[Traveller, ...]:
        """The named passengers.

        Raises:
            Invalid: there are more passengers than seats, or one has no surname or a date of birth in the future.
        """
        if len(self.passengers) > self.seats:
            raise Invalid.field(
                "/passengers",
                "too_many",
                f"There are {len(self.passengers)} travellers and {self.seats} seats. Book a seat for each traveller.",
            )
        travellers = [Traveller(each.name, each.date_of_birth, each.contact) for each in self.passengers]
        return require_faultless(travellers, [f"/passengers/{index}" for index in range(len(travellers))])
