"""Change the seats of a booking, until check-in closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.bookings.errors import SeatsFixed
from core.bookings.locking import LockedBooking, lock_own_booking
from core.bookings.seat_numbers import rows
from core.bookings.seat_numbers.requested import BEST, RequestedSeats, find_fault
from core.bookings.seat_numbers.rows import Pick
from core.bookings.states import ACTIVE, BookingStatus
from core.db import RawConnection, fetch
from core.flights.models import FlightStatus
from core.flights.rules import CHECK_IN_CLOSES_MINUTES
from core.mail import mail_requests
from core.mail.models import TicketChange
from core.operations import audit_log
from core.seats.cabins.best import find_best
from core.seats.cabins.catalogue import CABINS
from core.seats.cabins.layout import Cabin


@dataclass(frozen=True, slots=True)
class _Flight:
    """`closed`: its check-in has closed, or the airline has cancelled it."""

    id: UUID
    flight_number: str
    cabin: str | None
    closed: bool

    @property
    def layout(self) -> Cabin | None:
        return CABINS.get(self.cabin) if self.cabin else None


# The lock makes changes of seats on one flight wait for each other. The cabin cannot change between the check and the update.
_LOCK: Final = f"""
    SELECT id, flight_number, cabin,
           departure_ts <= now() + {CHECK_IN_CLOSES_MINUTES} * interval '1 minute' OR status = {FlightStatus.CANCELLED.sql} AS closed
    FROM flights WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608  # only constants


def change(
    connection: RawConnection, booking_id: UUID, owner_id: UUID | None, requested: RequestedSeats, *, user_id: UUID
) -> None:
    """Replace the seats of a booking by these, all or none. `owner_id`: None for an administrator. `user_id`: the account that sent the
    request.

    The best seats are searched on flights whose check-in is open; the present seats of the booking count as free. The traveller of a
    confirmed booking gets the new ticket by mail.

    Raises:
        BookingNotFound: there is no such booking of this owner.
        SeatsFixed: the booking has ended, or check-in has closed on a flight that would get other seats.
        SeatTaken: another booking has one of the seats.
        Invalid: the flight has no such seats.
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    if booking.status not in ACTIVE:
        raise SeatsFixed(f"A booking that is {booking.status} has no seats.", booking_status=booking.status.value)
    found = {flight.id: flight for flight in fetch(connection, _Flight, _LOCK, (list(booking.flight_ids),))}
    flights = [found[flight_id] for flight_id in booking.flight_ids]
    fault = find_fault(requested, [flight.layout for flight in flights], booking.seats)
    if fault is not None:
        raise fault
    present = rows.read_of_booking(connection, booking_id)
    wanted = _find_best(connection, booking, flights, present) if requested == BEST else requested
    changed = [position for position, seats in enumerate(wanted) if tuple(seats) != present.get(position, ())]
    for position in changed:
        if flights[position].closed:
            number = flights[position].flight_number
            raise SeatsFixed(f"Check-in of {number} has closed: its seats stay as they are.", flight_id=str(flights[position].id))
    if not changed:
        return
    rows.give_back_of(connection, booking_id, changed)
    picks = [
        Pick(booking.flight_ids[position], seat, booking_id, position, traveller)
        for position in changed
        for traveller, seat in enumerate(wanted[position], start=1)
    ]
    lost = rows.insert(connection, picks)
    if lost:
        raise rows.taken([(pick.flight_id, pick.seat_number) for pick in lost])
    if booking.status is BookingStatus.CONFIRMED:  # before that there is no ticket
        mail_requests.add_for_changed_ticket(connection, booking_id, TicketChange.SEATS)
    if user_id != booking.user_id:
        _note(connection, booking_id, user_id, present, wanted)


def _find_best(
    connection: RawConnection, booking: LockedBooking, flights: Sequence[_Flight], present: Mapping[int, tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """For each flight the best seats. The booking keeps its seats where check-in is closed, the flight has no cabin, or too few seats are
    free.
    """
    taken = rows.read_taken(connection, set(booking.flight_ids))
    wanted: list[tuple[str, ...]] = []
    for position, flight in enumerate(flights):
        own = present.get(position, ())
        others = taken.get(flight.id, set()) - set(own)
        best = find_best(flight.layout, others, booking.seats) if flight.layout and not flight.closed else None
        wanted.append(tuple(best) if best else own)
    return wanted


def _note(
    connection: RawConnection,
    booking_id: UUID,
    user_id: UUID,
    before: Mapping[int, tuple[str, ...]],
    after: Sequence[Sequence[str]],
) -> None:
    """Write to the audit log that the staff changed the seats of a traveller."""
    audit_log.record(
        connection,
        user_id,
        "booking.seats_changed",
        booking_id,
        before={"seat_numbers": [list(before.get(position, ())) for position in range(len(after))]},
        after={"seat_numbers": [list(seats) for seats in after]},
    )
