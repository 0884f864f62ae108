"""The flights of one search as JSON that lacks only what is not kept: how many seats are free, and which flights have left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from api.live.seat_count_cache import SeatCountCache
from core.flights.views import FlightView

_SEATS: Final = b',"available_seats":'
"""No text in a flight can hold this: quotes in it are escaped."""
_DIGITS: Final = b"-0123456789"

_encode = msgspec.json.Encoder().encode
_read = msgspec.msgpack.Decoder(list[FlightView]).decode


class _Listed(NamedTuple):
    """One flight, and its JSON before and after the number of seats."""

    flight_id: UUID
    departure_ts: datetime
    total_seats: int
    before: bytes
    after: bytes


class FlightList:
    """In the order of the search. It forgets flights that have left."""

    def __init__(self, flights: Sequence[FlightView]) -> None:
        self._ahead = [_listed(flight) for flight in flights]
        self._next_departure = _earliest(self._ahead)

    @classmethod
    def read(cls, body: bytes) -> FlightList:
        """From a list of flights in MessagePack."""
        return cls(_read(body))

    async def encode(self, seat_counts: SeatCountCache, *, now: datetime, seats: int | None, limit: int) -> bytes:
        """The first flights as a JSON array: at most `limit`, each with at least `seats` free now."""
        if self._next_departure is not None and now >= self._next_departure:
            self._ahead = [listed for listed in self._ahead if listed.departure_ts > now]
            self._next_departure = _earliest(self._ahead)
        if seats is None:
            return _array(await _with_seats(self._ahead[:limit], seat_counts), 0, limit)
        return _array(await _with_seats(self._ahead, seat_counts), seats, limit)


async def _with_seats(flights: Sequence[_Listed], seat_counts: SeatCountCache) -> list[tuple[_Listed, int]]:
    """Each flight with its free seats; a flight that is gone is left out."""
    known = seat_counts.known
    counted = [(flight, known(flight.flight_id)) for flight in flights]
    if all(free is not None for _, free in counted):
        return counted  # type: ignore[return-value]  # none of them is None
    found = await seat_counts.free([flight.flight_id for flight in flights])
    return [(flight, found[flight.flight_id]) for flight in flights if flight.flight_id in found]


def _array(flights: Sequence[tuple[_Listed, int]], least: int, limit: int) -> bytes:
    # A smaller aircraft may be known here before the seats that are free in it.
    counted = ((flight, min(free, flight.total_seats)) for flight, free in flights)
    fitting = [b"%b%d%b" % (flight.before, free, flight.after) for flight, free in counted if free >= least]
    return b"[" + b",".join(fitting[:limit]) + b"]"


def _listed(flight: FlightView) -> _Listed:
    before, mark, rest = _encode(flight).partition(_SEATS)
    return _Listed(flight.id, flight.departure_ts, flight.total_seats, before + mark, rest.lstrip(_DIGITS))


def _earliest(flights: Sequence[_Listed]) -> datetime | None:
    return min((flight.departure_ts for flight in flights), default=None)
