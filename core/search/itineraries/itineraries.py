"""Itineraries as arrays. An itinerary is one, two or three flights from the source to the destination."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.search.itineraries.segments import Segments
from core.search.itineraries.tables import Ints

NO_FLIGHT: Final = -1


@dataclass(frozen=True, slots=True)
class Itineraries:
    """Columns of equal length. `rows`: three flights of each itinerary; `NO_FLIGHT` where there are fewer."""

    key: Ints
    rows: Ints
    price: Ints
    departure: Ints
    arrival: Ints
    currency: npt.NDArray[np.int32]

    @classmethod
    def along(cls, key: Ints, *segments: Segments) -> Itineraries:
        """Itineraries from parallel columns: itinerary i consists of row i of each of `segments`, in the order of travel."""
        rows = np.full((len(key), 3), NO_FLIGHT)
        for position, segment in enumerate(segments):
            rows[:, position] = segment.row
        price = sum((segment.price for segment in segments[1:]), segments[0].price)
        return cls(key, rows, price, segments[0].departure, segments[-1].arrival, segments[0].currency)

    @classmethod
    def joined(cls, *parts: Itineraries) -> Itineraries:
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def __len__(self) -> int:
        return len(self.key)

    @property
    def stops(self) -> Ints:
        stops: Ints = np.sum(self.rows != NO_FLIGHT, axis=1) - 1
        return stops

    def take(self, which: npt.NDArray[Any]) -> Itineraries:
        return Itineraries(*(getattr(self, field.name)[which] for field in fields(Itineraries)))
