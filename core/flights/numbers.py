"""Flight numbers: `AI 301`, `AI301`, `AI-301` and `AI0301` are the same number. Each flight shows it in the spelling that was written first."""

from __future__ import annotations

import re
from typing import Final

_DASHES: Final = re.compile("[-_\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_BLANKS: Final = re.compile("[ \u00a0\u2000-\u200a\u202f\u3000]+")
_NUMBER: Final = re.compile(r"([A-Z]{2,3}|[A-Z][0-9]|[0-9][A-Z])[ -]*0*([0-9]+[A-Z]?)")
_BEGINNING: Final = re.compile(r"([A-Z]{2,3}|[A-Z][0-9]|[0-9][A-Z])[ -]*0*([0-9]*[A-Z]?)")
"""The designator of an airline of two or three characters (IATA, ICAO), then the number, which may end with a letter."""
LONGEST: Final = 64


def tidy(written: str) -> str:
    """The number in capitals, with all kinds of dashes as `-`, and all kinds of blanks as one space.

    Text that is not ASCII is not put into capitals, because `upper()` can change its length.
    """
    text = _BLANKS.sub(" ", _DASHES.sub("-", written[:LONGEST])).strip(" ")
    return text.upper() if text.isascii() else text


def key_of(number: str) -> str:
    """The form of a tidied number that is compared: designator and number, without separators and leading zeros.

    A text that does not begin with a designator is its own key, with one `-` for each run of separators.
    """
    known = _NUMBER.fullmatch(number)
    return known[1] + known[2] if known else _separated(number)


def beginning_of_key(text: str) -> str:
    """The beginning of the keys of all numbers that begin with `text`."""
    number = tidy(text)
    known = _BEGINNING.fullmatch(number)
    return known[1] + known[2] if known else _separated(number)


def _separated(number: str) -> str:
    return re.sub("[ -]+", "-", number)
