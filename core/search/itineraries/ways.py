"""A way is one flight, two or three, from the source to the destination."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.search.itineraries.legs import Legs
from core.search.itineraries.tables import Ints

NO_FLIGHT: Final = -1


@dataclass(frozen=True, slots=True)
class Ways:
    """Columns of equal length. `rows`: the flights of each way, three of them, `NO_FLIGHT` behind the last."""

    key: Ints
    rows: Ints
    price: Ints
    departure: Ints
    arrival: Ints
    currency: npt.NDArray[np.int32]

    @classmethod
    def along(cls, key: Ints, *legs: Legs) -> Ways:
        """Ways whose flights are in the same place of each of `legs`, in the order of travel."""
        rows = np.full((len(key), 3), NO_FLIGHT)
        for position, leg in enumerate(legs):
            rows[:, position] = leg.row
        price = sum((leg.price for leg in legs[1:]), legs[0].price)
        return cls(key, rows, price, legs[0].departure, legs[-1].arrival, legs[0].currency)

    @classmethod
    def joined(cls, *parts: Ways) -> Ways:
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def __len__(self) -> int:
        return len(self.key)

    @property
    def stops(self) -> Ints:
        stops: Ints = np.sum(self.rows != NO_FLIGHT, axis=1) - 1
        return stops

    def take(self, which: npt.NDArray[Any]) -> Ways:
        return Ways(*(getattr(self, field.name)[which] for field in fields(Ways)))
