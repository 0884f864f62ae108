"""Make a schedule that resembles a real network, for a first start, a demonstration and load tests. The same seed and day make the same file. A
flight number has the same route for every seed and day.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from core.places import distances, resolver
from core.places.registry import Place
from launcher.sample.network import (
    ABROAD,
    CITIES,
    DOMESTIC_AIRLINES,
    FLAG_CARRIER,
    HUBS_ABROAD,
    HUBS_INDIA,
    LOW_COST_CARRIER,
    MAJOR_INDIA,
    NARROW_BODY,
    OTHER_INDIA,
    TURBOPROP,
    WIDE_BODY,
    Aircraft,
)

DAYS: Final = 60
SEED: Final = 2026

_EVERY_DAY: Final = frozenset(range(7))
_FIRST_DEPARTURE, _LAST_DEPARTURE = 5 * 60 + 30, 22 * 60 + 30
"""The first and the last departure of short flights, in minutes after midnight."""


@dataclass(frozen=True, slots=True)
class Route:
    """One direction between two cities. `daily`: the number of flights on each of `weekdays` (0 is Monday). `airlines` take turns."""

    source: str
    destination: str
    daily: int
    weekdays: frozenset[int]
    airlines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScheduledFlight:
    """One flight number: its local time of departure, its aircraft and its fare."""

    number: str
    route: Route
    departs_at: time
    minutes: int
    aircraft: Aircraft
    fare: float
    """In rupees, on a day without a surcharge for the season."""


class Row(NamedTuple):
    """A row of the file. The names of the fields are its header."""

    flight_number: str
    source: str
    destination: str
    departure_ts: str
    arrival_ts: str
    total_seats: str
    price: str
    cabin: str


def unknown_cities() -> list[str]:
    """Cities of the network whose names the registry of airports does not know. The schedule is made without them."""
    known = set(_known(CITIES))
    return [city for city in CITIES if city not in known]


def write_csv(path: Path, *, start: date, days: int = DAYS, seed: int = SEED) -> int:
    """Write the schedule from `start` on as a file for the importer. Returns the number of flights."""
    rows = sorted(_flights(start, days, seed), key=lambda row: (row.departure_ts, row.flight_number))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(rows)
    return len(rows)


def _flights(start: date, days: int, seed: int) -> Iterator[Row]:
    for flight in scheduled_flights(seed):
        random = Random(f"{seed}:{flight.number}")
        zone = ZoneInfo(_place(flight.route.source).timezone)
        for offset in range(days):
            day = start + timedelta(days=offset)
            variation = random.uniform(0.88, 1.18)
            if day.weekday() not in flight.route.weekdays:
                continue
            departure = datetime.combine(day, flight.departs_at, zone).astimezone(UTC)
            arrival = departure + timedelta(minutes=flight.minutes)
            price = flight.fare * variation * _season(day) * (1.25 if offset < 4 else 1.1 if offset < 10 else 1.0)
            yield Row(
                flight_number=flight.number,
                source=flight.route.source,
                destination=flight.route.destination,
                departure_ts=f"{departure:%Y-%m-%dT%H:%M:%SZ}",
                arrival_ts=f"{arrival:%Y-%m-%dT%H:%M:%SZ}",
                total_seats=str(flight.aircraft.seats),
                price=f"{price:.2f}",
                cabin=flight.aircraft.cabin,
            )


def scheduled_flights(seed: int) -> Iterator[ScheduledFlight]:
    """All flight numbers of the network. The numbers do not depend on the seed."""
    numbers: dict[str, int] = {}
    for route in routes():
        random = Random(f"{seed}:{route.source}>{route.destination}")
        kilometres = distances.kilometres(_place(route.source), _place(route.destination))
        for index in range(route.daily):
            airline = route.airlines[index % len(route.airlines)]
            numbers[airline] = numbers.get(airline, 100) + 1
            aircraft = random.choice(_fleet(kilometres, route.daily))
            departs_at = _departure_time(index, route.daily, kilometres, random)
            peak = 1.08 if departs_at.hour in (7, 8, 9, 17, 18, 19, 20) else 0.92 if departs_at.hour < 6 else 1.0
            yield ScheduledFlight(
                number=f"{airline}-{numbers[airline]}",
                route=route,
                departs_at=departs_at,
                minutes=block_minutes(_place(route.source), _place(route.destination), aircraft),
                aircraft=aircraft,
                fare=(1_450 + 5.2 * kilometres**0.94) * peak * random.uniform(0.9, 1.12),
            )


def routes() -> Iterator[Route]:
    """Both directions of all connections, in a fixed order."""
    for route in _one_way_routes():
        yield route
        yield replace(route, source=route.destination, destination=route.source)


def _one_way_routes() -> Iterator[Route]:
    """One direction of each connection."""
    majors = _known(MAJOR_INDIA)
    for position, one in enumerate(majors):
        for other in majors[position + 1 :]:
            daily = min(6, max(3, MAJOR_INDIA[one] * MAJOR_INDIA[other] // 16))
            yield Route(one, other, daily, _EVERY_DAY, _domestic(f"{one}{other}", daily))
    hubs = _known(HUBS_INDIA)
    for city in _known(OTHER_INDIA):
        weight = OTHER_INDIA[city]
        nearest = sorted(hubs, key=lambda hub: distances.kilometres(_place(city), _place(hub)))
        for hub in dict.fromkeys([*hubs[:3], *nearest[:2]]):
            daily = max(1, weight * MAJOR_INDIA[hub] // 20)
            weekdays = _EVERY_DAY if weight > 1 else _weekdays(city + hub, 5)
            yield Route(city, hub, daily, weekdays, _domestic(f"{city}{hub}", daily))
    for city in _known(ABROAD):
        abroad = ABROAD[city]
        for rank, indian in enumerate(_known(abroad.indian)):
            daily = 3 if abroad.weight > 8 and rank < 2 else 2 if abroad.weight > 5 and rank < 4 else 1
            long_haul = distances.kilometres(_place(city), _place(indian)) > 4_500
            weekdays = _EVERY_DAY if rank < 2 and abroad.weight > 3 else _weekdays(city + indian, 5 if abroad.weight > 3 else 3)
            second = FLAG_CARRIER if long_haul else LOW_COST_CARRIER
            airlines = (abroad.airline, second) if rank % 2 == 0 else (second, abroad.airline)
            yield Route(indian, city, daily, weekdays, airlines)
    for hub in _known(HUBS_ABROAD):
        for city in _known(HUBS_ABROAD[hub]):
            daily = 2 if ABROAD[city].weight > 4 else 1
            yield Route(hub, city, daily, _EVERY_DAY, (ABROAD[hub].airline, ABROAD[city].airline))


def _known(cities: Iterable[str]) -> list[str]:
    return [city for city in cities if resolver.end_of(city) is not None]


def _domestic(route: str, daily: int) -> tuple[str, ...]:
    codes, shares = list(DOMESTIC_AIRLINES), list(DOMESTIC_AIRLINES.values())
    return tuple(Random(route).choices(codes, shares, k=daily))


def _weekdays(route: str, count: int) -> frozenset[int]:
    return frozenset(Random(route).sample(range(7), count))


def _departure_time(index: int, daily: int, kilometres: float, random: Random) -> time:
    """The local time of departure. Short flights are spread over the day; long ones depart at night, in the late morning and in the evening."""
    if kilometres > 3_500:
        middle = (2 * 60 + 10, 10 * 60 + 30, 21 * 60 + 40)[(index + random.randrange(3)) % 3]
        minute = middle + random.randrange(-75, 80)
    else:
        step = (_LAST_DEPARTURE - _FIRST_DEPARTURE) / daily
        minute = round(_FIRST_DEPARTURE + step * (index + random.uniform(0.1, 0.9)))
    minute = minute // 5 * 5 % (24 * 60)
    return time(minute // 60, minute % 60)


def _fleet(kilometres: float, daily: int) -> tuple[Aircraft, ...]:
    if kilometres > 4_200:
        return WIDE_BODY
    if kilometres < 620 and daily < 4:
        return TURBOPROP
    return NARROW_BODY


def block_minutes(source: Place, destination: Place, aircraft: Aircraft) -> int:
    """The time from gate to gate, rounded up to five minutes. Long flights are faster to the east than to the west, because of the wind."""
    kilometres = distances.kilometres(source, destination)
    eastwards = (destination.longitude - source.longitude + 540) % 360 - 180 > 0
    wind = 1.0 if kilometres < 1_500 else 0.95 if eastwards else 1.06
    return -(-round(kilometres / aircraft.speed_kmh * 60 * wind + aircraft.extra_minutes) // 5) * 5


def _season(day: date) -> float:
    """The factor of fares on this day: 1 on an ordinary day."""
    holidays = (day.month, day.day) >= (12, 19) or (day.month, day.day) <= (1, 4)
    weekend = {4: 1.08, 6: 1.12}.get(day.weekday(), 1.0)
    return weekend * (1.35 if holidays else 1.0)


def _place(city: str) -> Place:
    place = resolver.end_of(city)
    if place is None:
        raise ValueError(f"no airport is known for {city!r}")
    return place
