"""What a stranger sees who knows a reference and a surname, such as the desk where one checks in: who travels, when, and whether."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from core.bookings.states import BookingStatus
from core.bookings.views import BookedFlight, BookingView


class DeskView(msgspec.Struct, frozen=True, kw_only=True):
    """A booking for who does not own it. No ids, no price, no payment, no history, no contacts."""

    reference: str
    status: BookingStatus
    seats: int
    flights: list[BookedFlight]
    """In the order of travel."""
    passengers: list[str]
    """The names with the surname that was asked for; nobody else's."""


def view(booking: BookingView, names: Sequence[str]) -> DeskView:
    """Of this booking. `names`: of the passengers who were asked for."""
    return DeskView(
        reference=booking.reference,
        status=booking.status,
        seats=booking.seats,
        flights=[segment.flight for segment in booking.segments],
        passengers=list(names),
    )
