"""References of bookings (record locators): six characters that are easy to read out, without characters that look alike.

A reference is one of 2^30 values, chosen at random, so that it says nothing about other references. A unique index refuses a
reference that exists already; then another one is chosen. With a million bookings this happens once in a thousand insertions.
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
REFERENCE_TRIES: Final = 8
"""Attempts for one booking. With a million bookings, the probability that all of them fail is 10^-24."""


def read(text: str) -> str:
    """The reference in its normal form. It may be written in lower case, with spaces or hyphens, or with invisible characters."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", strip_invisible(text))).upper()


def draw() -> str:
    """A random reference, which may exist already."""
    number = secrets.randbits(5 * LENGTH)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(0, 5 * LENGTH, 5))
