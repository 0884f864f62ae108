"""The route of a flight (source and destination) as an administrator writes it, in a request or in a row of a file.

Each end is the airport that is meant, or a place that no registry knows, or a fault that says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from core.places import cities, near_names, resolver
from core.places.folding import name_key, tidy
from core.places.letters import lower
from core.places.near_names import NearName
from core.places.registry import Place
from core.places.resolver import Meaning
from core.text.characters import UnusableCharacter, clean
from core.text.patterns import is_missing

LONGEST: Final = 80
"""Characters of a name as it is sent, also those that nobody sees."""
LONGEST_SENT: Final = 200
"""Of a request that is looked at; blanks around a name are no part of it."""
NAME: Final = r"[^\x00-\x1f\x7f-\x9f<>{}]{2,80}"
"""What a name of a place is: without control characters, and without the marks that delimit routes in Redis keys."""
REMEMBERED: Final = 16_384
LISTED: Final = 12
"""Candidates that a message names."""


class UnknownPlaces(StrEnum):
    """What becomes of a flight whose place no registry knows."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    """It is stored by its name, has no code and no time zone, and is shown as unknown."""


def is_called_otherwise(name: str, place: Place) -> bool:
    """Whether a name is neither the code of the airport nor what the airport, its city or our own lists call it: `Bombay`, `Firenze`."""
    key = name_key(name)
    if name == place.iata or key in (name_key(place.city), name_key(place.airport)):
        return False
    return not any(place in city.airports for city in cities.cities().named.get(key, ()))


class PlaceFaultCode(StrEnum):
    MISSING = "missing"
    NOT_A_PLACE = "not_a_place"
    UNKNOWN = "unknown_place"
    AMBIGUOUS = "ambiguous_place"


class PlaceFault(NamedTuple):
    """Why a text is no end of a flight. `candidates`: the airports to choose from."""

    code: PlaceFaultCode
    message: str
    candidates: tuple[Place, ...] = ()

    def error(self, pointer: str) -> dict[str, Any]:
        """As the API tells it, whose name for what has not the form of a field is `bad_format`."""
        code = "bad_format" if self.code is PlaceFaultCode.NOT_A_PLACE else self.code
        told: dict[str, Any] = {"pointer": pointer, "code": code, "message": self.message}
        if self.candidates:
            told["candidates"] = [{"iata": each.iata, "city": each.city, "country": each.country} for each in self.candidates]
        return told


class End(NamedTuple):
    """One end of a flight. `name` is stored as it was written; without a fault, `place` is None where no registry knows it."""

    name: str
    place: Place | None
    fault: PlaceFault | None

    @property
    def key(self) -> str:
        """What search compares: the IATA code where the place is known, else the name in lower case.

        The database computes the same from a flight's columns (`source_key`, `destination_key`).
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
    """What an administrator means by the two ends of a flight. A name of several cities is the one in the country of the other end, if
    there is one. `hints`: whether to look for what may have been meant, which takes a millisecond.
    """
    names = _written(source), _written(destination)
    meanings = [resolver.meaning(name) if isinstance(name, str) else resolver.NOTHING for name in names]
    ends = [
        _end(name, meaning, other.country, unknown, hints) if isinstance(name, str) else End(text, None, name)
        for text, name, meaning, other in zip((source, destination), names, meanings, reversed(meanings), strict=True)
    ]
    return Route(*ends)


def ambiguous(name: str, candidates: Iterable[Place]) -> PlaceFault:
    """A name that may be one of several airports."""
    listed = tuple(dict.fromkeys(candidates))
    words = ", ".join(f"{place.iata} ({place.city}, {place.country})" for place in listed[:LISTED])
    more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    message = f"{name} may be {words}{more}: write the code of the airport."
    return PlaceFault(PlaceFaultCode.AMBIGUOUS, message, listed)


def _written(text: str) -> str | PlaceFault:
    """The name as it is stored, or why it is none."""
    try:
        name = tidy(clean(text.strip())) if len(text.strip()) <= LONGEST else text
    except UnusableCharacter as error:
        return PlaceFault(PlaceFaultCode.NOT_A_PLACE, str(error))
    if is_missing(name):
        return PlaceFault(
            PlaceFaultCode.MISSING, "Must be the name or the IATA code of a place, and is empty or stands for nothing."
        )
    if not re.fullmatch(NAME, name):
        message = "Must be the name or the IATA code of a place: 2 to 80 characters on one line, without < > { }."
        return PlaceFault(PlaceFaultCode.NOT_A_PLACE, message)
    return name


def _end(name: str, meaning: Meaning, other_country: str | None, unknown: UnknownPlaces, hints: bool) -> End:
    if meaning.retired is not None:
        present = meaning.retired
        message = f"The code {name} is used no longer. Write {present.iata}, the present one of {present.city}."
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
    """A place that no registry knows, with those that may have been meant."""
    hint = f" Did you mean {' or '.join(f'{each.name} ({each.code})' for each in likely)}?" if likely else ""
    message = f"No registry knows a place {name}.{hint} Write the IATA code of the airport, or the name of its city."
    return PlaceFault(PlaceFaultCode.UNKNOWN, message, tuple(each.place for each in likely))
