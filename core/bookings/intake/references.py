"""Record locators: six characters that a traveller can read out, with no look-alikes.

Drawn by chance from 2^30, so that no reference tells anything of another one. That it is new, a unique index says: who inserts a
booking whose reference exists draws again. With a million bookings that is one in a thousand.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Final

from core.text.characters import strip_invisible

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 symbols: no 0/O, no 1/I."""
LENGTH: Final = 6
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2015\u2212._/]+")
DRAWS: Final = 8
"""Tries for one booking: that all of them fail, with a million bookings, is one in 10^24."""


def read(text: str) -> str:
    """The reference that somebody wrote: in any case, with blanks or hyphens between its letters, or characters that nobody sees."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", strip_invisible(text))).upper()


def draw() -> str:
    """A reference that may exist already."""
    number = secrets.randbits(5 * LENGTH)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(0, 5 * LENGTH, 5))
