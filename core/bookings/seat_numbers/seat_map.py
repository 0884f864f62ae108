"""The seat map of a flight: its cabin, and which seats are taken. It has no names of travellers."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

from core.db import RawConnection
from core.flights.errors import FlightNotFound
from core.flights.queries import NOT_FOUND
from core.seats.cabins.best import find_best
from core.seats.cabins.catalogue import CABINS
from core.seats.cabins.views import CabinView, view_of

_READ: Final = """
    SELECT f.cabin, ARRAY(SELECT n.seat_number FROM seat_numbers n WHERE n.flight_id = f.id) FROM flights f WHERE f.id = %s
"""
_view_of = lru_cache(maxsize=len(CABINS))(view_of)


class SeatMapView(msgspec.Struct, frozen=True, kw_only=True):
    """`cabin`: null where the seats of the flight have no numbers. `taken`: seats that are picked. `best`: the best free seats for the
    party of the request; null without one, or if too few are free.
    """

    flight_id: UUID
    cabin: CabinView | None
    taken: list[str]
    best: list[str] | None


def get_seat_map(connection: RawConnection, flight_id: UUID, *, party: int | None) -> SeatMapView:
    """The present map. `party`: also find the best seats for so many travellers.

    Raises:
        FlightNotFound
    """
    row = connection.execute(_READ, (flight_id,)).fetchone()
    if row is None:
        raise FlightNotFound(NOT_FOUND)
    name, taken = row
    cabin = CABINS.get(name) if name else None
    return SeatMapView(
        flight_id=flight_id,
        cabin=_view_of(cabin) if cabin else None,
        taken=sorted(taken, key=lambda seat: (int(seat[:-1]), seat[-1])),
        best=find_best(cabin, taken, party) if cabin and party else None,
    )
