"""Where flights go: the registry of airports, and what a traveller's or an admin's words for a place mean.

The registry (`airportsdata`, 7,900 airports with an IATA code) is read on first use: about 0.2 s and 6 MB, once per process.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import airportsdata

from core.places.letters import lower
from core.places.names import CITIES, PREFERRED

MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Place:
    """An airport. `city` is the airport's own name where the registry names no city; `latitude` and `longitude` in degrees, `timezone` an IANA name, `country` an ISO 3166 code."""

    iata: str
    city: str
    airport: str
    country: str
    timezone: str
    latitude: float
    longitude: float


def tidy(text: str) -> str:
    """The text of a place as it is stored: one normal form, no spaces around it, single spaces within."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """What two spellings of a name have in common: no accents, no case."""
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def load() -> None:
    """Read the registry now rather than on first use."""
    _registry()


def airport(iata: str) -> Place | None:
    """The airport with this code, in upper case."""
    return _registry().by_code.get(iata)


def timezone_of(iata: str | None) -> str | None:
    """The IANA time zone of the airport with this code."""
    place = airport(iata) if iata else None
    return place.timezone if place else None


@lru_cache(maxsize=4096)
def resolve(text: str) -> Place | None:
    """The airport that `text` names: a code, a city, or an airport's name. None where nothing, or more than one, fits."""
    registry = _registry()
    name = fold(text)
    preferred = registry.by_code.get(PREFERRED.get(name, ""))
    return preferred or registry.by_code.get(name.upper()) or registry.by_name.get(name)


def place_key(text: str) -> str:
    """What search compares: the IATA code where the place is known, else the name in lower case.

    The database computes the same from a flight's columns (`source_key`, `destination_key`).
    """
    text = tidy(text)
    place = resolve(text)
    return place.iata if place else lower(text)


def zone(place: Place | None) -> tzinfo:
    """The time zone of a place; UTC where it is unknown."""
    return ZoneInfo(place.timezone) if place else UTC


def local_date(moment: datetime, place: Place | None) -> date:
    """The day that the clocks at `place` show at `moment`."""
    return moment.astimezone(zone(place)).date()


@dataclass(frozen=True, slots=True)
class _Registry:
    by_code: dict[str, Place]
    by_name: dict[str, Place]
    """Folded names of cities and of airports that mean one airport only."""


@cache
def _registry() -> _Registry:
    places = [
        Place(
            iata=iata,
            city=CITIES.get(iata) or row["city"] or _short(row["name"]),
            airport=row["name"],
            country=row["country"],
            timezone=row["tz"],
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
        )
        for iata, row in airportsdata.load("IATA").items()
    ]
    # A city's name is worth more than an airport's: it is what people say.
    by_name = _unambiguous((name, place) for place in places for name in _airport_names(place))
    by_name |= _unambiguous((fold(place.city), place) for place in places)
    return _Registry({place.iata: place for place in places}, by_name)


def _airport_names(place: Place) -> set[str]:
    return {fold(place.airport), fold(_short(place.airport))} - {""}


def _short(airport: str) -> str:
    return re.sub(r" (International )?Airport$", "", airport)


def _unambiguous(names: Iterable[tuple[str, Place]]) -> dict[str, Place]:
    found: defaultdict[str, list[Place]] = defaultdict(list)
    for name, place in names:
        found[name].append(place)
    return {name: places[0] for name, places in found.items() if len(places) == 1}
