"""Compare a surname with a full name. Travellers, passports and staff write names differently (`Müller`, `MUELLER`, `Muller`)."""

from __future__ import annotations

from typing import Final

from core.places.folding import fold

_SUFFIXES: Final = frozenset({"jr", "junior", "sr", "senior", "ii", "iii", "iv", "phd", "md", "esq"})
"""Words after a surname that are not part of it."""
_SPELT_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)
"""How passports and tickets write letters that some keyboards do not have."""


def bears(name: str, surname: str) -> bool:
    """Whether a person with this name may have this surname: the last word, one of several surnames, all of them together, or the
    whole name.

    Case, accents, apostrophes, hyphens, spaces, suffixes such as Jr. and invisible characters make no difference. The first name
    alone is not a surname, unless the name has one word only.
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
    """All contiguous parts of the name after the first name, and the whole name."""
    ends = range(1, len(words) + 1)
    found = {"".join(words[begin:end]) for begin in range(1, len(words)) for end in ends if end > begin}
    return found | {"".join(words)}
