"""The registry of airports: where each is, and what its clocks show.

The registry (`airportsdata`, 7,900 airports with an IATA code) is read on first use: about 0.2 s and 6 MB, once per process. What
people's words for a place mean is in `core/places/resolver.py`.
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
    """The airport with this code, which our own lists name.

    Raises:
        KeyError: the registry has lost it.
    """
    return _registry().by_code[iata]


def airport_named(key: str) -> Place | None:
    """The one airport that bears this name, folded for look-ups; None also where several do."""
    return _registry().by_name.get(key)


def timezone_of(iata: str | None) -> str | None:
    """The IANA time zone of the airport with this code."""
    place = airport(iata) if iata else None
    return place.timezone if place else None


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
    """Airports by their own names, with and without the word airport, where only one is called so."""


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
