"""Which bookings have a ticket, and its contents: flights in the local times of their places, travellers, and the paid price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from core.bookings.reading.views import BookedFlight, BookingView, Segment
from core.bookings.states import BookingStatus
from core.flights.models import FlightStatus
from core.tickets.errors import NoTicket

_WHY_NOT: Final = {
    BookingStatus.PENDING: "The ticket is issued as soon as the booking is confirmed.",
    BookingStatus.HELD: "The seats are held: the ticket is issued once they are paid for.",
    BookingStatus.CANCELLED: "The booking was cancelled, so its ticket is not valid any more.",
    BookingStatus.EXPIRED: "The hold has ended without a payment, so there is no ticket.",
    BookingStatus.FAILED: "The booking could not be made, so there is no ticket.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a flight. `at` is in the zone of the place, or in UTC if the place is not in the registry."""

    name: str
    code: str | None
    at: datetime
    zone_known: bool

    @property
    def time(self) -> str:
        return f"{self.at:%H:%M}" + ("" if self.zone_known else " UTC")

    @property
    def day(self) -> str:
        """The date, as in `Fri 4 Dec 2026`."""
        return f"{self.at:%a} {self.at.day} {self.at:%b %Y}"


@dataclass(frozen=True, slots=True)
class TicketSegment:
    """One flight of the ticket."""

    flight_id: UUID
    number: str
    source: Place
    destination: Place
    cancelled: bool
    seat_numbers: tuple[str, ...]
    """The seat numbers in the order of the travellers; empty: none are picked."""

    @property
    def minutes(self) -> int:
        return int((self.destination.at - self.source.at).total_seconds() // 60)

    @property
    def days_later(self) -> int:
        """The number of days between the local dates of departure and arrival; negative if the flight crosses the date line to the east."""
        return (self.destination.at.date() - self.source.at.date()).days


@dataclass(frozen=True, slots=True)
class Ticket:
    """`code`: the signed code (`core/tickets/signature.py`)."""

    booking_id: UUID
    reference: str
    seats: int
    total: str
    currency: str
    names: tuple[str, ...]
    segments: tuple[TicketSegment, ...]
    issued_at: datetime
    code: str


def why_no_ticket(status: BookingStatus) -> str | None:
    """Why the booking has no ticket, as a sentence for the traveller; None if it has one."""
    return _WHY_NOT.get(status)


def issue(booking: BookingView, code: str) -> Ticket:
    """The ticket of a confirmed booking.

    Raises:
        NoTicket
    """
    reason = why_no_ticket(booking.status)
    if reason is not None:
        raise NoTicket(reason, booking_status=booking.status)
    return Ticket(
        booking_id=booking.id,
        reference=booking.reference,
        seats=booking.seats,
        total=booking.price_total,
        currency=booking.currency,
        names=tuple(passenger.name for passenger in booking.passengers),
        segments=ticket_segments(booking.segments),
        issued_at=booking.finished_at or booking.updated_at,
        code=code,
    )


def ticket_segments(segments: Sequence[Segment]) -> tuple[TicketSegment, ...]:
    return tuple(_segment(segment.flight, segment.seat_numbers) for segment in segments)


def _segment(flight: BookedFlight, seat_numbers: Sequence[str]) -> TicketSegment:
    return TicketSegment(
        flight.id,
        flight.flight_number,
        _place(flight.source, flight.source_iata, flight.source_timezone, flight.departure_ts),
        _place(flight.destination, flight.destination_iata, flight.destination_timezone, flight.arrival_ts),
        flight.status == FlightStatus.CANCELLED,
        tuple(seat_numbers),
    )


def _place(name: str, code: str | None, zone: str | None, at: datetime) -> Place:
    return Place(name, code, at.astimezone(ZoneInfo(zone) if zone else UTC), zone is not None)
