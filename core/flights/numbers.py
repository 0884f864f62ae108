"""Flight numbers: `AI 301`, `AI301`, `AI-301` and `AI0301` are one number. Each flight shows it as it was written first."""

from __future__ import annotations

import re
from typing import Final

_DASHES: Final = re.compile("[-_\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_BLANKS: Final = re.compile("[ \u00a0\u2000-\u200a\u202f\u3000]+")
_NUMBER: Final = re.compile(r"([A-Z]{2,3}|[A-Z][0-9]|[0-9][A-Z])[ -]*0*([0-9]+[A-Z]?)")
_BEGINNING: Final = re.compile(r"([A-Z]{2,3}|[A-Z][0-9]|[0-9][A-Z])[ -]*0*([0-9]*[A-Z]?)")
"""An airline's designator of two or three characters (IATA, ICAO), then the number, which may have a letter behind it."""
LONGEST: Final = 64


def tidy(written: str) -> str:
    """The number in capitals, with one kind of dash and of blank. What is no number stays what it is.

    `upper()` makes two letters of one elsewhere in Unicode, so other letters than ASCII are left alone.
    """
    text = _BLANKS.sub(" ", _DASHES.sub("-", written[:LONGEST])).strip(" ")
    return text.upper() if text.isascii() else text


def key_of(number: str) -> str:
    """What a tidied number is compared by: designator and number without what stands between them, and without leading zeros.

    What does not begin with a designator is compared as it is, but for the kind of its separators.
    """
    known = _NUMBER.fullmatch(number)
    return known[1] + known[2] if known else _separated(number)


def beginning_of_key(text: str) -> str:
    """What the keys of all numbers begin with that begin with `text`."""
    number = tidy(text)
    known = _BEGINNING.fullmatch(number)
    return known[1] + known[2] if known else _separated(number)


def _separated(number: str) -> str:
    return re.sub("[ -]+", "-", number)
