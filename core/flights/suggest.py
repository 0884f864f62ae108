"""Places for what a traveller has typed so far, with one or two slips of the finger forgiven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.flights import places
from core.flights.airports import AirportView, ServedPlace
from core.flights.place_names import PREFERRED

_CODE, _NAME, _WORD, _SLIP = range(4)
"""Kinds of matches, best first: the code, the beginning of a name, of a word in a name, the same with slips."""
REMEMBERED: Final = 2_000
"""Typed beginnings whose matches are kept."""
_SLIPS: Final = ((6, 2), (3, 1))
"""So many letters typed, so many slips forgiven."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A place, everything it is called, and the words in that, all folded."""

    airport: AirportView
    traffic: int
    code: str | None
    names: list[str]
    words: list[str]


class Suggestions:
    """An index over places that have flights. What was typed before is remembered: everybody types the same beginnings."""

    def __init__(self, served: Iterable[ServedPlace]) -> None:
        other_names: dict[str, list[str]] = {}
        for name, iata in PREFERRED.items():
            other_names.setdefault(iata, []).append(name)
        candidates = [_candidate(place, other_names) for place in served]
        self._candidates = sorted(candidates, key=lambda candidate: (-candidate.traffic, candidate.names[0]))
        self._ranked = lru_cache(REMEMBERED)(self._rank_all)

    def find(self, typed: str, limit: int) -> list[AirportView]:
        """The best matches for `typed`, best first, and the busier of two that match alike; with nothing typed, the busiest places."""
        wanted = places.fold(typed)
        ranked = self._ranked(wanted) if wanted else range(limit)
        return [self._candidates[order].airport for order in ranked[:limit] if order < len(self._candidates)]

    def _rank_all(self, wanted: str) -> list[int]:
        """Positions of all that match, the best first."""
        ranks = ((_rank(wanted, candidate), order) for order, candidate in enumerate(self._candidates))
        return [order for rank, order in sorted((rank, order) for rank, order in ranks if rank is not None)]


def _candidate(served: ServedPlace, other_names: dict[str, list[str]]) -> _Candidate:
    airport = served.airport
    place = places.airport(airport.iata) if airport.iata else None
    known = [place.city, place.airport] if place else []
    names = [places.fold(name) for name in (airport.name, *known)] + (other_names.get(airport.iata, []) if airport.iata else [])
    words = [word for name in names for word in re.split(r"[^\w]+", name) if word]
    code = airport.iata.lower() if airport.iata else None
    return _Candidate(airport, served.traffic, code, list(dict.fromkeys(names)), list(dict.fromkeys(words)))


def _rank(wanted: str, candidate: _Candidate) -> tuple[int, int] | None:
    """How well a place matches, the smaller the better: the kind of match, then twice the slips, plus one for a wrong first letter."""
    if wanted == candidate.code:
        return _CODE, 0
    if any(name.startswith(wanted) for name in candidate.names):
        return _NAME, 0
    if any(word.startswith(wanted) for word in candidate.words):
        return _WORD, 0
    allowed = next((slips for letters, slips in _SLIPS if len(wanted) >= letters), 0)
    near = [
        2 * slips + (name[0] != wanted[0])
        for name in (*candidate.names, *candidate.words)
        # Who is wrong about both first letters is looking for something else.
        if allowed
        and set(name[:2]) & set(wanted[:2])
        and (slips := min(_distances(wanted, name[: len(wanted) + allowed]))) <= allowed
    ]
    return (_SLIP, min(near)) if near else None


def _distances(wanted: str, name: str) -> Iterator[int]:
    """How many slips (a letter too many, too few, another one, two swapped) are between `wanted` and each beginning of `name`."""
    before: list[int] = []
    row = list(range(len(wanted) + 1))
    yield row[-1]
    for end, letter in enumerate(name, start=1):
        following = [end]
        for position, other in enumerate(wanted, start=1):
            best = min(row[position] + 1, following[-1] + 1, row[position - 1] + (letter != other))
            if position > 1 and end > 1 and letter == wanted[position - 2] and other == name[end - 2]:
                best = min(best, before[position - 2] + 1)
            following.append(best)
        before, row = row, following
        yield row[-1]
