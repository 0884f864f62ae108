"""Spellings that begin like what was typed, with typing errors: a letter too many, too few, another one, two swapped.

A spelling is compared letter by letter, only with what it may still fit, and only for as long as it may. Those that begin alike are
compared together: in their order, one comparison answers for the whole block that shares what was compared.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

_LAST: Final = "\U0010ffff"
_FAR: Final = 1_000
"""More edits than anybody forgives."""


def beginning_with(spellings: Sequence[str], beginning: str) -> Sequence[str]:
    """Those of sorted `spellings` that begin so."""
    first = bisect_left(spellings, beginning)
    return spellings[first : bisect_left(spellings, beginning + _LAST, first)]


def near(spellings: Sequence[str], typed: str, allowed: int) -> Iterator[tuple[Sequence[str], int]]:
    """Those of sorted `spellings` that have a beginning with at most `allowed` edits, and how many the best of them has.

    Who is wrong about both first letters is looking for something else.
    """
    shortest, reach, heads = len(typed) - allowed, len(typed) + allowed, set(typed[:2])
    fitting = [spelling for spelling in spellings if len(spelling) >= shortest]
    band = _Band(typed, allowed)
    start = 0
    while start < len(fitting):
        spelling = fitting[start]
        if heads.isdisjoint(spelling[:2]):
            start = _end(fitting, spelling[:2], start) if len(spelling) > 1 else start + 1
            continue
        decided = band.compare(spelling[:reach])
        # One that ended before it was decided says nothing about those that go on.
        end = _end(fitting, spelling[:decided], start) if decided else start + 1
        if band.fewest[-1] <= allowed:
            yield fitting[start:end], band.fewest[-1]
        start = end


def _end(spellings: Sequence[str], beginning: str, start: int) -> int:
    """Where the block of those that begin so ends, of which one is at `start`."""
    following = start + 1
    if following == len(spellings) or not spellings[following].startswith(beginning):
        return following
    return bisect_left(spellings, beginning + _LAST, following)


class _Band:
    """How many edits are between each beginning of a spelling and each beginning of what was typed that is about as long.

    `rows` has a row for each beginning of the spelling that was compared last, the empty one first, and a row a number for each beginning
    of what was typed, from `allowed` letters shorter to `allowed` longer; others need more edits than allowed.
    """

    def __init__(self, typed: str, allowed: int) -> None:
        self._allowed = allowed
        self._length = len(typed)
        self._width = 2 * allowed + 1
        # No letter equals what is before and after the letters.
        self._typed = [*[""] * (allowed + 1), *typed, *[""] * (2 * allowed)]
        self._rows = [[*[_FAR] * allowed, *range(allowed + 1), _FAR]]
        self._path = ""
        self.fewest = [len(typed)]
        """For each row, the edits of the best of the rows up to it."""

    def compare(self, spelling: str) -> int:
        """Go on from what the last spelling has in common with this one. Returns after how many letters no further one can make it fit
        any better; 0 if the spelling ends before that.
        """
        rows, fewest, allowed = self._rows, self.fewest, self._allowed
        shared = _count_shared(self._path, spelling)
        del rows[shared + 1 :], fewest[shared + 1 :]
        self._path = spelling
        spent = min(rows[-1]) == allowed
        for end in range(shared + 1, len(spelling) + 1):
            # With no edit left, a letter has to be one of those that it is compared with.
            if spent and spelling[end - 1] not in self._typed[end - 1 : end + self._width]:
                self._path = spelling[: end - 1]
                return end
            row = self._next_row(spelling, end)
            rows.append(row)
            last = self._length - end + allowed
            fewest.append(min(fewest[-1], row[last]) if 0 <= last < self._width else fewest[-1])
            least = min(row)
            if least > allowed:
                self._path = spelling[:end]
                return end
            spent = least == allowed
        return len(spelling) if len(spelling) == self._length + allowed else 0

    def _next_row(self, spelling: str, end: int) -> list[int]:
        """Each number is the least of four: the letters pair off, or differ; one of the two has a letter too many; two are swapped."""
        above = self._rows[-1]
        swapped = self._rows[-2] if end > 1 else above
        letter, earlier = spelling[end - 1], spelling[end - 2] if end > 1 else None
        row = []
        beside, before = _FAR, self._typed[end - 1]
        for paired, longer, crossed, other in zip(above, above[1:], swapped, self._typed[end:], strict=False):
            edits = paired
            if letter != other:
                edits = min(paired, longer, beside) + 1
                if letter == before and other == earlier and crossed < edits:
                    edits = crossed + 1
            row.append(edits)
            beside, before = edits, other
        row.append(_FAR)
        return row


def _count_shared(one: str, other: str) -> int:
    """Letters that both begin with."""
    count, most = 0, min(len(one), len(other))
    while count < most and one[count] == other[count]:
        count += 1
    return count
