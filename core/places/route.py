"""The route of a flight (source and destination) as an administrator writes it, in a request or in a row of a CSV file.

Each end becomes one of three: an airport, a place that the registry does not contain, or a fault that says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from core.errors import FieldError
from core.places import cities, near_names, registry, resolver
from core.places.folding import name_key, tidy
from core.places.letters import lower
from core.places.near_names import NearName
from core.places.registry import Place
from core.places.resolver import Meaning
from core.text.characters import UnusableCharacter, clean
from core.text.patterns import is_missing

LONGEST: Final = 80
"""The longest name, in characters as sent, invisible ones included."""
LONGEST_SENT: Final = 200
"""The longest text of a request that is read at all, in characters. It may be longer than a name, because spaces around the name are removed."""
NAME: Final = r"[^\x00-\x1f\x7f-\x9f<>{}]{2,80}"
"""The form of a place name: no control characters, and none of the characters that separate the parts of a Redis key."""
REMEMBERED: Final = 16_384
LISTED: Final = 12
"""How many candidates an error message lists."""


class UnknownPlaces(StrEnum):
    """What happens to a flight with a place that the registry does not contain."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    """The place is stored by its name. It has no code and no time zone, and is shown as unknown."""


@lru_cache(REMEMBERED)
def should_be_noted(name: str, place: Place) -> bool:
    """Whether a person should look at what a name was read as: cities elsewhere have it too (`Portland`), or it is a former or foreign one
    (`Bombay`, `Firenze`), which is neither the name of the airport, nor its city's, nor one in our own lists.
    """
    if resolver.meaning(name).rivals:
        return True
    key = name_key(name)
    if key in (name_key(place.city), name_key(place.airport)) or not resolver.is_name(key):
        return False
    return registry.airport_named(key) != place and not any(place in city.airports for city in cities.cities().named.get(key, ()))


class PlaceFaultCode(StrEnum):
    MISSING = "missing"
    NOT_A_PLACE = "not_a_place"
    UNKNOWN = "unknown_place"
    AMBIGUOUS = "ambiguous_place"


class PlaceFault(NamedTuple):
    """Why a text cannot be an end of a flight. `candidates`: the airports to choose from."""

    code: PlaceFaultCode
    message: str
    candidates: tuple[Place, ...] = ()

    def error(self, pointer: str) -> FieldError:
        """The entry in `errors` of the response. There the code for a text of the wrong form is `bad_format`, as for any other field."""
        code = "bad_format" if self.code is PlaceFaultCode.NOT_A_PLACE else self.code
        fields: FieldError = {"pointer": pointer, "code": code, "message": self.message}
        if self.candidates:
            fields["candidates"] = [{"iata": each.iata, "city": each.city, "country": each.country} for each in self.candidates]
        return fields


class End(NamedTuple):
    """One end of a flight. `name` is stored as it was written. `place`: the airport; None if there is a fault or the registry does not contain it."""

    name: str
    place: Place | None
    fault: PlaceFault | None

    @property
    def key(self) -> str:
        """What a search compares: the IATA code if the airport is known, else the name in lower case.

        The database computes the same value from the columns of a flight (`source_key`, `destination_key`).
        """
        return self.place.iata if self.place else lower(self.name)

    @property
    def code(self) -> str | None:
        return self.place.iata if self.place else None


class Route(NamedTuple):
    source: End
    destination: End


@lru_cache(REMEMBERED)
def read(source: str, destination: str, unknown: UnknownPlaces = UnknownPlaces.REFUSE, *, hints: bool = True) -> Route:
    """Resolve the two ends of a flight. If several cities have a name, the only one in the country of the other end is meant.

    `hints`: whether the fault of an unknown name suggests similar names, which takes a millisecond.
    """
    names = _written(source), _written(destination)
    meanings = [resolver.meaning(name) if isinstance(name, str) else resolver.NOTHING for name in names]
    ends = [
        _end(name, meaning, other.country, unknown, hints) if isinstance(name, str) else End(text, None, name)
        for text, name, meaning, other in zip((source, destination), names, meanings, reversed(meanings), strict=True)
    ]
    return Route(*ends)


def ambiguous(name: str, candidates: Iterable[Place]) -> PlaceFault:
    """The fault of a name that several airports share."""
    listed = tuple(dict.fromkeys(candidates))
    words = ", ".join(f"{place.iata} ({place.city}, {place.country})" for place in listed[:LISTED])
    more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    other = ", or another place of this name" if len(listed) == 1 else ""
    message = f"{name} may mean {words}{more}{other}. Write the code of one airport."
    return PlaceFault(PlaceFaultCode.AMBIGUOUS, message, listed)


def _written(text: str) -> str | PlaceFault:
    """The name as it is stored, or why the text cannot be one."""
    try:
        name = tidy(clean(text.strip())) if len(text.strip()) <= LONGEST else text
    except UnusableCharacter as error:
        return PlaceFault(PlaceFaultCode.NOT_A_PLACE, str(error))
    if is_missing(name):
        return PlaceFault(
            PlaceFaultCode.MISSING,
            "Must not be empty, or a placeholder such as NULL or N/A. Write the name or the IATA code of a place.",
        )
    if not re.fullmatch(NAME, name):
        message = "Must be the name or the IATA code of a place: 2 to 80 characters on one line, without < > { }."
        return PlaceFault(PlaceFaultCode.NOT_A_PLACE, message)
    return name


def _end(name: str, meaning: Meaning, other_country: str | None, unknown: UnknownPlaces, hints: bool) -> End:
    if meaning.retired is not None:
        present = meaning.retired
        message = f"The code {name} is no longer in use. Write {present.iata}, the present code of {present.city}."
        return End(name, None, PlaceFault(PlaceFaultCode.UNKNOWN, message, (present,)))
    city = meaning.seen_from(other_country)
    if city is not None and city.end is not None:
        return End(name, city.end, None)
    if city is not None or meaning.cities:
        several = city.airports if city is not None else tuple(place for each in meaning.cities for place in each.airports)
        return End(name, None, ambiguous(name, several))
    if unknown is UnknownPlaces.ACCEPT:
        return End(name, None, None)
    return End(name, None, _unknown(name, near_names.suggest(name) if hints else ()))


def _unknown(name: str, likely: tuple[NearName, ...]) -> PlaceFault:
    """The fault of a name that the registry does not contain, with similar names."""
    hint = f" Did you mean {' or '.join(f'{each.name} ({each.code})' for each in likely)}?" if likely else ""
    message = f"There is no known place {name}.{hint} Write the IATA code of the airport, or the name of its city."
    return PlaceFault(PlaceFaultCode.UNKNOWN, message, tuple(each.place for each in likely))
