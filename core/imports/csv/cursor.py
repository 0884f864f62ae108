"""How far an import is in its file. Apart from the reader, which brings pandas: who only claims an import does not need it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: the offset in bytes, and the number of the line that begins there."""

    offset: int
    line: int
