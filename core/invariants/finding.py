"""One violation that a check found."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """`what`: a sentence that names the row. `same_as`: equal when the same violation is found again, even if its numbers have changed."""

    what: str
    same_as: str
