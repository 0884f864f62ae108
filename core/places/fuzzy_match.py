"""Find the names that begin like the typed text, allowing for typing errors: an extra letter, a missing one, a wrong one, two swapped.

RapidFuzz counts the edits between whole texts. So the typed text (`delih`, 5 letters) is compared with the first 3 to 7 letters of
every name. Names that begin with the same letters share one comparison.
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
    """Different beginnings of one length, sorted, and for each the range of the sorted names that begin with it."""

    texts: list[str]
    blocks: list[tuple[int, int]]


class Spellings:
    """Names in sorted order. The beginnings of each length are computed when a text of about that length is first typed."""

    def __init__(self, spellings: Iterable[str]) -> None:
        self._sorted = sorted(set(spellings))
        self._beginnings: dict[int, _Beginnings] = {}

    def beginning_with(self, beginning: str) -> Sequence[str]:
        """The names that begin with exactly this text."""
        first = bisect_left(self._sorted, beginning)
        return self._sorted[first : bisect_left(self._sorted, beginning + _LAST, first)]

    def near(self, typed: str, allowed: int) -> Iterator[tuple[str, int]]:
        """The names with a beginning that is at most `allowed` edits away from `typed`, each with the smallest number of edits.

        A name whose first two letters are both different is never a match.
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
            # A name that is shorter than this length sorts before all names that begin with it, so it is never in the middle of a range.
            for beginning, block in groupby(places, key=lambda place: self._sorted[place][:length]):
                alike = list(block)
                texts.append(beginning)
                blocks.append((alike[0], alike[-1] + 1))
            self._beginnings[length] = _Beginnings(texts, blocks)
        return self._beginnings[length]
