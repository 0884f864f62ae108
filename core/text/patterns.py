"""Patterns for text that we receive. Each matches the whole text, and means the same in Python's `re` and in JSON Schema."""

from __future__ import annotations

from typing import Final

END: Final = r"$(?!\n)"
"""The end of the text. In Python a bare `$` also matches before a final line break, and JSON Schema does not have `\\Z`."""

_HIDDEN: Final = r"\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff"
"""Control characters, invisible characters and direction marks. Joiners are allowed: names in Indic scripts need them."""

USERNAME: Final = r"^[A-Za-z0-9_.@+%&'*/=?!#$^~-]{3,64}$"
"""Letters, digits and the other characters of e-mail addresses."""
PASSWORD_MAX: Final = 128
"""Characters. A longer password takes longer to hash, and anybody can send one without an account."""

AMOUNT: Final = rf"^-?[0-9]{{1,12}}(\.[0-9]{{1,12}})?{END}"
"""A decimal number in the digits 0 to 9. Exponents, thousands separators and digits of other scripts are refused, although Python reads them."""

VISIBLE: Final = f"^[^{_HIDDEN}]+{END}"
VISIBLE_OR_EMPTY: Final = f"^[^{_HIDDEN}]*{END}"

_WORDS: Final = ("null", "none", "n/a", "na", "n.a.", "n.a", "nil", "blank", "undefined", "unknown", "tba", "tbd")
_SIGNS: Final = ("", r"\n", *("-" * length for length in range(1, 4)), "–", "—", "?", "??", "???", ".", "..", "...", "…", "*")
_PLACEHOLDERS: Final = frozenset(
    {*_WORDS, *_SIGNS, *(opening + word + closing for word in _WORDS for opening, closing in ("()", "[]", "<>"))}
)
_NOT_A_NUMBER: Final = ("nan", "NaN", "NaT")
"""What programs write for a missing number or time. `Nan`, `NAN` and `NAT` are not in it: they are a city and two airport codes."""
_SPREADSHEET_ERROR: Final = "#"
"""How the errors of a spreadsheet begin in every language: `#REF!`, `#BEZUG!`, `#N/A`, `#NV`. No name begins with it."""
MISSING_CODES: Final = ("NULL", "NONE", "NAN", "NAT", "NA", "N-A", "NIL", "TBA", "TBD", "UNDEFINED", "UNKNOWN", "BLANK", "")
"""The words for a missing value in capitals, for cells that are changed to capitals before they are compared."""


def is_missing(text: str) -> bool:
    """Whether a value (without spaces around it) is empty, or a placeholder for a missing value, such as `NULL` or `N/A`."""
    return text in _NOT_A_NUMBER or text.startswith(_SPREADSHEET_ERROR) or text.lower() in _PLACEHOLDERS
