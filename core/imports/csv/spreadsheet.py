"""Cells that a spreadsheet program would change when it opens a file, because they look like a formula, a number or a date.

An export and a file of failed rows have an apostrophe before such a cell, and the import removes the apostrophe. So `0123` stays a
flight number, `MAR-1` does not become a date, and `=...` is not run. The patterns mean the same in Python, RE2 and Postgres.
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
_guarded: Final = re.compile(_GUARD)
FORMULA_MARKS: Final = ("=", "+", "-", "@", "\t", "\r")
NUMBERS: Final = frozenset({"total_seats", "price"})
"""Columns of numbers, which get no apostrophe: a spreadsheet program writes 7500.00 as 7500, which has the same value."""


def guarded(column: str, cell: str) -> str:
    """A value as a cell of a file of ours, with an apostrophe if a spreadsheet program would change it."""
    if column in NUMBERS and _PLAIN_NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if _risky.match(cell) else cell


def guarded_again(column: str, cell: str) -> str:
    """A cell of an uploaded file as a cell of a file of ours. It may have its apostrophe already, and gets no second one."""
    return cell if _guarded.match(cell) else guarded(column, cell)


def harmless(cell: str) -> str:
    """A cell of a file that is not imported again, with an apostrophe if a spreadsheet program would run it as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_MARKS) else cell


def unguarded(cells: pd.Series) -> pd.Series:
    """The cells without the apostrophes that an export added."""
    if not cells.str.startswith("'").any():
        return cells
    return cells.str.replace(_GUARD, r"\1", regex=True)
