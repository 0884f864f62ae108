"""The view of a booking for somebody who is not its owner but knows its reference and a surname, such as check-in staff."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from core.bookings.reading.views import BookedFlight, BookingView
from core.bookings.states import BookingStatus


class CheckInView(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as shown to somebody who does not own it: no ids, price, payment, history or contacts."""

    reference: str
    status: BookingStatus
    seats: int
    flights: list[BookedFlight]
    """In the order of travel."""
    passengers: list[str]
    """The passengers with the requested surname. Others are not shown."""


def view(booking: BookingView, names: Sequence[str]) -> CheckInView:
    """`names`: of the passengers with the requested surname."""
    return CheckInView(
        reference=booking.reference,
        status=booking.status,
        seats=booking.seats,
        flights=[segment.flight for segment in booking.segments],
        passengers=list(names),
    )
