"""The invariants of seat numbers: each belongs to one traveller of a booking with seats on that flight, and exists in the cabin of the
flight. On each flight all travellers of a booking have a seat number, or none of them has.
"""

from __future__ import annotations

from typing import Final

from core.bookings.states import ACTIVE
from core.db import RawConnection
from core.seats.cabins.catalogue import CABINS

_TWICE: Final = """
    SELECT flight_id, seat_number, count(*) FROM seat_numbers GROUP BY flight_id, seat_number HAVING count(*) > 1 LIMIT %s
"""
_STRAY: Final = """
    SELECT n.flight_id, n.seat_number, n.booking_id, b.status, n.traveller > b.seats AS beyond, s.flight_id <> n.flight_id AS elsewhere
    FROM seat_numbers n JOIN bookings b ON b.id = n.booking_id
    JOIN booking_segments s ON s.booking_id = n.booking_id AND s.position = n.position
    WHERE b.status <> ALL(%s) OR n.traveller > b.seats OR s.flight_id <> n.flight_id LIMIT %s
"""
_PARTIAL: Final = """
    SELECT n.flight_id, n.booking_id, count(*), b.seats FROM seat_numbers n JOIN bookings b ON b.id = n.booking_id
    GROUP BY n.flight_id, n.booking_id, n.position, b.seats HAVING count(*) < b.seats LIMIT %s
"""
_PLACED: Final = """
    SELECT f.cabin, n.seat_number, min(f.id::text) FROM seat_numbers n JOIN flights f ON f.id = n.flight_id GROUP BY f.cabin, n.seat_number
"""


def find_violations(connection: RawConnection, *, limit: int) -> list[str]:
    """The violations, as sentences that name the seat."""
    twice = connection.execute(_TWICE, (limit,)).fetchall()
    strays = connection.execute(_STRAY, (list(ACTIVE), limit)).fetchall()
    partial = connection.execute(_PARTIAL, (limit,)).fetchall()
    nowhere = [
        (flight_id, seat, cabin)
        for cabin, seat, flight_id in connection.execute(_PLACED)
        if cabin not in CABINS or seat not in CABINS[cabin].seats
    ]
    return [
        *(f"seat {seat} of flight {flight_id} is picked {count} times" for flight_id, seat, count in twice),
        *(
            f"seat {seat} of flight {flight_id} is kept for booking {booking_id}, which "
            + ("is on another flight" if elsewhere else "has fewer seats" if beyond else f"is {status}")
            for flight_id, seat, booking_id, status, beyond, elsewhere in strays
        ),
        *(
            f"booking {booking_id} has {count} of {seats} seat numbers on flight {flight_id}"
            for flight_id, booking_id, count, seats in partial
        ),
        *(
            f"seat {seat} is picked on flight {flight_id}, whose cabin {cabin} has none"
            for flight_id, seat, cabin in nowhere[:limit]
        ),
    ]
