"""Compare a surname with a full name, by keys that both have. Travellers, passports and staff write names differently (`Müller`, `MUELLER`, `Muller`)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from core.places.folding import fold
from core.text.characters import strip_invisible

_SUFFIXES: Final = frozenset({"jr", "jnr", "junior", "sr", "snr", "senior", "ii", "iii", "iv", "phd", "md", "esq"})
"""Words after a surname that are not part of it."""
_PARTICLES: Final = frozenset(
    [
        "al",
        "bin",
        "da",
        "das",
        "de",
        "del",
        "della",
        "den",
        "der",
        "des",
        "di",
        "do",
        "dos",
        "du",
        "e",
        "el",
        "ibn",
        "la",
        "van",
        "von",
        "y",
        "zu",
    ]
)
"""Words before a surname that are no surname by themselves, unless they end the name."""
_SPELT_OUT: Final = str.maketrans(
    {
        **{"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "đ": "dj"},
        **{"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe", "Đ": "Dj"},
    }
)
"""How passports and tickets write letters that some keyboards do not have."""
_SURNAME_MARK: Final = re.compile("[,/]")
"""Stands after a surname that is written first: `Rao, Asha` in lists, `RAO/ASHA MS` on tickets."""
_VIETNAMESE: Final = re.compile("[\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
_EAST_ASIAN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_FREQUENT: Final = frozenset({"bui", "chen", "choi", "dang", "do", "duong", "ho", "hoang", "huang", "huynh", "jung", "kang", "kim", "le", "lee", "li", "lin", "liu", "luong", "ly", "ngo", "nguyen", "park", "pham", "phan", "sun", "tran", "trinh", "truong", "vo", "vu", "wang", "wu", "xu", "yang", "yoon", "zhang", "zhao", "zhou", "zhu"})  # fmt: skip
"""The most frequent surnames of China, Korea and Vietnam, where the surname is the first word of a name."""


def bears(name: str, surname: str) -> bool:
    """Whether a person with this name may have this surname: the last word, one of several surnames, all of them together, or the
    whole name; and the first word, if it shows that the surname is written first (`Rao, Asha`, `Nguyễn Văn An`, `山田 太郎`).

    Case, accents, apostrophes, hyphens, spaces, suffixes such as Jr. and invisible characters make no difference. The first name
    alone is not a surname, unless the name has one word only; nor is a particle (`von`).
    """
    return not keys_of_surname(surname).isdisjoint(keys_of_name(name))


def keys_of_name(name: str) -> set[str]:
    """The keys of all surnames that a person with this name may have, without spaces. They are stored with the name."""
    return set().union(*(_surnames(words) for words in _spellings(name)), _leading(name)) - {""}


def keys_of_surname(surname: str) -> set[str]:
    """The keys of a surname that somebody looks for. A person bears it if one of them is a key of the person's name."""
    return {"".join(words) for words in _spellings(surname)} - {""}


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
    found = {
        "".join(words[begin:end])
        for begin in range(1, len(words))
        for end in ends
        if end > begin and (end == len(words) or not _PARTICLES.issuperset(words[begin:end]))
    }
    return found | {"".join(words)}


def _leading(name: str) -> set[str]:
    """What the surname may be if it is written first; empty where nothing shows that it is."""
    text = unicodedata.normalize("NFC", strip_invisible(name)).strip()
    surname, *others = _SURNAME_MARK.split(text, maxsplit=1)
    if others and not _SUFFIXES.issuperset(fold(others[0]).split()):
        found = set().union(*(_surnames(["", *words]) for words in _spellings(surname)))
        return found - {""}
    if _EAST_ASIAN.fullmatch(text):
        return {"".join(_words(text[:length])) for length in (1, 2)}
    words = _words(name)
    shows = bool(words) and (words[0] in _FREQUENT or _VIETNAMESE.search(text) or _EAST_ASIAN.match(text))
    return {words[0]} if shows else set()
