"""What somebody may have meant by a name that we do not know."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

LIKELY: Final = 0.75
"""How alike two names are (0 to 1) of which one is likely to be meant by the other. Below it a guess is wrong more often than right."""
LONGEST: Final = 64
"""Characters. What is longer than any name of ours is not compared."""


def likely_meant(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `name` is likely to mean: the same but for case and punctuation, or a typing error away."""
    if len(name) > LONGEST:
        return None
    by_letters = {_letters(each): each for each in known}
    letters = _letters(name)
    if letters in by_letters:
        return by_letters[letters]
    close = get_close_matches(letters, by_letters, n=1, cutoff=LIKELY) if letters else []
    return by_letters[close[0]] if close else None


def hint(name: str, known: Iterable[str]) -> str:
    """A sentence with a space before it that names what is likely meant; empty where nothing is."""
    meant = likely_meant(name, known)
    return f" Did you mean {meant!r}?" if meant else ""


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
