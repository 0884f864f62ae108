"""The flights of one UTC day as arrays. Searches read these instead of the database.

Units: times are whole seconds since 2000-01-01 UTC, days are counted from the same date, prices are thousandths of the currency
for one seat.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

DAY_SECONDS: Final = 24 * 3600
PLACE_SHIFT: Final = 34
"""Bits for a time in a sort key: enough for five centuries."""
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)

_ANY_DAY_BYTES: Final = 64 * 1024

Ints = npt.NDArray[np.int64]


class NumberedNames:
    """Assigns small numbers to names, in the order in which they are added. A number never changes. Only one thread at a time may
    add.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._names)

    def find(self, name: str) -> int | None:
        return self._numbers.get(name)

    def of(self, names: Iterable[str]) -> npt.NDArray[np.int32]:
        numbers = self._numbers
        found = []
        for name in names:
            number = numbers.get(name)
            if number is None:
                number = len(self._names)
                self._names.append(name)
                numbers[name] = number
            found.append(number)
        return np.array(found, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Flights:
    """Columns of equal length, in any order. `date`: the local date of departure."""

    source: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    departure: Ints
    arrival: Ints
    price: Ints
    currency: npt.NDArray[np.int32]
    date: npt.NDArray[np.int32]
    flight_id: npt.NDArray[np.void]
    """16 bytes each."""

    def __len__(self) -> int:
        return len(self.source)

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Flights:
        return Flights(*(getattr(self, field.name)[rows] for field in fields(Flights)))


@dataclass(frozen=True, slots=True)
class DayTable:
    """Flights that depart on one UTC day, sorted by source and departure. It is immutable: a change creates a new table."""

    day: int
    flights: Flights
    leaving: Ints
    """Source and departure of each flight as one number, ascending."""
    arriving: Ints
    """Destination and departure as one number, ascending, for the flights in the order of `arriving_rows`."""
    arriving_rows: npt.NDArray[np.int32]
    longest: int
    """The duration of the longest flight in seconds."""

    @classmethod
    def of(cls, day: int, flights: Flights) -> DayTable:
        leaving = place_moment(flights.source, flights.departure)
        order = np.argsort(leaving, kind="stable")
        flights = flights.take(order)
        arriving = place_moment(flights.destination, flights.departure)
        rows = np.argsort(arriving, kind="stable")
        longest = int(np.max(flights.arrival - flights.departure, initial=0))
        return cls(day, flights, leaving[order], arriving[rows], rows.astype(np.int32), longest)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays in bytes, plus a fixed amount for the table, so that many empty days are counted too."""
        arrays = [getattr(self.flights, field.name) for field in fields(Flights)]
        return _ANY_DAY_BYTES + sum(int(array.nbytes) for array in (*arrays, self.leaving, self.arriving, self.arriving_rows))

    def replaced(self, route_days: Ints, now: Flights) -> DayTable:
        """A new table in which the flights of these routes and days (`route_day`) are replaced by those in `now`. Other flights
        in `now` are ignored.
        """
        unchanged = ~np.isin(route_day(self.flights.source, self.flights.destination, self.flights.date), route_days)
        kept = self.flights.take(unchanged)
        added = now.take(now.departure // DAY_SECONDS == self.day)
        columns = (np.concatenate([getattr(kept, field.name), getattr(added, field.name)]) for field in fields(Flights))
        return DayTable.of(self.day, Flights(*columns))


def place_moment(place: npt.NDArray[np.int32], moment: Ints) -> Ints:
    return place.astype(np.int64) << PLACE_SHIFT | moment


def route_day(source: npt.NDArray[np.int32], destination: npt.NDArray[np.int32], day: npt.NDArray[np.int32]) -> Ints:
    return source.astype(np.int64) << 40 | destination.astype(np.int64) << 18 | day


def day_number(day: date) -> int:
    return (day - EPOCH.date()).days


def moment(at: datetime) -> int:
    return int((at - EPOCH).total_seconds() // 1)


def flight_uuid(flight_id: np.void) -> UUID:
    return UUID(bytes=flight_id.tobytes())
