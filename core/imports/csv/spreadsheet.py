"""Cells that a spreadsheet program would change when it opens a file, because they look like a formula, a number or a date.

Every file that we export has an apostrophe before such a cell, and the import removes the apostrophe. So `0123` stays a flight
number, `MAR-1` does not become a date, and `=...` is not run. The patterns mean the same in Python, RE2 and Postgres.
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
"""Matches a cell that gets an apostrophe in an exported file."""
_GUARD: Final = f"(?i)^'({_RISK})"
_PLAIN_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_risky: Final = re.compile(RISKY)
NUMBERS: Final = frozenset({"total_seats", "price"})
"""Columns of numbers, which get no apostrophe: a spreadsheet program writes 7500.00 as 7500, which has the same value."""


def guarded(column: str, cell: str) -> str:
    """The cell as it is written to an exported file."""
    if column in NUMBERS and _PLAIN_NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if _risky.match(cell) else cell


def unguarded(cells: pd.Series) -> pd.Series:
    """The cells without the apostrophes that an export added."""
    if not cells.str.startswith("'").any():
        return cells
    return cells.str.replace(_GUARD, r"\1", regex=True)
