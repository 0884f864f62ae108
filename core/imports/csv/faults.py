"""What is wrong with the rows of one chunk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

VALUE_CHARACTERS: Final = 200
"""Of a refused cell, how much is stored: enough to recognise it."""
WHOLE_ROW: Final = ""
"""The column of a fault that concerns no single cell."""


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    column: str
    value: str
    code: str
    message: str


@dataclass(slots=True)
class Faults:
    """The faults of a chunk. `salvaged`: line -> what can be told apart of a line that is no record."""

    found: list[Fault] = field(default_factory=list)
    salvaged: dict[int, list[str]] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    notes: list[Fault] = field(default_factory=list)
    """What is right, and should be looked at: how a place was read. No row fails by it."""

    def add(self, fault: Fault) -> None:
        self.found.append(fault)
        self.lines.add(fault.line)

    def with_more(self, found: Iterable[Fault]) -> Faults:
        """These and others, leaving these as they are."""
        more = Faults([*self.found], self.salvaged, {*self.lines}, self.notes)
        for fault in found:
            more.add(fault)
        return more

    def __len__(self) -> int:
        """Rows, not faults: a row may have several."""
        return len(self.lines)


def storable(text: str) -> str:
    """Text as Postgres can keep it."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


def shortened(text: str) -> str:
    text = storable(text)
    return text if len(text) <= VALUE_CHARACTERS else text[:VALUE_CHARACTERS] + "…"
