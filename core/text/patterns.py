"""Patterns for text that somebody sends. They mean the whole text, for Python's `re` and for JSON Schema alike."""

from __future__ import annotations

from typing import Final

END: Final = r"$(?!\n)"
"""The end of the text. A bare `$` lets a line break pass behind it in Python, and `\\Z` is unknown to JSON Schema."""

_HIDDEN: Final = r"\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff"
"""Control characters, and those that nobody sees and that turn the text around. Joiners stay: names in Indic scripts need them."""

USERNAME: Final = r"^[A-Za-z0-9_.@+%&'*/=?!#$^~-]{3,64}$"
"""Letters, digits and what e-mail addresses have."""
PASSWORD_MAX: Final = 128
"""Characters. Hashing takes longer with the length, and a stranger pays nothing for it."""

AMOUNT: Final = rf"^-?[0-9]{{1,12}}(\.[0-9]{{1,12}})?{END}"
"""A decimal number in plain digits: no exponent, no sign of thousands, no digits of other scripts, all of which Python would read."""

VISIBLE: Final = f"^[^{_HIDDEN}]+{END}"
VISIBLE_OR_EMPTY: Final = f"^[^{_HIDDEN}]*{END}"

_NOTHING: Final = frozenset(
    {"", r"\n", "null", "none", "n/a", "#n/a", "na", "nil", "-", "--", "---", "–", "—", "?", "??", "???", "#ref!", "#value!"}
)
_NOT_A_NUMBER: Final = ("nan", "NaN")
"""What programs write for a number that is missing. `Nan` and `NAN` are a city and a code."""
MISSING_CODES: Final = ("NULL", "NONE", "NAN", "NA", "NIL", "")
"""Those of them that look like a code in capitals."""


def is_missing(text: str) -> bool:
    """Whether a value without spaces around it is empty, or a word by which databases, programs and spreadsheets say that it is."""
    return text in _NOT_A_NUMBER or text.lower() in _NOTHING
