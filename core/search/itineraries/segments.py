"""Select the flights that may be part of an itinerary from the tables of the days. Each set is found as a range of a sorted index."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.search.itineraries.tables import PLACE_SHIFT, DayTable, Ints

Rows = npt.NDArray[np.intp]


class Segments(NamedTuple):
    """Columns of equal length. `row`: the number of a flight among all tables of a `Span`."""

    row: Ints
    source: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    departure: Ints
    arrival: Ints
    price: Ints
    currency: npt.NDArray[np.int32]

    def take(self, which: npt.NDArray[Any]) -> Segments:
        return Segments(*(column[which] for column in self))


class BoardingWindows(NamedTuple):
    """For each place, the time during which a traveller may board: from `begin` to `end`, both inclusive. Each place appears once."""

    places: npt.NDArray[np.int32]
    begin: Ints
    end: Ints


class Span:
    """The tables of consecutive days as one set of flights, without the flights in `left_out`."""

    def __init__(self, tables: Sequence[DayTable], left_out: Ints) -> None:
        self.tables = [table for table in tables if len(table.flights)]
        self._first_rows = [0, *accumulate(len(table.flights) for table in self.tables)]
        self._left_out = left_out

    def flight(self, row: int) -> tuple[DayTable, int]:
        """The table of a flight, and its row there."""
        which = bisect_right(self._first_rows, row) - 1
        return self.tables[which], row - self._first_rows[which]

    def leaving(self, place: int, date: int, after: int) -> Segments:
        """Flights from a place on the local date `date`, departing later than `after`."""

        def rows(table: DayTable) -> Rows:
            low, high = np.searchsorted(table.leaving, [(place << PLACE_SHIFT) + after + 1, (place + 1) << PLACE_SHIFT])
            found: Rows = np.flatnonzero(table.flights.date[low:high] == date) + low
            return found

        return self._gathered(rows)

    def arriving(self, place: int, begin: int, end: int) -> Segments:
        """Flights to a place, departing between the two moments, both inclusive."""

        def rows(table: DayTable) -> Rows:
            bounds = [(place << PLACE_SHIFT) + begin, (place << PLACE_SHIFT) + end + 1]
            low, high = np.searchsorted(table.arriving, bounds)
            return table.arriving_rows[low:high].astype(np.intp)

        return self._gathered(rows)

    def between(self, leave: BoardingWindows, reach: BoardingWindows) -> Segments:
        """Flights from the places of `leave` to the places of `reach`, departing inside both windows. It reads the set with fewer
        flights.
        """
        size = 1 + int(max(np.max(leave.places), np.max(reach.places)))

        def rows(table: DayTable) -> Rows:
            lows, highs = _ranges(table.leaving, leave)
            other_lows, other_highs = _ranges(table.arriving, reach)
            if np.sum(highs - lows) <= np.sum(other_highs - other_lows):
                found, ends, wanted = _listed(lows, highs), table.flights.destination, reach.places
            else:
                found = table.arriving_rows[_listed(other_lows, other_highs)].astype(np.intp)
                ends, wanted = table.flights.source, leave.places
            # One extra slot, for places that are in neither set.
            is_wanted = np.zeros(size + 1, dtype=np.bool_)
            is_wanted[wanted] = True
            return found[is_wanted[np.minimum(ends[found], size)]]

        return self._gathered(rows)

    def _gathered(self, rows_of: Callable[[DayTable], Rows]) -> Segments:
        parts = []
        for table, first_row in zip(self.tables, self._first_rows, strict=False):
            rows, flights = rows_of(table), table.flights
            if len(rows):
                columns = [getattr(flights, name)[rows] for name in Segments._fields[1:]]
                parts.append(Segments(rows + first_row, *columns))
        if not parts:
            return Segments(*(np.zeros(0, dtype=np.int64) for _ in Segments._fields))  # type: ignore[arg-type]  # no rows, so no other types
        segments = parts[0] if len(parts) == 1 else Segments(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        return segments.take(~np.isin(segments.row, self._left_out)) if len(self._left_out) else segments


def boarding_windows(places: npt.NDArray[np.int32], begin: Ints, end: Ints) -> BoardingWindows:
    """One window for each place: from the earliest `begin` to the latest `end`."""
    unique, which = np.unique(places, return_inverse=True)
    earliest = np.full(len(unique), np.iinfo(np.int64).max)
    latest = np.full(len(unique), np.iinfo(np.int64).min)
    np.minimum.at(earliest, which, begin)
    np.maximum.at(latest, which, end)
    return BoardingWindows(unique, earliest, latest)


def _ranges(index: Ints, asked: BoardingWindows) -> tuple[Rows, Rows]:
    base = asked.places.astype(np.int64) << PLACE_SHIFT
    lows = np.searchsorted(index, base + np.maximum(asked.begin, 0))
    return lows, np.maximum(lows, np.searchsorted(index, base + asked.end + 1))


def _listed(lows: Rows, highs: Rows) -> Rows:
    """All numbers of the ranges [low, high), one range after the other."""
    return expand(lows, highs)[1]


def expand(lows: Rows, highs: Rows) -> tuple[Rows, Rows]:
    """All numbers of the ranges [low, high), each with the position of its range."""
    counts = highs - lows
    owners = np.repeat(np.arange(len(lows)), counts)
    ends = np.cumsum(counts)
    return owners, np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(lows - (ends - counts), counts)
