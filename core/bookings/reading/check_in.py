"""The view of a booking for somebody who is not its owner but knows its reference and a surname: a traveller without an account, or check-in staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from core.bookings.reading.views import BookedFlight, BookingView, PassengerView, Segment
from core.bookings.states import ACTIVE, BookingAction, BookingStatus


class BoardingView(msgspec.Struct, frozen=True, kw_only=True):
    """A traveller with the requested surname, and where they sit."""

    name: str
    seat_numbers: list[str | None]
    """One for each flight; null: none is picked, or the seats of the flight have no numbers."""


class CheckInView(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as shown to somebody who does not own it: no ids, price, payment, history or contacts."""

    reference: str
    status: BookingStatus
    seats: int
    flights: list[BookedFlight]
    """In the order of travel."""
    passengers: list[str]
    """The travellers with the requested surname. Others are not shown."""
    boarding: list[BoardingView]
    """The same travellers, with their seats."""
    payment_required_by: datetime | None
    """Until when held seats have to be paid for; null: nothing is to be paid now."""
    available_actions: list[BookingAction]
    """What the owner of the booking can do now, with the account that booked."""
    seats_change_until: list[datetime | None]
    """For each flight: until when the owner can pick and change seats; null: the seats have no numbers, or the booking has ended."""


def view(booking: BookingView, travellers: Sequence[PassengerView]) -> CheckInView:
    """`travellers`: those with the requested surname."""
    active = booking.status in ACTIVE
    return CheckInView(
        reference=booking.reference,
        status=booking.status,
        seats=booking.seats,
        flights=[segment.flight for segment in booking.segments],
        passengers=[traveller.name for traveller in travellers],
        boarding=[
            BoardingView(name=each.name, seat_numbers=[_seat_of(each, segment) for segment in booking.segments])
            for each in travellers
        ],
        payment_required_by=booking.payment_required_by,
        available_actions=booking.available_actions,
        seats_change_until=[segment.seats_change_until if active else None for segment in booking.segments],
    )


def _seat_of(traveller: PassengerView, segment: Segment) -> str | None:
    """Positions count from 1. A booking has a seat number for each of its travellers, or none at all."""
    return segment.seat_numbers[traveller.position - 1] if segment.seat_numbers else None
