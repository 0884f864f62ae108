"""Whether a surname is one of a name, however the two are written: by a traveller, a passport, a desk and their keyboards."""

from __future__ import annotations

from typing import Final

from core.places.folding import fold

_SUFFIXES: Final = frozenset({"jr", "junior", "sr", "senior", "ii", "iii", "iv", "phd", "md", "esq"})
"""Behind a surname, and no part of it."""
_SPELT_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)
"""How passports and tickets write letters that not every keyboard has."""


def bears(name: str, surname: str) -> bool:
    """Whether somebody of this name may go by this surname: the last word, any of several, or all of them together; or the whole name.

    Case, accents, apostrophes, hyphens, blanks, suffixes such as Jr. and characters that nobody sees make no difference. The first name alone
    is no surname, unless there is no other.
    """
    asked = {"".join(words) for words in _spellings(surname)} - {""}
    return any(not asked.isdisjoint(_surnames(words)) for words in _spellings(name))


def _spellings(name: str) -> tuple[list[str], list[str]]:
    return _words(name), _words(name.translate(_SPELT_OUT))


def _words(name: str) -> list[str]:
    words = fold(name).split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return words


def _surnames(words: list[str]) -> set[str]:
    """Everything between the first name and the end, in one piece or in several; and the whole."""
    ends = range(1, len(words) + 1)
    found = {"".join(words[begin:end]) for begin in range(1, len(words)) for end in ends if end > begin}
    return found | {"".join(words)}
