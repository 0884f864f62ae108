"""The flights of one search as prepared JSON. Only the free seats, which change, are inserted for each request, and departed flights are
left out.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from api.live.seat_count_cache import SeatCountCache
from core.flights.views import FlightView
from core.search.flight_search import SearchSort

_SEATS: Final = b',"available_seats":'
"""A mark that no text of a flight can contain, because quotation marks in texts are escaped."""
_DIGITS: Final = b"-0123456789"

_ORDER: Final[dict[SearchSort, Callable[[_Listed], tuple[Any, ...]]]] = {
    SearchSort.DEPARTURE: lambda flight: (flight.departure_ts, flight.currency, flight.price, flight.flight_id),
    SearchSort.PRICE: lambda flight: (flight.price, flight.departure_ts, flight.flight_id),
    SearchSort.FASTEST: lambda flight: (
        flight.arrival_ts - flight.departure_ts,
        flight.currency,
        flight.price,
        flight.departure_ts,
        flight.flight_id,
    ),
}
"""The same order as in Postgres for each route (`core/search/flight_search.py`). Prices are compared within one currency."""

_encode = msgspec.json.Encoder().encode
_read = msgspec.msgpack.Decoder(list[FlightView]).decode


class _Listed(NamedTuple):
    """One flight, and its JSON before and after the number of free seats."""

    flight_id: UUID
    departure_ts: datetime
    arrival_ts: datetime
    price: Decimal
    currency: str
    total_seats: int
    before: bytes
    after: bytes


class _Encoded(NamedTuple):
    """A list as JSON. It is valid for these parameters, for one generation of seat counts, and until `until` (seconds of
    `time.monotonic()`).
    """

    seats: int | None
    limit: int
    generation: int
    until: float
    body: bytes


class FlightList:
    """Flights in the order of the search. Departed flights are removed. `currencies`: of its flights, in their order."""

    def __init__(self, flights: Sequence[_Listed]) -> None:
        self._ahead = list(flights)
        self._next_departure = _earliest(self._ahead)
        self._encoded: _Encoded | None = None
        self.currencies = _currencies(self._ahead)

    @classmethod
    def read(cls, body: bytes) -> FlightList:
        """Read a list of flights from MessagePack."""
        return cls([_listed(flight) for flight in _read(body)])

    @classmethod
    def merged(cls, lists: Sequence[FlightList], sort: SearchSort) -> FlightList:
        """Merge the flights of several routes, each in this order, into one list in this order."""
        if sort is SearchSort.PRICE and len({currency for each in lists for currency in each.currencies}) > 1:
            return cls(_by_currency([flight for each in lists for flight in each._ahead]))
        return cls(list(heapq.merge(*(each._ahead for each in lists), key=_ORDER[sort])))

    async def encode(self, seat_counts: SeatCountCache, *, now: datetime, seats: int | None, limit: int) -> bytes:
        """The first flights as a JSON array: at most `limit`, each with at least `seats` free now."""
        if self._next_departure is not None and now >= self._next_departure:
            self._ahead = [listed for listed in self._ahead if listed.departure_ts > now]
            self._next_departure = _earliest(self._ahead)
            self._encoded = None
            self.currencies = _currencies(self._ahead)
        last, generation = self._encoded, seat_counts.generation
        if last and last[:3] == (seats, limit, generation) and time.monotonic() < last.until:
            return last.body
        flights, least = (self._ahead[:limit], 0) if seats is None else (self._ahead, seats)
        flight_ids = [flight.flight_id for flight in flights]
        known = seat_counts.cached_of(flight_ids)
        if known is None:  # a flight that was deleted has no seats, and is left out
            found = await seat_counts.free(flight_ids)
            return _array([(flight, found[flight.flight_id]) for flight in flights if flight.flight_id in found], least, limit)
        counts, until = known
        body = _array(zip(flights, counts, strict=True), least, limit)
        self._encoded = _Encoded(seats, limit, generation, until, body)
        return body


def _by_currency(flights: Sequence[_Listed]) -> list[_Listed]:
    """Sort by price: one currency after the other, the currency of most flights first."""
    count = Counter(flight.currency for flight in flights)
    by_price = _ORDER[SearchSort.PRICE]
    return sorted(flights, key=lambda flight: (-count[flight.currency], flight.currency, *by_price(flight)))


def _currencies(flights: Sequence[_Listed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flight.currency for flight in flights))


def _array(flights: Iterable[tuple[_Listed, int]], least: int, limit: int) -> bytes:
    # The capacity may be newer than the number of free seats, and smaller.
    counted = ((flight, min(free, flight.total_seats)) for flight, free in flights)
    fitting = [b"%b%d%b" % (flight.before, free, flight.after) for flight, free in counted if free >= least]
    return b"[" + b",".join(fitting[:limit]) + b"]"


def _listed(flight: FlightView) -> _Listed:
    before, mark, rest = _encode(flight).partition(_SEATS)
    return _Listed(
        flight.id,
        flight.departure_ts,
        flight.arrival_ts,
        flight.price,
        flight.currency,
        flight.total_seats,
        before + mark,
        rest.lstrip(_DIGITS),
    )


def _earliest(flights: Sequence[_Listed]) -> datetime | None:
    return min((flight.departure_ts for flight in flights), default=None)
