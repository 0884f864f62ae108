"""Places for what a traveller has typed so far, also with one or two typing errors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import msgspec

from core.flights.airports import AirportView, ServedPlace
from core.places import cities, registry, resolver
from core.places.folding import fold
from core.places.fuzzy_match import Spellings

_CODE, _NAME, _WORD, _OTHER, _NEAR = range(5)
"""Kinds of matches, best first: the code; the beginning of a name; the beginning of a word in a name; the beginning of a foreign
or former name; the beginning of a name or word with typing errors.
"""
_Rank: TypeAlias = tuple[int, int]
"""The quality of a match; smaller is better. First the kind of match, then twice the number of edits, plus one for a wrong first
letter.
"""
_NO_MATCH: Final[_Rank] = (_NEAR + 1, 0)
REMEMBERED: Final = 2_000
"""For how many typed texts the matches are cached."""
OTHER_FROM: Final = 3
"""Foreign and former names are searched from so many letters on. With fewer letters, nearly every place would have a matching one."""
_ALLOWED: Final = ((6, 2), (3, 1))
"""How many typing errors are allowed, by the number of letters typed."""

_encode = msgspec.json.Encoder().encode


class Suggestions:
    """An index of the places that have flights. Matches are cached, because many users type the same beginnings."""

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
        self.encoded = lru_cache(REMEMBERED)(self._find_encoded)
        """`find` as JSON, by the same parameters."""

    def find(self, typed: str, limit: int) -> list[AirportView]:
        """The best matches for `typed`, best first; among equal matches, places with more traffic first. Without text: the places
        with most traffic.
        """
        wanted = fold(typed)
        ranked = self._ranked(wanted) if wanted else range(limit)
        return [self._airports[order] for order in ranked[:limit] if order < len(self._airports)]

    def _find_encoded(self, typed: str, limit: int) -> bytes:
        return _encode(self.find(typed, limit))

    def _rank_all(self, wanted: str) -> list[int]:
        """Positions of all matching places, best first. Typing errors are only considered if no name matches exactly: somebody
        who typed "del" and gets Delhi did not mean Dulles.
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
    """One entry for each city with flights at several airports: choosing it means all of its airports."""
    by_code = {place.airport.iata: place for place in served if place.airport.iata}
    named = {fold(place.airport.name) for place in served}
    for city, code in cities.of_several_airports():
        airports = [by_code[place.iata] for place in city.airports if place.iata in by_code]
        if len(airports) > 1 and fold(city.name) not in named and resolver.meaning(city.name).city is city:
            timezone = airports[0].airport.timezone
            view = AirportView(name=city.name, iata=code, city=city.name, country=city.country, timezone=timezone)
            yield ServedPlace(city.name, view, sum(place.traffic for place in airports))


def _names(served: ServedPlace) -> list[str]:
    """The names of a place, folded. The first is the name in the data of its flights."""
    airport = served.airport
    place = registry.airport(airport.iata) if airport.iata else None
    known = [place.city, place.airport] if place else []
    names = [fold(name) for name in (airport.name, *known)]
    return list(dict.fromkeys([*names, *(cities.names(airport.iata) if airport.iata else ())]))
