"""Spellings that begin like what was typed, with typing errors: a letter too many, too few, another one, two swapped.

RapidFuzz counts the edits. It compares whole texts, so what was typed is compared with the beginnings of the spellings that are about as
long; spellings that begin alike share one comparison.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

_LAST: Final = "\U0010ffff"


class _Beginnings(NamedTuple):
    """What spellings begin with, in their order, and where the spellings that do so start and end."""

    texts: list[str]
    blocks: list[tuple[int, int]]


class Spellings:
    """Spellings in their order. Their beginnings of a length are taken when somebody first types about as much."""

    def __init__(self, spellings: Iterable[str]) -> None:
        self._sorted = sorted(set(spellings))
        self._beginnings: dict[int, _Beginnings] = {}

    def beginning_with(self, beginning: str) -> Sequence[str]:
        """Those that begin so."""
        first = bisect_left(self._sorted, beginning)
        return self._sorted[first : bisect_left(self._sorted, beginning + _LAST, first)]

    def near(self, typed: str, allowed: int) -> Iterator[tuple[str, int]]:
        """Those that have a beginning with at most `allowed` edits, and how many the best of their beginnings has.

        Who is wrong about both first letters is looking for something else.
        """
        fewest = np.full(len(self._sorted), allowed + 1, np.uint8)
        heads = set(typed[:2])
        for length in range(max(1, len(typed) - allowed), len(typed) + allowed + 1):
            beginnings = self._of_length(length)
            if not beginnings.texts:
                continue
            edits = process.cdist([typed], beginnings.texts, scorer=OSA.distance, score_cutoff=allowed, dtype=np.uint8)[0]
            for number in np.flatnonzero(edits <= allowed).tolist():
                start, end = beginnings.blocks[number]
                fewest[start:end] = np.minimum(fewest[start:end], edits[number])
        for place in np.flatnonzero(fewest <= allowed).tolist():
            spelling = self._sorted[place]
            if not heads.isdisjoint(spelling[:2]):
                yield spelling, int(fewest[place])

    def _of_length(self, length: int) -> _Beginnings:
        if length not in self._beginnings:
            texts, blocks = [], []
            places = (place for place, spelling in enumerate(self._sorted) if len(spelling) >= length)
            # A shorter spelling sorts before all that begin with it, so no block has one in its middle.
            for beginning, block in groupby(places, key=lambda place: self._sorted[place][:length]):
                alike = list(block)
                texts.append(beginning)
                blocks.append((alike[0], alike[-1] + 1))
            self._beginnings[length] = _Beginnings(texts, blocks)
        return self._beginnings[length]
