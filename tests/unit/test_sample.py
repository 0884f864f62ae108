"""The sample schedule is like a real network."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest

from core.places import distances, registry, resolver
from launcher.sample import network
from launcher.sample import schedule as sample
from launcher.sample.network import CITIES, HUBS_ABROAD, HUBS_INDIA, MAJOR_INDIA
from launcher.sample.sample_import import write as write_schedule

START = date(2026, 11, 23)


@pytest.fixture(scope="module")
def schedule(tmp_path_factory: pytest.TempPathFactory) -> list[sample.Row]:
    path = tmp_path_factory.mktemp("sample") / "sample.csv"
    count = sample.write_csv(path, start=START)
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == sample.Row._fields
    assert len(rows) == count
    return [sample.Row(*row) for row in rows]


def test_it_connects_many_real_airports_with_many_flights(schedule: list[sample.Row]) -> None:
    cities = {flight.source for flight in schedule} | {flight.destination for flight in schedule}
    found = [resolver.end_of(city) for city in cities]
    airports = {place.iata: place for place in found if place}
    assert len(airports) == len(cities) >= 80
    assert sum(place.country == "IN" for place in airports.values()) >= 15
    assert len(schedule) >= 20_000


def test_every_city_of_the_network_is_an_airport_of_the_registry() -> None:
    assert sample.unknown_cities() == []
    airports = {place.iata for city in CITIES if (place := resolver.end_of(city))}
    assert len(airports) == len(CITIES)
    assert {*HUBS_INDIA, *HUBS_ABROAD} < set(CITIES)
    assert {city for abroad in network.ABROAD.values() for city in abroad.indian} < set(CITIES)
    assert {city for cities in HUBS_ABROAD.values() for city in cities} < set(CITIES)


@pytest.mark.parametrize("missing", [{"Visakhapatnam"}, {"Delhi", "Varanasi", "Dubai", "Paris"}])
def test_a_city_that_the_registry_does_not_know_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: set[str]
) -> None:
    end_of = resolver.end_of
    monkeypatch.setattr(resolver, "end_of", lambda city: None if city in missing else end_of(city))
    messages: list[str] = []
    assert write_schedule(tmp_path / "sample.csv", say=messages.append) > 10_000
    with (tmp_path / "sample.csv").open(newline="", encoding="utf-8") as file:
        flown = {city for row in csv.DictReader(file) for city in (row["source"], row["destination"])}
    assert not flown & missing
    assert len(flown) > len(CITIES) - 15  # some cities have flights from Delhi only
    (line,) = messages
    assert line.startswith(f"The sample schedule has no flights of {', '.join(city for city in CITIES if city in missing)}: ")


def test_every_pair_of_major_cities_has_several_flights_on_every_day(schedule: list[sample.Row]) -> None:
    daily: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    for flight in schedule:
        departure = datetime.fromisoformat(flight.departure_ts)
        daily[flight.source, flight.destination][registry.local_date(departure, resolver.end_of(flight.source))] += 1
    for pair in permutations(MAJOR_INDIA, 2):
        assert len(daily[pair]) == sample.DAYS, pair
        assert min(daily[pair].values()) >= 3, pair
    assert set(daily["Delhi", "Mumbai"]) == {START.fromordinal(START.toordinal() + day) for day in range(sample.DAYS)}


def test_a_flight_number_flies_one_route_and_never_twice_at_once(schedule: list[sample.Row]) -> None:
    routes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for flight in schedule:
        routes[flight.flight_number].add((flight.source, flight.destination))
    assert all(len(flown) == 1 for flown in routes.values())
    assert len({(flight.flight_number, flight.departure_ts) for flight in schedule}) == len(schedule)


def test_times_and_prices_are_plausible(schedule: list[sample.Row]) -> None:
    for flight in schedule[::97]:
        departure, arrival = datetime.fromisoformat(flight.departure_ts), datetime.fromisoformat(flight.arrival_ts)
        assert departure.tzinfo is UTC or departure.utcoffset() is not None
        source, destination = resolver.end_of(flight.source), resolver.end_of(flight.destination)
        assert source is not None
        assert destination is not None
        hours = (arrival - departure).total_seconds() / 3600
        speed = distances.kilometres(source, destination) / hours
        assert 100 < speed < 950, flight
        assert 0.5 < hours < 18, flight
        assert 1_000 < float(flight.price) < 150_000, flight
        assert flight.price[-3] == "."
        assert 50 < int(flight.total_seats) < 400, flight


def test_short_flights_leave_by_day(schedule: list[sample.Row]) -> None:
    zone = registry.zone(resolver.end_of("Delhi"))
    hours = {
        datetime.fromisoformat(flight.departure_ts).astimezone(zone).hour
        for flight in schedule
        if flight.source == "Delhi" and flight.destination in MAJOR_INDIA
    }
    assert hours <= set(range(5, 23))


def test_the_same_seed_and_day_make_the_same_file(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one", "two", "other")]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        sample.write_csv(file, start=START, days=3, seed=seed)
    one, two, other = (file.read_bytes() for file in files)
    assert one == two != other
    assert {line.split(b",")[0] for line in one.splitlines()} == {line.split(b",")[0] for line in other.splitlines()}
