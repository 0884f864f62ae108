"""Search of itineraries with two stops among 100,000 flights a day, compared with one vectorized pass over the flights of the day.

`python -m loadtests.bench.itineraries [flights a day]`. Both sides of the ratio are measured in turns, for the same random pairs. The times are
processor times of their thread, because other programs use the machine too; wall-clock times are printed as well.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import airportsdata
import httpx
import numpy as np
import psycopg

from core.db import opened
from core.places import registry
from core.search.itineraries.joining import Rules
from core.search.itineraries.loading import Loader
from core.search.itineraries.ranking import MAX_SECONDS, Ranking
from core.search.itineraries.search import FoundItineraries, ItineraryQuery, find
from core.search.itineraries.tables import DAY_SECONDS, DayTable, NumberedNames, day_number
from loadtests.bench.installation.stack import running

PLACES: Final = 500
HUBS: Final = 40
DAYS: Final = 4
"""A local day that begins on the first of these days, and three days of travel after it."""
PAIRS: Final = 300
CHECKED: Final = 12
REQUESTS: Final = 200
LIMIT: Final = 20
RULES: Final = Rules(max_stops=2, min_wait=45 * 60, max_wait=6 * 3600)
TARGET_MS: Final = 50.0
TARGET_RATIO: Final = 4.0


def routes(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of places, and the share of all flights on each pair. Hubs are connected with each other, other places with a few hubs and a
    neighbour.
    """
    size = 1 / np.arange(1, PLACES + 1) ** 0.6
    weights: dict[tuple[int, int], float] = {(a, b): size[a] * size[b] * 60 for a in range(HUBS) for b in range(HUBS) if a != b}
    for place in range(HUBS, PLACES):
        hubs = random.choice(HUBS, size=random.integers(2, 8), replace=False, p=size[:HUBS] / size[:HUBS].sum())
        neighbour = HUBS + (place - HUBS + 1) % (PLACES - HUBS)
        for other, share in [*((int(hub), 30.0) for hub in hubs), (neighbour, 10.0)]:
            weights[(place, other)] = weights[(other, place)] = size[place] * size[other] * share
    shares = np.array(list(weights.values()))
    return np.array(list(weights)), shares / shares.sum()


def fill(connection: psycopg.Connection[tuple[object, ...]], flights_a_day: int, first: date) -> list[str]:
    """Insert the flights, and return the keys of the places. The duration of a flight depends on the distance."""
    random = np.random.default_rng(7)
    known = [place for place in map(registry.airport, sorted(_codes())) if place is not None]
    chosen = [known[i] for i in random.choice(len(known), PLACES, replace=False)]
    pairs, share = routes(random)
    coordinates = np.radians(np.array([[place.latitude, place.longitude] for place in chosen]))
    begin = datetime.combine(first, datetime.min.time(), UTC)
    columns = "id, flight_number, flight_number_key, source, destination, source_iata, destination_iata, departure_ts, arrival_ts, departure_date, total_seats, price, currency"
    with connection.cursor() as cursor, cursor.copy(f"COPY flights ({columns}) FROM STDIN".encode()) as copy:
        for number, route in enumerate(random.choice(len(pairs), flights_a_day * DAYS, p=share)):
            one, other = pairs[route]
            (a, b), (c, d) = coordinates[one], coordinates[other]
            kilometres = 12742 * np.arcsin(np.sqrt(np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2))
            minutes = 40 + int(kilometres / 13) + int(random.integers(0, 4)) * 5
            source, destination = chosen[one], chosen[other]
            departure = begin + timedelta(days=number // flights_a_day, minutes=5 * int(random.integers(0, 288)))
            price = round(500 + float(kilometres) * float(random.uniform(2, 7)), 2)
            copy.write_row((
                f"{number:032x}", f"N-{number}", f"N-{number}", source.iata, destination.iata, source.iata, destination.iata, departure,
                departure + timedelta(minutes=minutes), registry.local_date(departure, source), 180, price, "INR",
            ))  # fmt: skip
    connection.execute("VACUUM ANALYZE flights")
    return [place.iata for place in chosen]


def one_pass(table: DayTable, source: int, destination: int, after: int) -> int:
    """Read every column of the flights of the day once, and return the best flight by price and duration that could be part of an itinerary."""
    flights = table.flights
    allowed = (flights.departure >= after) & (flights.arrival <= after + MAX_SECONDS) & (flights.currency == 0)
    allowed &= (flights.destination != source) & (flights.source != destination)
    keys = flights.price * 1000 + (flights.arrival - flights.departure)
    return int(np.argmin(np.where(allowed, keys, np.iinfo(np.int64).max)))


def brute_force(tables: list[DayTable], query: ItineraryQuery) -> list[tuple[int, int, int]]:
    """The same itineraries by plain loops over the flights, ordered by price: price, duration and stops."""
    routes: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    first = []
    for table in tables:
        flights = table.flights
        columns = (flights.source, flights.destination, flights.departure, flights.arrival, flights.price, flights.date)
        for source, destination, departure, arrival, price, day in zip(*(column.tolist() for column in columns), strict=True):
            routes.setdefault((source, destination), []).append((departure, arrival, price))
            if source == query.source and day == query.date:
                first.append((departure, arrival, price, destination))
    for flights_of_route in routes.values():
        flights_of_route.sort()
    end, rules = query.destination, query.rules
    hubs = [one for one, other in routes if other == end and one != query.source]

    def onward(one: int, other: int, arrival: int) -> list[tuple[int, int, int]]:
        flights_of_route = routes.get((one, other), [])
        begin = bisect_left(flights_of_route, (arrival + rules.min_wait,))
        return flights_of_route[begin : bisect_left(flights_of_route, (arrival + rules.max_wait + 1,))]

    itineraries = set()
    for begin, arrival, price, place in first:
        if place == end:
            itineraries.add((price, arrival - begin, 0, begin))
            continue
        itineraries |= {(price + last[2], last[1] - begin, 1, begin) for last in onward(place, end, arrival)}
        for hub in hubs:
            for middle in onward(place, hub, arrival) if hub != place else ():
                itineraries |= {(price + middle[2] + last[2], last[1] - begin, 2, begin) for last in onward(hub, end, middle[1])}
    best: list[tuple[int, int, int, int]] = []
    for itinerary in sorted(itinerary for itinerary in itineraries if itinerary[1] <= MAX_SECONDS):
        price, duration, stops, begin = itinerary
        dominating = (o for o in best if o[2] <= stops and o[3] >= begin and o[3] + o[1] <= begin + duration)
        if stops == 0 or next(dominating, None) is None:
            best.append(itinerary)
    return [itinerary[:3] for itinerary in best]


def check(tables: list[DayTable], queries: list[ItineraryQuery]) -> int:
    """Compare with brute force; returns the number of pairs that differ."""
    wrong = 0
    for query in queries:
        found = find(tables, query, 10)
        mine = list(
            dict.fromkeys(
                (itinerary.price, itinerary.arrival - itinerary.departure, len(itinerary.segments) - 1)
                for itinerary in found.itineraries
            )
        )
        wrong += mine != list(dict.fromkeys(brute_force(tables, query)))[: len(mine)] or not found.complete
    return wrong


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """The time of `work` in milliseconds: wall-clock time, and processor time of this thread."""
    wall, own = time.perf_counter(), time.thread_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - own) * 1000


def measure(flights_a_day: int) -> dict[str, Any]:
    """Print the ratio for each order, and the times through HTTP. `wrong`: the number of results that are not the best itineraries."""
    first = (datetime.now(UTC) + timedelta(days=2)).date()
    random = np.random.default_rng(11)
    result: dict[str, Any] = {}
    with running("loadtests.bench.installation.app:create_app", workers=0) as stack:
        with stack.connect() as connection:
            keys = fill(connection, flights_a_day, first)
        numbers = NumberedNames()
        loader = Loader(numbers, NumberedNames())
        loads, tables = [], []
        with opened(stack.database_url, pool_size=1, application="bench") as database, database.snapshot() as snapshot:
            for day in range(DAYS):
                started_at = time.perf_counter()
                tables.append(loader.load(snapshot, day_number(first) + day))
                loads.append((time.perf_counter() - started_at) * 1000)
        print(
            f"{DAYS} days of {flights_a_day:,} flights: a load {statistics.median(loads):.0f} ms, {tables[0].nbytes / 2**20:.1f} MB"
        )
        queries = [random.choice(PLACES, 2, replace=False) for _ in range(PAIRS)]
        local = day_number(first + timedelta(days=1))

        def query(pair: np.ndarray, by: Ranking) -> ItineraryQuery:
            one, other = (numbers.find(keys[place]) for place in pair)
            assert one is not None
            assert other is not None
            return ItineraryQuery(source=one, destination=other, date=local, now=0, ranking=by, rules=RULES)

        for by in Ranking:
            searches, passes, found = [], [], []
            for pair in queries:
                each = query(pair, by)
                results: list[FoundItineraries] = []
                searches.append(timed(lambda each=each, results=results: results.append(find(tables, each, LIMIT))))  # type: ignore[misc]
                passes.append(timed(lambda each=each: one_pass(tables[1], each.source, each.destination, local * DAY_SECONDS)))  # type: ignore[misc]
                found += results
            wall, own = (np.array(column) for column in zip(*searches, strict=True))
            pass_wall, pass_own = (np.array(column) for column in zip(*passes, strict=True))
            ratio = float(np.median(own) / np.median(pass_own))
            print(
                f"{by:8} p50 {np.median(own):.1f} ms, p95 {np.quantile(own, 0.95):.1f} ms of its thread (wall {np.median(wall):.1f}, "
                f"{np.quantile(wall, 0.95):.1f}; target p50 {TARGET_MS:.0f}); one pass {np.median(pass_own):.2f} ms (wall "
                f"{np.median(pass_wall):.2f}); ratio {ratio:.1f} (target {TARGET_RATIO:.0f}); "
                f"{np.mean([len(each.itineraries) for each in found]):.1f} itineraries, {sum(not each.complete for each in found)} incomplete"
            )
            result[by.value] = {
                "p50": float(np.median(own)),
                "p95": float(np.quantile(own, 0.95)),
                "p99": float(np.quantile(own, 0.99)),
                "ratio": ratio,
            }
        wrong = check(tables, [query(pair, Ranking.PRICE) for pair in queries[:CHECKED]])
        print(f"{wrong} of {CHECKED} differ from brute force")
        result["http"] = through_http(stack.port, [(keys[a], keys[b]) for a, b in queries[:REQUESTS]], first + timedelta(days=1))
    return {**result, "wrong": wrong}


def main() -> int:
    """The exit code is 1 when a result is wrong."""
    result = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    print(json.dumps(result))
    return 1 if result["wrong"] else 0


def through_http(port: int, pairs: list[tuple[str, str]], day: date) -> dict[str, float]:
    """Times of requests by one client, in milliseconds. The first request loads the days."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        times = []
        for source, destination in pairs:
            started_at = time.perf_counter()
            parameters = {"source": source, "destination": destination, "date": day.isoformat()}
            client.get("/api/v1/itineraries", params=parameters).raise_for_status()
            times.append((time.perf_counter() - started_at) * 1000)
    first, others = times[0], np.array(times[1:])
    p50, p95 = float(np.median(others)), float(np.quantile(others, 0.95))
    print(f"through HTTP: p50 {p50:.1f} ms, p95 {p95:.1f} ms; the first request, which loads the days, {first:.0f} ms")
    return {"p50": p50, "p95": p95, "first": first}


def _codes() -> list[str]:
    return [code for code, row in airportsdata.load("IATA").items() if row["city"]]


if __name__ == "__main__":
    raise SystemExit(main())
