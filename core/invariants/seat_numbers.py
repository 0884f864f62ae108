"""The invariants of seat numbers: each belongs to one traveller of a booking with seats on that flight, and exists in the cabin of the
flight. On each flight all travellers of a booking have a seat number, or none of them has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.bookings.states import ACTIVE
from core.db import RawConnection, fetch
from core.seats.cabins.catalogue import CABINS

_PICKED_TWICE: Final = """
    SELECT flight_id, seat_number, count(*) FROM seat_numbers GROUP BY flight_id, seat_number HAVING count(*) > 1 LIMIT %s
"""
_WITHOUT_SEAT: Final = """
    SELECT n.flight_id, n.seat_number, n.booking_id, b.status, n.traveller > b.seats AS beyond, s.flight_id <> n.flight_id AS elsewhere
    FROM seat_numbers n JOIN bookings b ON b.id = n.booking_id
    JOIN booking_segments s ON s.booking_id = n.booking_id AND s.position = n.position
    WHERE b.status <> ALL(%s) OR n.traveller > b.seats OR s.flight_id <> n.flight_id LIMIT %s
"""
_PARTIAL: Final = """
    SELECT n.flight_id, n.booking_id, count(*) AS seat_numbers, b.seats FROM seat_numbers n JOIN bookings b ON b.id = n.booking_id
    GROUP BY n.flight_id, n.booking_id, n.position, b.seats HAVING count(*) < b.seats LIMIT %s
"""
_PICKED: Final = """
    SELECT f.cabin, n.seat_number, min(f.id::text) FROM seat_numbers n JOIN flights f ON f.id = n.flight_id GROUP BY f.cabin, n.seat_number
"""


@dataclass(frozen=True, slots=True)
class _WithoutSeat:
    """A seat number of a traveller who has no seat on this flight."""

    flight_id: UUID
    seat_number: str
    booking_id: UUID
    status: str
    beyond: bool
    elsewhere: bool

    @property
    def reason(self) -> str:
        if self.elsewhere:
            return "is on another flight"
        return "has fewer seats" if self.beyond else f"is {self.status}"


@dataclass(frozen=True, slots=True)
class _Partial:
    """A booking on a flight with seat numbers for some of its travellers only."""

    flight_id: UUID
    booking_id: UUID
    seat_numbers: int
    seats: int


def find_violations(connection: RawConnection, *, limit: int) -> list[str]:
    """The violations, as sentences that name the seat."""
    twice = connection.execute(_PICKED_TWICE, (limit,)).fetchall()
    without_seat = fetch(connection, _WithoutSeat, _WITHOUT_SEAT, (list(ACTIVE), limit))
    partial = fetch(connection, _Partial, _PARTIAL, (limit,))
    nowhere = [
        (flight_id, seat, cabin)
        for cabin, seat, flight_id in connection.execute(_PICKED)
        if cabin not in CABINS or seat not in CABINS[cabin].seats
    ]
    return [
        *(f"seat {seat} of flight {flight_id} is picked {count} times" for flight_id, seat, count in twice),
        *(
            f"seat {each.seat_number} of flight {each.flight_id} is kept for booking {each.booking_id}, which {each.reason}"
            for each in without_seat
        ),
        *(
            f"booking {each.booking_id} has {each.seat_numbers} of {each.seats} seat numbers on flight {each.flight_id}"
            for each in partial
        ),
        *(
            f"seat {seat} is picked on flight {flight_id}, whose cabin {cabin} has none"
            for flight_id, seat, cabin in nowhere[:limit]
        ),
    ]
