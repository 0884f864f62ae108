"""The statements on the table of seat numbers. All transactions insert rows in the same order, so they cannot deadlock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from core.bookings.errors import SeatTaken
from core.db import RawConnection


class Pick(NamedTuple):
    """One seat for one traveller (1 for the first) on one segment (0 for the first)."""

    flight_id: UUID
    seat_number: str
    booking_id: UUID
    position: int
    traveller: int


_INSERT: Final = """
    INSERT INTO seat_numbers (flight_id, seat_number, booking_id, position, traveller)
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::int2[], %s::int2[]) AS w(flight_id, seat_number)
    ORDER BY w.flight_id, w.seat_number COLLATE "C"
    ON CONFLICT DO NOTHING
    RETURNING flight_id, seat_number, booking_id, position, traveller
"""
_TAKEN: Final = """
    SELECT flight_id, seat_number FROM seat_numbers WHERE flight_id = ANY(%(flights)s)
    UNION ALL
    SELECT n.flight_id, n.seat_number FROM unnest(%(wanted_flights)s::uuid[], %(wanted)s::text[]) AS w(flight_id, seat_number)
    JOIN seat_numbers n ON n.flight_id = w.flight_id AND n.seat_number = w.seat_number
"""


def insert(connection: RawConnection, picks: Sequence[Pick]) -> list[Pick]:
    """Insert the picks whose seats are free. It waits for transactions that are inserting or deleting one of these seats. Returns the
    picks whose seats are taken.
    """
    if not picks:
        return []
    rows = connection.execute(_INSERT, [list(column) for column in zip(*picks, strict=True)]).fetchall()
    stored = {Pick(*row) for row in rows}
    return [pick for pick in picks if pick not in stored]


def read_taken(
    connection: RawConnection, flights: Collection[UUID], wanted: Collection[tuple[UUID, str]] = ()
) -> dict[UUID, set[str]]:
    """The taken seats: all of `flights`, and those of `wanted`. Flight -> seats."""
    parameters = {
        "flights": list(flights),
        "wanted_flights": [flight_id for flight_id, _ in wanted],
        "wanted": [seat for _, seat in wanted],
    }
    taken: dict[UUID, set[str]] = defaultdict(set)
    for flight_id, seat in connection.execute(_TAKEN, parameters):
        taken[flight_id].add(seat)
    return taken


def read_of_booking(connection: RawConnection, booking_id: UUID) -> dict[int, tuple[str, ...]]:
    """The seats of a booking, in the order of its travellers: position of the segment -> seats."""
    rows = connection.execute(
        "SELECT position, array_agg(seat_number ORDER BY traveller) FROM seat_numbers WHERE booking_id = %s GROUP BY position",
        (booking_id,),
    ).fetchall()
    return {position: tuple(seats) for position, seats in rows}


def give_back(connection: RawConnection, booking_ids: Collection[UUID]) -> None:
    """Free the seats of these bookings."""
    if booking_ids:
        connection.execute("DELETE FROM seat_numbers WHERE booking_id = ANY(%s)", (list(booking_ids),))


def give_back_of(connection: RawConnection, booking_id: UUID, positions: Collection[int]) -> None:
    """Free the seats of one booking on these segments."""
    connection.execute(
        "DELETE FROM seat_numbers WHERE booking_id = %s AND position = ANY(%s::int2[])", (booking_id, list(positions))
    )


def taken(seats: Collection[tuple[UUID, str]]) -> SeatTaken:
    """The error of a request for seats that are taken."""
    names = ", ".join(seat for _, seat in seats)
    message = f"Seat {names} was taken by somebody else." if len(seats) == 1 else f"Seats {names} were taken by others."
    return SeatTaken(message, seats=[{"flight_id": str(flight_id), "seat_number": seat} for flight_id, seat in seats])
