"""The layout of a cabin: which seats there are, in which rows, and on which side of an aisle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

AISLE: Final = " "
_SEAT: Final = re.compile(r"0*([1-9][0-9]?)([A-Z])")


class CabinClass(StrEnum):
    ECONOMY = "economy"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class Section:
    """Rows `first` to `last` with the same columns: letters from left to right, with a space for each aisle, as in `ABC DEF`.

    `absent`: seats of these rows that the aircraft does not have. `exits`: rows at an emergency exit.
    """

    cabin_class: CabinClass
    first: int
    last: int
    columns: str
    absent: frozenset[str] = frozenset()
    exits: frozenset[int] = frozenset()

    @property
    def rows(self) -> range:
        return range(self.first, self.last + 1)

    def seats_of(self, row: int) -> list[str]:
        """The letters from left to right, without aisles."""
        named = (f"{row}{letter}" for letter in self.columns if letter != AISLE)
        return [seat for seat in named if seat not in self.absent]


@dataclass(frozen=True)
class Cabin:
    """One layout. `blocked`: seats that exist and are never sold, such as those of the crew."""

    name: str
    aircraft: str
    sections: tuple[Section, ...]
    blocked: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raises `ValueError` for a layout that no aircraft can have."""
        rows = [row for section in self.sections for row in section.rows]
        if not rows or rows != sorted(set(rows)) or rows[0] < 1 or rows[-1] > 99:
            raise ValueError(f"{self.name}: rows must grow from 1 to at most 99, and each belong to one section")
        for section in self.sections:
            letters = section.columns.replace(AISLE, "")
            if not re.fullmatch("[A-Z]+(?: [A-Z]+)*", section.columns) or len(set(letters)) < len(letters):
                raise ValueError(f"{self.name}: {section.columns!r} is no row of different letters with single blanks for aisles")
            if not section.exits <= set(section.rows):
                raise ValueError(f"{self.name}: an exit is at no row of its section")
            if not section.absent <= {f"{row}{letter}" for row in section.rows for letter in letters}:
                raise ValueError(f"{self.name}: a seat is absent that its section would not have")
        if not self.blocked <= set(self._built):
            raise ValueError(f"{self.name}: a seat is blocked that is not there")

    @cached_property
    def seats(self) -> frozenset[str]:
        """All seats that can be sold."""
        return frozenset(self._built) - self.blocked

    @property
    def size(self) -> int:
        """The number of seats that can be sold: the `total_seats` of a flight with this cabin."""
        return len(self.seats)

    @cached_property
    def _built(self) -> tuple[str, ...]:
        return tuple(self._all())

    def _all(self) -> Iterator[str]:
        for section in self.sections:
            for row in section.rows:
                yield from section.seats_of(row)

    def why_not(self, seat: str) -> str | None:
        """Why this seat cannot be picked, as a sentence; None if it can. `seat`: as `read_seat` returns it."""
        if seat in self.blocked:
            return f"Seat {seat} is not for sale."
        return None if seat in self.seats else f"There is no seat {seat} in this cabin."


def read_seat(text: str) -> str | None:
    """The seat number in its stored form, `12A`, from other spellings such as `012a` and ` 12A `. None: the text is no seat number."""
    text = text.strip()
    found = _SEAT.fullmatch(text.upper()) if text.isascii() else None
    return found[1] + found[2] if found else None
