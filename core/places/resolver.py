"""Which cities and airports the text for a place means. Requests, CSV files, searches and the app all use this module.

The rules are tried in the order of the table in docs/search.md. Example: `London` means a city with six airports. As an end of a flight
(`core/places/route.py`) that is ambiguous, because a flight has exactly one airport at each end. In a search it means all six.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.places import registry
from core.places.cities import LARGER, OVERWHELMING, City, cities, of_airport
from core.places.countries import countries
from core.places.folding import name_key
from core.places.names import FIRST, NAMES, OPEN, RETIRED, WITH_ACCENT
from core.places.registry import Place

REMEMBERED: Final = 8_192
_CODE: Final = re.compile(r"[A-Z]{3}")
_NAME_AND_CODE: Final = re.compile(r"(?P<name>.+?)[\s/(-]+(?P<code>[A-Z]{3})\)?")
_CODE_AND_NAME: Final = re.compile(r"(?P<code>[A-Z]{3})[\s/(-]+(?P<name>.+?)\)?")


@dataclass(frozen=True, slots=True)
class Meaning:
    """The cities that a text may mean.

    `city`: the one it means without further information; None if that is not decided. `rivals`: other cities of the same name. If `city`
    is set, a rival counts only when the other end of the route is in the rival's country. `retired`: the text is a code that is no
    longer in use, and this is the present code of that airport.
    """

    city: City | None
    rivals: tuple[City, ...] = ()
    retired: Place | None = None

    def seen_from(self, country: str | None) -> City | None:
        """The city that is meant when the other end of the route is in `country` (None: unknown). None if it is still ambiguous."""
        at_home = [rival for rival in self.rivals if rival.country == country]
        if self.city is not None:
            return None if at_home and self.city.country != country else self.city
        return at_home[0] if len(at_home) == 1 else None

    @property
    def cities(self) -> tuple[City, ...]:
        """`city` and the rivals, the most likely first."""
        return self.rivals if self.city is None else (self.city, *self.rivals)

    @property
    def country(self) -> str | None:
        """The country of the place; None if the text alone does not decide it."""
        return self.city.country if self.city else None


NOTHING: Final = Meaning(None)


@lru_cache(REMEMBERED)
def meaning(text: str) -> Meaning:
    """What `text`, tidied, may mean without further information. `NOTHING` if no rule matches."""
    if _CODE.fullmatch(text):
        if text in RETIRED:
            return Meaning(None, retired=registry.airport(RETIRED[text]))
        if (place := registry.airport(text)) is not None:
            return of_one(place)
        if (area := cities().areas.get(text)) is not None:
            return Meaning(area)
    if (iata := WITH_ACCENT.get(text.lower())) is not None:
        return of_one(registry.known_airport(iata))
    found = _named(name_key(text))
    return found if found is not NOTHING else _with_code(text) or _with_country(text) or _with_airport(name_key(text)) or NOTHING


def load() -> None:
    """Read airports and cities now rather than on first use."""
    registry.load()
    cities()


def end_of(text: str) -> Place | None:
    """The one airport that `text` means without further information, as an end of a flight; None if it is not exactly one."""
    city = meaning(text).city
    return city.end if city else None


def is_name(key: str) -> bool:
    """Whether a text (a `name_key`) is the name of a city or an airport, rather than a code, or a name with a code, a country or an airport."""
    return _named(key) is not NOTHING


def of_one(place: Place) -> Meaning:
    """The meaning of a text that means exactly this airport."""
    return Meaning(of_airport(place))


def airport_in_any_case(text: str) -> Place | None:
    """The airport with this code, in upper or lower case. Only for searches: in the data of a flight a code must be in capitals."""
    return registry.airport(text.upper()) if len(text) == 3 and text.isascii() else None


def _named(key: str) -> Meaning:
    if key in NAMES:
        return of_one(registry.known_airport(NAMES[key]))
    named, called = cities().named.get(key, []), cities().called.get(key, [])
    known = _served(named) or _served(called) or named
    if not known:
        place = registry.airport_named(key)
        return of_one(place) if place else NOTHING
    if key in OPEN:
        return Meaning(None, tuple(known))
    first = next((city for city in known if any(place.iata == FIRST.get(key) for place in city.airports)), known[0])
    others = [city for city in known if city is not first]
    # A far larger city with this name in another language, or as its former name, is as likely to be meant as a small city of this name.
    others += [city for city in _served(called) if city not in known and city.overshadows(first, OVERWHELMING)]
    if key not in FIRST and not all(first.overshadows(other, LARGER) for other in others):
        return Meaning(None, (first, *others))
    if cities().is_hidden(key, first):
        return Meaning(None, (first, *others))
    return Meaning(first, tuple(other for other in others if not first.overshadows(other, OVERWHELMING)))


def _with_code(text: str) -> Meaning | None:
    """A name and the code of an airport of it, as in `London (LHR)`, `New York JFK` or `DEL - Delhi`."""
    if (match := _NAME_AND_CODE.fullmatch(text) or _CODE_AND_NAME.fullmatch(text)) is None:
        return None
    place = registry.airport(match["code"])
    if place is None:
        return None
    key = name_key(match["name"])
    agrees = key in name_key(f"{place.city} {place.airport}") or any(place in city.airports for city in _named(key).cities)
    return of_one(place) if agrees else None


def _with_country(text: str) -> Meaning | None:
    """A name and its country or state, as in `Paris, France`, `London, GB` or `Portland, Oregon`."""
    name, comma, where = text.rpartition(",")
    key = name_key(where)
    if not comma or not key:
        return None
    country = countries().get(key)
    wanted = name_key(name)
    named, called = (
        [
            city
            for city in table.get(wanted, [])
            if city.country == country or any(name_key(place.region) == key for place in city.airports)
        ]
        for table in (cities().named, cities().called)
    )
    there = _served(named) or _served(called) or named
    if not there:
        return None
    first, others = there[0], there[1:]
    if not all(first.overshadows(other, LARGER) for other in others):
        return Meaning(None, tuple(there))
    return of_one(first.airports[0]) if len(first.airports) == 1 else Meaning(first)


def _with_airport(key: str) -> Meaning | None:
    """A city and a part of its airport's name, as in `Paris Charles de Gaulle`."""
    words = key.split(" ")
    for count in range(len(words) - 1, 0, -1):
        city = _named(" ".join(words[:count])).city
        if city is None:
            continue
        rest = " ".join(words[count:])
        fitting = [
            place for place in city.airports if NAMES.get(rest) == place.iata or f" {rest} " in f" {name_key(place.airport)} "
        ]
        if len(fitting) == 1:
            return of_one(fitting[0])
    return None


def _served(found: list[City]) -> list[City]:
    """The cities with airline flights, the largest first."""
    return sorted((city for city in found if city.size), key=lambda city: (-city.people, -city.size, city.country))
