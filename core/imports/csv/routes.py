"""The routes of a chunk. Each pair of place names is resolved once, because that is slow and most pairs occur many times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.imports.csv import local_times
from core.imports.csv.checks import Check
from core.places import distances, route
from core.places.registry import Place
from core.places.route import End, PlaceFaultCode, Route, UnknownPlaces

FASTEST_KMH: Final = 1_350
"""No airliner has been faster over the ground from departure to arrival, not even with the strongest wind behind it."""
HINTS: Final = 200
"""How many pairs of a chunk get suggestions for an unknown place. Finding them takes a millisecond each."""


class Routes:
    """The route of every row of a chunk."""

    def __init__(self, sources: pd.Series, destinations: pd.Series, unknown: UnknownPlaces) -> None:
        source_codes, source_names = pd.factorize(sources)
        destination_codes, destination_names = pd.factorize(destinations)
        width = max(1, len(destination_names))
        self._codes, pairs = pd.factorize(source_codes.astype(np.int64) * width + destination_codes)
        self._routes: list[Route] = []
        hints = HINTS
        # Lists, because pandas needs ten times as long to return one element of its own array.
        froms, tos = source_names.tolist(), destination_names.tolist()
        for pair in pairs.tolist():
            found = route.read(froms[pair // width], tos[pair % width], unknown, hints=hints > 0)
            self._routes.append(found)
            hints -= any(end.fault is not None and end.fault.code is PlaceFaultCode.UNKNOWN for end in found)
        self.source = Ends(self._codes, [each.source for each in self._routes])
        self.destination = Ends(self._codes, [each.destination for each in self._routes])

    def shortest(self) -> npt.NDArray[np.int64]:
        """For each row, the shortest time in which an airliner could fly its route, in microseconds; 0 for an unknown place."""
        times = [_shortest(each.source.place, each.destination.place) for each in self._routes]
        return np.array(times, np.int64)[self._codes]


def _shortest(source: Place | None, destination: Place | None) -> int:
    hours = distances.kilometres(source, destination) / FASTEST_KMH if source and destination else 0
    return round(hours * 3_600_000_000)


class Ends:
    """One end (source or destination) of every row."""

    def __init__(self, codes: npt.NDArray[np.intp], ends: list[End]) -> None:
        self._codes = codes
        self._ends = ends

    def check(self, check: Check) -> None:
        """Report a fault for each cell that is not a valid end of a flight."""
        faulty = [number for number, end in enumerate(self._ends) if end.fault is not None]
        if not faulty:
            return
        order = np.argsort(self._codes, kind="stable")
        begins, ends = (np.searchsorted(self._codes[order], faulty, side=side) for side in ("left", "right"))
        for number, begin, end in zip(faulty, begins.tolist(), ends.tolist(), strict=True):
            fault = self._ends[number].fault
            assert fault is not None
            check.refuse(order[begin:end], fault.code, fault.message)

    def to_note(self) -> Iterator[tuple[int, End]]:
        """The ends at whose names a person should look (`Bombay`, `Portland`), each with its first row."""
        rows, firsts = np.unique(self._codes, return_index=True)
        for number, first in zip(rows.tolist(), firsts.tolist(), strict=True):
            end = self._ends[number]
            if end.place is not None and route.should_be_noted(end.name, end.place):
                yield first, end

    def keys(self) -> npt.NDArray[np.object_]:
        return self._spread([end.key for end in self._ends])

    def names(self) -> npt.NDArray[np.object_]:
        return self._spread([end.name for end in self._ends])

    def codes(self) -> npt.NDArray[np.object_]:
        return self._spread([end.code for end in self._ends])

    def zones(self) -> npt.NDArray[np.object_]:
        """IANA names of time zones; None for an unknown place."""
        return self._spread([end.place.timezone if end.place else None for end in self._ends])

    def local_days(self, timestamps: pd.Series) -> npt.NDArray[np.int64]:
        """Local dates at each place, in days since 1970-01-01; undefined where the moment is missing. UTC for an unknown place."""
        zones = [end.place.timezone if end.place else "UTC" for end in self._ends]
        distinct = list(dict.fromkeys(zones))
        number_of = {zone: number for number, zone in enumerate(distinct)}
        # Numbers, because comparing the names of the zones row by row takes longer than all the rest.
        return local_times.local_days(timestamps, distinct, np.array([number_of[zone] for zone in zones], np.int64)[self._codes])

    def _spread(self, of_each_pair: list[Any]) -> npt.NDArray[np.object_]:
        values = np.empty(len(of_each_pair), dtype=object)
        values[:] = of_each_pair
        return values[self._codes]
