"""Places for what a traveller has typed so far, also with one or two typing errors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from core.flights.airports import AirportView, ServedPlace
from core.places import cities, registry, resolver
from core.places.folding import fold
from core.places.fuzzy_match import Spellings

_CODE, _NAME, _WORD, _OTHER, _NEAR = range(5)
"""Kinds of matches, best first: the code, the beginning of a name, of a word in a name, of a name in another language or time; of a name
or a word with edits.
"""
_Rank: TypeAlias = tuple[int, int]
"""How well a place matches, the smaller the better: the kind of match, then twice the edits, plus one for a wrong first letter."""
_NO_MATCH: Final[_Rank] = (_NEAR + 1, 0)
REMEMBERED: Final = 2_000
"""Typed beginnings whose matches are kept."""
OTHER_FROM: Final = 3
"""So many letters typed, before names in other languages are looked at: with fewer, every place has one that begins so."""
_ALLOWED: Final = ((6, 2), (3, 1))
"""How many typing errors are allowed, by the number of letters typed."""


class Suggestions:
    """An index over places that have flights. What was typed before is remembered: everybody types the same beginnings."""

    def __init__(self, served: Iterable[ServedPlace]) -> None:
        known = [*served]
        candidates = [(place, _names(place)) for place in [*known, *_shared_cities(known)]]
        candidates.sort(key=lambda candidate: (-candidate[0].traffic, candidate[1][0]))
        self._airports = [place.airport for place, _ in candidates]
        self._codes = defaultdict[str, list[int]](list)
        self._by_name = defaultdict[str, list[int]](list)
        self._by_word = defaultdict[str, list[int]](list)
        self._by_other_name = defaultdict[str, list[int]](list)
        for order, (place, names) in enumerate(candidates):
            if place.airport.iata:
                self._codes[place.airport.iata.lower()].append(order)
            for name in names:
                self._by_name[name].append(order)
                for word in re.split(r"[^\w]+", name):
                    if word:
                        self._by_word[word].append(order)
            if place.airport.iata:
                for name in cities.other_names(place.airport.iata):
                    self._by_other_name[name].append(order)
        self._spellings = Spellings(self._by_name.keys() | self._by_word.keys())
        self._other_names = Spellings(self._by_other_name)
        self._ranked = lru_cache(REMEMBERED)(self._rank_all)

    def find(self, typed: str, limit: int) -> list[AirportView]:
        """The best matches for `typed`, best first, and the busier of two that match alike; with nothing typed, the busiest places."""
        wanted = fold(typed)
        ranked = self._ranked(wanted) if wanted else range(limit)
        return [self._airports[order] for order in ranked[:limit] if order < len(self._airports)]

    def _rank_all(self, wanted: str) -> list[int]:
        """Positions of all that match, the best first. Typing errors are looked for only where nothing is called so: who has typed "del"
        and sees Delhi did not mean Dulles.
        """
        ranks: dict[int, _Rank] = {}
        matches = [*self._exact(wanted)]
        if not any(orders for (kind, _), orders in matches if kind <= _WORD):
            matches += self._near(wanted)
        for rank, orders in matches:
            for order in orders:
                if rank < ranks.get(order, _NO_MATCH):
                    ranks[order] = rank
        return [order for _, order in sorted((rank, order) for order, rank in ranks.items())]

    def _exact(self, wanted: str) -> Iterator[tuple[_Rank, Sequence[int]]]:
        yield (_CODE, 0), self._codes.get(wanted, ())
        for spelling in self._spellings.beginning_with(wanted):
            yield (_NAME, 0), self._by_name.get(spelling, ())
            yield (_WORD, 0), self._by_word.get(spelling, ())
        if len(wanted) >= OTHER_FROM:
            for spelling in self._other_names.beginning_with(wanted):
                yield (_OTHER, 0), self._by_other_name[spelling]

    def _near(self, wanted: str) -> Iterator[tuple[_Rank, Sequence[int]]]:
        allowed = next((number for letters, number in _ALLOWED if len(wanted) >= letters), 0)
        if not allowed:
            return
        for spelling, number in self._spellings.near(wanted, allowed):
            rank = _NEAR, 2 * number + (spelling[0] != wanted[0])
            yield rank, self._by_name.get(spelling, ())
            yield rank, self._by_word.get(spelling, ())


def _shared_cities(served: Sequence[ServedPlace]) -> Iterator[ServedPlace]:
    """The cities of which several airports have flights: whoever means the city means all of them."""
    by_code = {place.airport.iata: place for place in served if place.airport.iata}
    named = {fold(place.airport.name) for place in served}
    for city, code in cities.of_several_airports():
        airports = [by_code[place.iata] for place in city.airports if place.iata in by_code]
        if len(airports) > 1 and fold(city.name) not in named and resolver.meaning(city.name).city is city:
            timezone = airports[0].airport.timezone
            view = AirportView(name=city.name, iata=code, city=city.name, country=city.country, timezone=timezone)
            yield ServedPlace(city.name, view, sum(place.traffic for place in airports))


def _names(served: ServedPlace) -> list[str]:
    """What a place is called, folded; first what its flights call it."""
    airport = served.airport
    place = registry.airport(airport.iata) if airport.iata else None
    known = [place.city, place.airport] if place else []
    names = [fold(name) for name in (airport.name, *known)]
    return list(dict.fromkeys([*names, *(cities.names(airport.iata) if airport.iata else ())]))
