"""What is wrong with the rows of one chunk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

VALUE_CHARACTERS: Final = 200
"""How many characters of a refused cell are stored: enough to recognise it."""
WHOLE_ROW: Final = ""
"""The column of a fault that concerns the row as a whole."""


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    column: str
    value: str
    code: str
    message: str


@dataclass(slots=True)
class Faults:
    """The faults of a chunk. `salvaged`: line number -> cells of a line that is not a valid record, as far as they could be
    separated.
    """

    found: list[Fault] = field(default_factory=list)
    salvaged: dict[int, list[str]] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    notes: list[Fault] = field(default_factory=list)
    """Information about valid rows that a person should check: how the text for a place was understood. A note does not fail a
    row.
    """

    def add(self, fault: Fault) -> None:
        self.found.append(fault)
        self.lines.add(fault.line)

    def with_more(self, found: Iterable[Fault]) -> Faults:
        """A copy with further faults."""
        more = Faults([*self.found], self.salvaged, {*self.lines}, self.notes)
        for fault in found:
            more.add(fault)
        return more

    def __len__(self) -> int:
        """The number of rows with faults. A row may have several faults."""
        return len(self.lines)


def storable(text: str) -> str:
    """Text without the characters that Postgres cannot store."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


def shortened(text: str) -> str:
    text = storable(text)
    return text if len(text) <= VALUE_CHARACTERS else text[:VALUE_CHARACTERS] + "…"
