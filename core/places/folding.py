"""Folding: the form in which two spellings of one name are equal (`São Paulo` and `sao paulo`)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from core.text.characters import strip_invisible

_LETTERS: Final = str.maketrans(
    {
        **dict(zip("øđłıħŧðɖɓɗ", "odlihtddbd", strict=True)),
        **{"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng", "ə": "e", "ĸ": "k", "ſ": "s"},
        **dict.fromkeys("'’‘‛ʻʼʽʹʾʿ`´′＇ʿꞌ", ""),
    }
)
"""Letters that Unicode does not split into a base letter and an accent, with what is written instead (ø: o). Every kind of apostrophe is removed."""
_BETWEEN: Final = re.compile(r"[\s\-‐‑‒–—―−,./()]+")
REMEMBERED: Final = 10_000
"""For how many names the key is remembered. The names of a file come again in each of its chunks."""
_SHORT: Final = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}


def fold(text: str) -> str:
    """The name in lower case, without accents, apostrophes, hyphens and invisible characters."""
    if text.isascii():
        return _BETWEEN.sub(" ", text.lower().translate(_LETTERS)).strip()
    decomposed = unicodedata.normalize("NFKD", strip_invisible(text))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().translate(_LETTERS)
    return _BETWEEN.sub(" ", letters).strip()


@lru_cache(REMEMBERED)
def name_key(text: str) -> str:
    """The key of a city name in the tables: folded, with `st` written as `saint`."""
    return " ".join(_SHORT.get(word, word) for word in fold(text).split(" "))


def tidy(text: str) -> str:
    """The text of a place as it is stored: one normal form, no spaces around it, single spaces within."""
    return " ".join(unicodedata.normalize("NFC", text).split())
