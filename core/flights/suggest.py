"""Places for what a traveller has typed so far, with one or two slips of the finger forgiven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from core.flights import places
from core.flights.place_names import PREFERRED
from core.flights.search import AirportView

_CODE, _NAME, _WORD, _SLIP = range(4)
"""Kinds of matches, best first: the code, the beginning of a name, of a word in a name, the same with slips."""
_SLIPS: Final = ((6, 2), (3, 1))
"""So many letters typed, so many slips forgiven."""


class Suggestions:
    """An index over places that have flights."""

    def __init__(self, airports: Iterable[AirportView]) -> None:
        other_names: dict[str, list[str]] = {}
        for name, iata in PREFERRED.items():
            other_names.setdefault(iata, []).append(name)
        self._entries = [(airport, _names(airport, other_names)) for airport in airports]

    def find(self, typed: str, limit: int) -> list[AirportView]:
        """The best matches for `typed`, best first; with nothing typed, the first places by name."""
        wanted = places.fold(typed)
        if not wanted:
            return [airport for airport, _ in self._entries[:limit]]
        ranks = ((_rank(wanted, airport, names), order) for order, (airport, names) in enumerate(self._entries))
        ranked = sorted((rank, order) for rank, order in ranks if rank is not None)
        return [self._entries[order][0] for _, order in ranked[:limit]]


def _names(airport: AirportView, other_names: dict[str, list[str]]) -> list[str]:
    place = places.airport(airport.iata) if airport.iata else None
    known = [place.city, place.airport] if place else []
    folded = [places.fold(name) for name in (airport.name, *known)]
    return list(dict.fromkeys(folded + (other_names.get(airport.iata, []) if airport.iata else [])))


def _rank(wanted: str, airport: AirportView, names: list[str]) -> tuple[int, int] | None:
    """How well a place matches, the smaller the better: the kind of match, then twice the slips, plus one for a wrong first letter."""
    if airport.iata and wanted == airport.iata.lower():
        return _CODE, 0
    if any(name.startswith(wanted) for name in names):
        return _NAME, 0
    words = [word for name in names for word in re.split(r"[^\w]+", name) if word]
    if any(word.startswith(wanted) for word in words):
        return _WORD, 0
    allowed = next((slips for letters, slips in _SLIPS if len(wanted) >= letters), 0)
    near = [
        2 * slips + (name[0] != wanted[0])
        for name in (*names, *words)
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
