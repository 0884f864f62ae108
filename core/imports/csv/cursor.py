"""How far an import has read its file. A module of its own, so that code that only claims an import does not import pandas."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position between two rows: the offset in bytes, and the number of the line that begins there."""

    offset: int
    line: int
