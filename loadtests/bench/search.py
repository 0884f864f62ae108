"""Search: cached answers compared with a GET that does nothing, 500 clients while answers expire, and answers that are not cached.

`python -m loadtests.bench.search [flights ...]`: sizes of the table for the last part (default 10,000 and 1,000,000).
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import uvloop

from core.db import opened
from core.invariants import checker
from core.search import flight_search
from core.search.cache import REFRESH_FROM
from core.search.flight_search import SearchSort
from loadtests.bench.installation import network
from loadtests.bench.installation.client import LoadResult, generate_load, request_bytes
from loadtests.bench.installation.stack import Stack, running

APP = "loadtests.bench.installation.app:create_app"
CLIENTS = 64
MANY_CLIENTS = 500
ROUNDS = 7
SECONDS = 2.0
FLIGHTS = 20
"""The flights in each cached response: the default limit."""
TARGET = 0.50
SHORT_SECONDS = 2
LONG_SECONDS = 300
EXPIRIES = 8
INVALIDATIONS = 10
STATISTICS_DELAY_SECONDS = 11
"""An idle session of Postgres adds its counts to the shared statistics after ten seconds."""
MISSES = 300
MISS_TARGET_MS = 20.0
DAY = (datetime.now(UTC) + timedelta(days=1)).date()


@dataclass(frozen=True, slots=True)
class Expiry:
    """`computed`: executions of the statement of the search, counted by Postgres. Waits are the times until a client got its response."""

    requests: int
    lifetimes: float
    computed: int
    p50_ms: float
    p99_ms: float
    longest_ms: float


@dataclass(frozen=True, slots=True)
class Misses:
    """Times in milliseconds of searches that are not cached, by a single client, and of the statement alone on one connection."""

    flights: int
    table_mb: float
    indexes_mb: float
    p50: float
    p95: float
    statement_p50: float
    airports_ms: float
    """The time of the list of places when it is not cached."""


def search_request(source: str = "Delhi", destination: str = "Mumbai", **parameters: object) -> bytes:
    """The bytes of one search request."""
    query = httpx.QueryParams({"source": source, "destination": destination, "date": DAY.isoformat(), **parameters})  # type: ignore[dict-item]
    return request_bytes("GET", f"/api/v1/search?{query}", "nobody", b"")


def insert_flights(stack: Stack) -> None:
    """Insert the flights of one route on one day, and ten thousand others."""
    with stack.connect() as connection:
        network.fill(connection, 10_000)
        connection.execute(
            """
            INSERT INTO flights (id, flight_number, flight_number_key, source, destination, source_iata, destination_iata, departure_ts, arrival_ts, departure_date,
                                 total_seats, price, currency)
            SELECT gen_random_uuid(), 'AI-' || n, 'AI' || n, 'Delhi', 'Mumbai', 'DEL', 'BOM', %(day)s::date + interval '6 hours' + n * interval '20 minutes',
                   %(day)s::date + interval '15 hours', %(day)s, 180, 5000 + n, 'INR'
            FROM generate_series(1, %(count)s) AS n
            """,
            {"day": DAY, "count": FLIGHTS},
        )
        connection.execute("ANALYZE flights")


def cached_against_noop(stack: Stack) -> list[tuple[float, float]]:
    """Requests per second of cached answers, and of the handler that does nothing, for each round."""
    nothing, cached = request_bytes("GET", "/bench/nothing", "nobody", b""), search_request()
    _run(stack, CLIENTS, 1.0, cached)
    rounds = []
    for number in range(1, ROUNDS + 1):
        rounds.append((_run(stack, CLIENTS, SECONDS, cached).per_second, _run(stack, CLIENTS, SECONDS, nothing).per_second))
        print(
            f"round {number}: cached search {rounds[-1][0]:,.0f}/s   nothing {rounds[-1][1]:,.0f}/s   ratio {rounds[-1][0] / rounds[-1][1]:.2f}"
        )
    return rounds


def concurrent_clients(stack: Stack, lifetime_seconds: float) -> Expiry:
    """500 clients send one search, whose result is computed again when nine tenths of its lifetime are over."""
    request = search_request(sort="price")
    _run(stack, MANY_CLIENTS, 1.0, request)
    with stack.connect() as connection:
        before = _executions(connection)
        result = _run(stack, MANY_CLIENTS, SHORT_SECONDS * EXPIRIES, request)
        computed = _executions(connection) - before
    cuts = statistics.quantiles(result.latencies, n=100)
    return Expiry(
        result.responses,
        result.seconds / (lifetime_seconds * REFRESH_FROM),
        computed,
        cuts[49] * 1000,
        cuts[98] * 1000,
        max(result.latencies) * 1000,
    )


def invalidate_and_search(stack: Stack) -> tuple[int, int]:
    """500 clients send one search at once whose cached result was just made invalid. Returns how often that was done, and how often the result was
    computed.
    """
    with stack.connect() as connection:
        before = _executions(connection)
        for _ in range(INVALIDATIONS):
            _invalidate(stack)
            _run(stack, MANY_CLIENTS, 0.0, search_request())
        return INVALIDATIONS, _executions(connection) - before


def measure_misses(stack: Stack, flights: int) -> Misses:
    """Searches of routes and days that nobody has searched before."""
    with stack.connect() as connection:
        started_at = time.perf_counter()
        routes = network.fill(connection, flights)
        print(f"{flights:,} flights on {routes:,} routes in {time.perf_counter() - started_at:.0f} s")
        sizes = connection.execute("SELECT pg_relation_size('flights') / 1e6, pg_indexes_size('flights') / 1e6").fetchone()
    assert sizes is not None
    stack.redis().flushall()
    searches = [(network.route(number * 7919 % routes), DAY + timedelta(days=number % 90)) for number in range(2 * MISSES)]
    statement, request = [], []
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{stack.port}") as client,
        opened(stack.database_url, pool_size=1, application="bench") as db,
        db.snapshot() as connection,
    ):
        started_at = time.perf_counter()
        client.get("/api/v1/airports").raise_for_status()
        airports_ms = (time.perf_counter() - started_at) * 1000
        for number, ((source, destination), day) in enumerate(searches):
            sort = list(SearchSort)[number % 3]
            started_at = time.perf_counter()
            if number % 2:
                flight_search.find_flights(connection, source, destination, day, sort)
                statement.append(time.perf_counter() - started_at)
            else:
                response = client.get(
                    "/api/v1/search",
                    params={"source": source, "destination": destination, "date": day.isoformat(), "sort": sort, "limit": 100},
                )
                request.append(time.perf_counter() - started_at)
                if number > 20 and response.headers["x-cache"] != "miss" and routes > MISSES:
                    raise RuntimeError("this search was cached already")
    cuts = statistics.quantiles(request, n=20)
    return Misses(
        flights,
        float(str(sizes[0])),
        float(str(sizes[1])),
        cuts[9] * 1000,
        cuts[18] * 1000,
        statistics.median(statement) * 1000,
        airports_ms,
    )


def main() -> int:
    """Print both sides of everything. The exit code is 1 when an invariant is violated."""
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 1_000_000]
    with running(APP, workers=0) as stack:
        insert_flights(stack)
        cached = cached_against_noop(stack)
        unexpired = concurrent_clients(stack, LONG_SECONDS)
    ratio = statistics.median(one / other for one, other in cached)
    print(
        f"cached search / nothing: median {ratio:.2f} (target >= {TARGET:.2f}), {CLIENTS} clients, {FLIGHTS} flights in a response"
    )

    misses, violations = [], []
    with running(APP, workers=0, environment={"SKYQUEUE_SEARCH_CACHE_SECONDS": str(SHORT_SECONDS)}) as stack:
        insert_flights(stack)
        expiry = concurrent_clients(stack, SHORT_SECONDS)
        invalidations = invalidate_and_search(stack)
        each = expiry.computed / expiry.lifetimes
        print(f"{MANY_CLIENTS} clients, nothing expires: {_waits(unexpired)}")
        print(f"{MANY_CLIENTS} clients, {expiry.lifetimes:.1f} lifetimes of {SHORT_SECONDS} s: {_waits(expiry)}")
        print(f"computed {expiry.computed} times, {each:.2f} for each lifetime (target <= 1.05)")
        print(f"{MANY_CLIENTS} clients at once after a change, {invalidations[0]} times: computed {invalidations[1]} times")
        for size in sizes:
            found = measure_misses(stack, size)
            misses.append(found)
            print(
                f"{found.flights:,} flights ({found.table_mb:,.0f} MB, indexes {found.indexes_mb:,.0f} MB): a search that is not cached p50 {found.p50:.1f} ms"
                f" (target < {MISS_TARGET_MS:.0f}), p95 {found.p95:.1f} ms; its statement alone p50 {found.statement_p50:.2f} ms;"
                f" places {found.airports_ms:.0f} ms"
            )
        with stack.connect() as connection:
            violations = checker.check(connection, None)
    print(
        json.dumps(
            {
                "cached": cached,
                "ratio": ratio,
                "unexpired": asdict(unexpired),
                "expiry": asdict(expiry),
                "invalidations": invalidations,
                "misses": [asdict(m) for m in misses],
            }
        )
    )
    for violation in violations:
        print(violation)
    return 1 if violations else 0


def _waits(found: Expiry) -> str:
    return (
        f"p50 {found.p50_ms:.0f} ms, p99 {found.p99_ms:.0f} ms, longest {found.longest_ms:.0f} ms ({found.requests:,} requests)"
    )


def _run(stack: Stack, clients: int, seconds: float, request: bytes) -> LoadResult:
    result = uvloop.run(generate_load(stack.port, clients, seconds, lambda _: request))
    if set(result.statuses) != {200}:
        raise RuntimeError(f"expected 200 only, got {result.statuses}")
    return result


def _invalidate(stack: Stack) -> None:
    """Announce a change of a flight of the route, which makes all cached answers about it invalid."""
    with stack.redis() as client:
        for key in client.scan_iter("route-version:*"):
            client.delete(key)


def _executions(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """How often the index of routes was read, which only the search does."""
    time.sleep(STATISTICS_DELAY_SECONDS)
    row = connection.execute("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'ix_flights_route_day'").fetchone()
    assert row is not None
    return int(str(row[0]))


if __name__ == "__main__":
    raise SystemExit(main())
