"""The cities that have an airport, and their names: a table made from GeoNames and OurAirports, and our own list of what is missing there.

The table is read on first use: about 0.1 s, once per process. `core/places/data/README.md` names its sources.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final

from core.places import registry
from core.places.names import FIRST, NAMES, NOT_CALLED
from core.places.registry import Place
from core.places.several_airports import SEVERAL_AIRPORTS

OVERWHELMING: Final = 20
"""A city with this many times the population of another city of the same name hides the smaller one: the name never means it."""
LARGER: Final = 4
"""With this many times the population of the others, the larger city is what the name alone means."""
LARGER_HOMONYM: Final = 2
"""A city without an airport and with this many times the population makes the name of a small city ambiguous."""
MANY_PEOPLE: Final = 100_000
"""A city without an airport and with fewer people does not make the name of another city ambiguous."""
SMALL_AGAINST_LARGE: Final = 2
"""The difference in `City.size` between a small airport and a large one."""


@dataclass(frozen=True, slots=True)
class City:
    """A city and its airports, the largest first. `size`: of the largest airport, from 3 (large) to 1 (small); 0 where no airline flies.
    `end`: the airport that a flight to this city goes to; None where that is not clear, or where no airline flies.
    """

    name: str
    country: str
    people: int
    size: int
    airports: tuple[Place, ...]
    end: Place | None

    def overshadows(self, other: City, factor: int) -> bool:
        """Whether the name that both cities have means this one. It does when this city has at least `factor` times the population and
        an airport at least as large, or when the other city's airport is much smaller.
        """
        if (self.size and self.size >= other.size + SMALL_AGAINST_LARGE) or (self.size and not other.size):
            return 2 * self.people >= other.people
        return self.size >= other.size and self.people >= factor * max(other.people, 1)


@dataclass(frozen=True, slots=True)
class Cities:
    """Four look-up tables. `named`: by a city's present name; `called`: by its names in other languages and its former names;
    `areas`: by the code of a metropolitan area; `homonyms`: by a name, the people of the largest city that is called so, is far away and
    has no airport.
    """

    named: dict[str, list[City]]
    called: dict[str, list[City]]
    areas: dict[str, City]
    homonyms: dict[str, int]

    def is_hidden(self, name: str, city: City) -> bool:
        """Whether `name` rather means another city, one where no airline flies: `Messina` is not Massena, and `Bradford` not the one
        in Pennsylvania.
        """
        if name in _DECIDED:
            return False
        named = self.named.get(name, ())
        people = max([self.homonyms.get(name, 0), *(other.people for other in named if not other.size and other is not city)])
        if city in named:
            return people >= max(MANY_PEOPLE, LARGER_HOMONYM * city.people)
        return OVERWHELMING * people > city.people


@cache
def cities() -> Cities:
    """The table, read once per process."""
    rows = [row for row in map(_read, _lines("cities.tsv")) if row is not None]
    areas = _merge_our_own(rows)
    named, called = defaultdict[str, list[City]](list), defaultdict[str, list[City]](list)
    for row in rows:
        for name in row.names:
            named[name].append(row.city)
        for name in row.other_names:
            if (name, row.city.country) not in NOT_CALLED:
                called[name].append(row.city)
    for name, iata in NAMES.items():
        named[name] = [of_airport(registry.known_airport(iata))]
    homonyms = {name: int(people) for name, people in (line.split("\t") for line in _lines("homonyms.tsv"))}
    return Cities(dict(named), dict(called), areas, homonyms)


def of_several_airports() -> list[tuple[City, str | None]]:
    """Cities with several airports, and the codes of those that are a metropolitan area."""
    codes = {city: code for code, city in cities().areas.items()}
    distinct = dict.fromkeys(city for named in cities().named.values() for city in named if len(city.airports) > 1)
    return [(city, codes.get(city)) for city in distinct]


def names(iata: str) -> list[str]:
    """The names of the cities that an airport belongs to, folded."""
    return _of_airport()[0].get(iata, [])


def other_names(iata: str) -> list[str]:
    """The names of those cities in other languages, and their former names, folded."""
    return _of_airport()[1].get(iata, [])


@cache
def _of_airport() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    found = []
    for table in (cities().named, cities().called):
        by_airport: defaultdict[str, list[str]] = defaultdict(list)
        for name, bearing in table.items():
            for place in {place.iata: place for city in bearing for place in city.airports}.values():
                by_airport[place.iata].append(name)
        found.append(dict(by_airport))
    return found[0], found[1]


def of_airport(place: Place) -> City:
    """An airport as a city of its own."""
    return City(place.city, place.country, 0, 3, (place,), place)


@dataclass(slots=True)
class _Row:
    city: City
    names: list[str]
    other_names: list[str]


_DECIDED: Final = {*NAMES, *FIRST, *(own.name for own in SEVERAL_AIRPORTS)}
"""Names whose city our own list decides."""


def _lines(table: str) -> list[str]:
    return files("core.places").joinpath("data", table).read_text("utf-8").splitlines()


def _read(line: str) -> _Row | None:
    """None if the registry no longer has any airport of this city."""
    name, country, people, airports, names, others = line.split("\t")
    found = [(place, int(each[3])) for each in airports.split(" ") if (place := registry.airport(each[:3])) is not None]
    if not found:
        return None
    size = max(each for _, each in found)
    served = tuple(place for place, each in found if each) or tuple(place for place, _ in found)
    largest = [place for place, each in found if each == size]
    # A name alone does not mean an airfield without airline flights: `Bagdad` does not mean the one in Arizona.
    end = largest[0] if len(largest) == 1 and size else None
    city = City(name, country, int(people), size, served, end)
    return _Row(city, names.split("|"), others.split("|") if others else [])


def _merge_our_own(rows: list[_Row]) -> dict[str, City]:
    """Give cities the airports that our own list says they have. Returns the cities by the code of their metropolitan area."""
    areas = {}
    alike: dict[tuple[str, str], list[_Row]] = {(own.name, own.country): [] for own in SEVERAL_AIRPORTS}
    for known in rows:
        for name in known.names:
            if (name, known.city.country) in alike:
                alike[name, known.city.country].append(known)
    for own in SEVERAL_AIRPORTS:
        places = tuple(place for place in map(registry.airport, own.airports) if place is not None)
        row = max(alike[own.name, own.country], key=lambda row: (places[0] in row.city.airports, row.city.people), default=None)
        if row is None:
            row = _Row(City(own.name.title(), own.country, 0, 3, (), None), [own.name], [])
            rows.append(row)
        end = places[0] if own.clear or len(places) == 1 else None
        row.city = replace(row.city, size=max(row.city.size, 2), airports=places, end=end)
        if own.code:
            areas[own.code] = row.city
    return areas
