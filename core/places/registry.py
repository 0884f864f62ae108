"""The registry of airports: where each one is, and its time zone.

The registry (`airportsdata`, 7,900 airports with an IATA code) is read on first use: about 0.2 s and 6 MB, once per process.
`core/places/resolver.py` finds the airports that a text means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import airportsdata

from core.places.folding import name_key
from core.places.names import CITIES


@dataclass(frozen=True, slots=True)
class Place:
    """An airport. `city` is the airport's own name where the registry names no city; `latitude` and `longitude` in degrees, `timezone` an IANA name, `country` an ISO 3166 code, `region` a state or the like."""

    iata: str
    city: str
    airport: str
    country: str
    region: str
    timezone: str
    latitude: float
    longitude: float


def load() -> None:
    """Read the registry now rather than on first use."""
    _registry()


def airport(iata: str) -> Place | None:
    """The airport with this code, in upper case."""
    return _registry().by_code.get(iata)


def known_airport(iata: str) -> Place:
    """The airport with this code, which one of our own lists contains.

    Raises:
        KeyError: the registry does not contain it any more.
    """
    return _registry().by_code[iata]


def airport_named(key: str) -> Place | None:
    """The one airport with this name (a `name_key`); None if no airport has it, or several have it."""
    return _registry().by_name.get(key)


def timezone_of(iata: str | None) -> str | None:
    """The IANA time zone of the airport with this code."""
    place = airport(iata) if iata else None
    return place.timezone if place else None


def zone(place: Place | None) -> tzinfo:
    """The time zone of a place; UTC where it is unknown."""
    return ZoneInfo(place.timezone) if place else UTC


def local_date(moment: datetime, place: Place | None) -> date:
    """The local date at `place` at this moment."""
    return moment.astimezone(zone(place)).date()


@dataclass(frozen=True, slots=True)
class _Registry:
    by_code: dict[str, Place]
    by_name: dict[str, Place]
    """Airports by code and by name. A name is listed with and without the word "airport", and only if no other airport has it."""


@cache
def _registry() -> _Registry:
    places = [
        Place(
            iata=iata,
            city=CITIES.get(iata) or row["city"] or _short(row["name"]),
            airport=row["name"],
            country=row["country"],
            region=row["subd"],
            timezone=row["tz"],
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
        )
        for iata, row in airportsdata.load("IATA").items()
    ]
    named: defaultdict[str, list[Place]] = defaultdict(list)
    for place in places:
        for name in {name_key(place.airport), name_key(_short(place.airport))} - {""}:
            named[name].append(place)
    by_name = {name: found[0] for name, found in named.items() if len(found) == 1}
    return _Registry({place.iata: place for place in places}, by_name)


def _short(airport: str) -> str:
    return re.sub(r" (International )?Airport$", "", airport)
