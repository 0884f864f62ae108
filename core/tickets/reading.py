"""Find the ticket of a booking, and check the code of a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from core.bookings.errors import BookingNotFound
from core.bookings.reading import queries
from core.bookings.reading.views import BookedFlight, PassengerView
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.tickets.errors import TicketNotGenuine
from core.tickets.issue import Ticket, issue, ticket_segments, why_no_ticket
from core.tickets.signature import NotGenuine, TicketSigner

NOT_GENUINE = (
    "This is no ticket of ours, or its code was not read in full: scan it again, or look the booking up by its reference."
)


class TicketCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The present state of a genuine ticket. `valid`: whether its travellers may fly; if not, `reason` says why."""

    valid: bool
    reason: str | None
    booking_id: UUID
    reference: str
    status: BookingStatus
    seats: int
    flights: list[BookedFlight]
    """In the order of travel."""
    seat_numbers: list[list[str]]
    """The seat numbers of each flight, in the order of the passengers; empty: none are picked."""
    passengers: list[PassengerView]


def get_ticket(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, signer: TicketSigner) -> Ticket:
    """The ticket of a confirmed booking. `owner_id` as of `queries.get_booking`.

    Raises:
        BookingNotFound
        NoTicket
    """
    booking = queries.get_booking(connection, booking_id, owner_id)
    return issue(booking, signer.sign(booking.id, booking.reference))


def list_versions(connection: RawConnection, flight_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Flight -> its version, which grows with each change."""
    return dict(connection.execute("SELECT id, version FROM flights WHERE id = ANY(%s)", (list(flight_ids),)).fetchall())


def check(connection: RawConnection, code: str, signer: TicketSigner) -> TicketCheck:
    """Check the code of a ticket, and return what staff at the check-in desk and the gate need.

    Raises:
        TicketNotGenuine
    """
    try:
        signed = signer.read(code)
        booking = queries.get_booking(connection, signed.booking_id, None)
    except (NotGenuine, BookingNotFound) as error:  # after a restore from a backup, newer bookings are missing
        raise TicketNotGenuine(NOT_GENUINE) from error
    reason = why_no_ticket(booking.status)
    if reason is None and any(segment.cancelled for segment in ticket_segments(booking.segments)):
        reason = "The airline has cancelled a flight of this booking."
    return TicketCheck(
        valid=reason is None,
        reason=reason,
        booking_id=booking.id,
        reference=booking.reference,
        status=booking.status,
        seats=booking.seats,
        flights=[segment.flight for segment in booking.segments],
        seat_numbers=[segment.seat_numbers for segment in booking.segments],
        passengers=booking.passengers,
    )
