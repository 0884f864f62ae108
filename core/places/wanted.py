"""The two ends of a search. Unlike an end of a flight, an end of a search may be several airports: all those of a city."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from core.errors import Invalid
from core.places import resolver
from core.places.folding import tidy
from core.places.letters import lower
from core.places.resolver import Meaning
from core.places.route import ambiguous
from core.text.characters import UnusableCharacter, clean

REMEMBERED: Final = 8_192


class Wanted(NamedTuple):
    """One end. `keys`: the place keys to compare with those of flights (`End.key`). `known`: whether the registry contains the place."""

    keys: tuple[str, ...]
    known: bool


class WantedRoute(NamedTuple):
    source: Wanted
    destination: Wanted

    @property
    def several(self) -> bool:
        """Whether an end is more than one airport."""
        return len(self.source.keys) > 1 or len(self.destination.keys) > 1


@lru_cache(REMEMBERED)
def read(source: str, destination: str) -> WantedRoute:
    """Resolve the two ends of a search.

    Raises:
        Invalid: several cities could be meant, or the text has a character that no name can have.
    """
    names = _written(source, "source"), _written(destination, "destination")
    meanings = [_meaning(name) for name in names]
    return WantedRoute(
        _wanted(names[0], meanings[0], meanings[1].country, "source"),
        _wanted(names[1], meanings[1], meanings[0].country, "destination"),
    )


def keys_of(text: str) -> list[str]:
    """The keys of all places that a text may mean, for a filter that should not hide anything."""
    name = tidy(text)
    meaning = _meaning(name)
    return [place.iata for city in meaning.cities for place in city.airports] or [lower(name)]


def _written(text: str, parameter: str) -> str:
    try:
        return tidy(clean(text.strip()))
    except UnusableCharacter as error:
        raise Invalid.field(f"?{parameter}", "bad_format", str(error)) from error


def _meaning(name: str) -> Meaning:
    """What a text means in a search. In addition to the rules for flights, a code of an airport or metropolitan area may be in lower
    case if no place has that name, and a code that is no longer in use means the airport's present code.
    """
    meaning = resolver.meaning(name)
    if meaning is resolver.NOTHING and len(name) == 3 and name.isascii():
        meaning = resolver.meaning(name.upper())
    return resolver.of_one(meaning.retired) if meaning.retired else meaning


def _wanted(name: str, meaning: Meaning, other_country: str | None, parameter: str) -> Wanted:
    city = meaning.seen_from(other_country)
    if city is not None:
        return Wanted(tuple(place.iata for place in city.airports), True)
    if not meaning.cities:
        return Wanted((lower(name),), False)
    candidates = tuple(dict.fromkeys(place for each in meaning.cities for place in each.airports))
    fault = ambiguous(name, candidates)
    raise Invalid(fault.message, errors=[fault.error(f"?{parameter}")])
