"""One thing that is wrong."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """`what`: in words that name the row. `same_as`: equal for the same thing found again, though its numbers may have moved on."""

    what: str
    same_as: str
