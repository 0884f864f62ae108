"""Suggestions for a misspelt name of a field, parameter, column or setting."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

LIKELY: Final = 0.75
"""The smallest similarity (0 to 1) at which one name is suggested for another. Below it, suggestions are wrong more often than right."""
LONGEST: Final = 64
"""Characters. A longer text is not compared, because none of our names is so long."""


def likely_meant(name: str, known: Iterable[str]) -> str | None:
    """The name in `known` that `name` most likely means: equal except for case and punctuation, or a typing error away. None if there is none."""
    if len(name) > LONGEST:
        return None
    by_letters = {_letters(each): each for each in known}
    letters = _letters(name)
    if letters in by_letters:
        return by_letters[letters]
    close = get_close_matches(letters, by_letters, n=1, cutoff=LIKELY) if letters else []
    return by_letters[close[0]] if close else None


def hint(name: str, known: Iterable[str]) -> str:
    """A sentence with a suggestion, beginning with a space; empty if there is no suggestion."""
    meant = likely_meant(name, known)
    return f" Did you mean {meant!r}?" if meant else ""


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
