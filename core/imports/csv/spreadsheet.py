"""What a spreadsheet would turn into something else when it opens a file: a formula, a number, a date.

Such a cell has an apostrophe in front in every file that we give out, which the import takes away again. So `0123` stays a flight
number, `MAR-1` is no date, and `=...` is not run. The patterns mean the same to Python, RE2 and Postgres.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_CHANGED: Final = "|".join(
    (
        r"[0-9][0-9.,]*(?:e[+-]?[0-9]+)?\x25?",  # a number; a percent sign would be a placeholder in a statement
        "[0-9]{1,4}[-/. ][0-9]{1,2}(?:[-/. ][0-9]{1,4})?(?:[t ][0-9:.]+)?",  # a date, and a time without a zone
        f"{_MONTH}[-/. ]?[0-9]{{1,4}}",
        f"[0-9]{{1,2}}[-/. ]?{_MONTH}(?:[-/. ]?[0-9]{{2,4}})?",
        "[0-9]{1,2}(?::[0-9]{2})* ?[ap]m?",
        "[0-9]{1,2}(?::[0-9]{2})+",
        "true|false",
    )
)
_RISK: Final = f"'*(?:[=+@\t\r-]|(?:{_CHANGED})$)"
RISKY: Final = f"(?i)^{_RISK}"
"""Of a cell that has an apostrophe in front in a file that we give out."""
_GUARD: Final = f"(?i)^'({_RISK})"
_PLAIN_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_risky: Final = re.compile(RISKY)
NUMBERS: Final = frozenset({"total_seats", "price"})
"""Columns in which a spreadsheet may have its numbers: it writes 7500.00 as 7500, which is the same."""


def guarded(column: str, cell: str) -> str:
    """The cell as it is written into a file."""
    if column in NUMBERS and _PLAIN_NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if _risky.match(cell) else cell


def unguarded(cells: pd.Series) -> pd.Series:
    """A column of cells as they were before they were written."""
    if not cells.str.startswith("'").any():
        return cells
    return cells.str.replace(_GUARD, r"\1", regex=True)
