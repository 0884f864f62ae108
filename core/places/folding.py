"""What two spellings of a name have in common."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from core.text.characters import strip_invisible

_LETTERS: Final = str.maketrans(
    {
        **dict(zip("øđłıħŧðɖɓɗ", "odlihtddbd", strict=True)),
        **{"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng", "ə": "e", "ĸ": "k", "ſ": "s"},
        **dict.fromkeys("'’‘‛ʻʼʽʹʾʿ`´′＇ʿꞌ", ""),
    }
)
"""Letters that Unicode does not take apart, as they are written without them; apostrophes, however they are typed, are left out."""
_BETWEEN: Final = re.compile(r"[\s\-‐‑‒–—―−,./()]+")
_SHORT: Final = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}


def fold(text: str) -> str:
    """A name without accents, case, apostrophes, hyphens and characters that nobody sees."""
    if text.isascii():
        return _BETWEEN.sub(" ", text.lower().translate(_LETTERS)).strip()
    decomposed = unicodedata.normalize("NFKD", strip_invisible(text))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().translate(_LETTERS)
    return _BETWEEN.sub(" ", letters).strip()


def name_key(text: str) -> str:
    """What names of cities are looked up by: folded, with `st` and `saint` as one word."""
    return " ".join(_SHORT.get(word, word) for word in fold(text).split(" "))


def tidy(text: str) -> str:
    """The text of a place as it is stored: one normal form, no spaces around it, single spaces within."""
    return " ".join(unicodedata.normalize("NFC", text).split())
