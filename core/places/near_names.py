"""Suggestions for a place name that is not in the registry: names of the registry that differ by one or two typing errors."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.places import resolver
from core.places.cities import cities
from core.places.folding import name_key
from core.places.registry import Place

MOST: Final = 3
REMEMBERED: Final = 4_096
EDITS_OF_LETTERS: Final = ((8, 2), (4, 1))
"""(letters, edits): a name of at least so many letters may be so many typing errors away."""


class NearName(NamedTuple):
    """A known name that is similar, the code to write for it, and its busiest airport."""

    name: str
    code: str
    place: Place


@lru_cache(REMEMBERED)
def suggest(name: str) -> tuple[NearName, ...]:
    """At most three similar names: those with the fewest edits first, and among equals the city with the larger population."""
    place = resolver.airport_in_any_case(name)
    code = [NearName(place.city, place.iata, place)] if place else []
    key = name_key(name)
    edits = next((edits for letters, edits in EDITS_OF_LETTERS if len(key) >= letters), 0)
    if not edits:
        return tuple(code)
    found = process.extract(key, _names(), scorer=OSA.distance, score_cutoff=edits, limit=10 * MOST)
    cities_named = [(distance, max(cities().named[near], key=lambda city: city.people)) for near, distance, _ in found]
    cities_named.sort(key=lambda found: (found[0], -found[1].people))
    near = [NearName(city.name, city.airports[0].iata, city.airports[0]) for _, city in cities_named]
    return tuple(dict.fromkeys([*code, *near]))[:MOST]


@cache
def _names() -> list[str]:
    return [name for name, named in cities().named.items() if any(city.size for city in named)]
