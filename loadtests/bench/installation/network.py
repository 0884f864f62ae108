"""Fill the table of flights with a network of any size, in SQL: five flights on each route and day."""

from __future__ import annotations

from functools import cache
from typing import Final

import airportsdata
import psycopg
from psycopg.sql import SQL

PLACES: Final = 500
FLIGHTS_A_DAY: Final = 5
"""The flights of each route on each day."""
DAYS: Final = 100
"""The days with flights; the first is tomorrow."""

# Inserted day by day, as in a real installation, so the flights of one route on one day are on different pages of the table.
_INSERT_FLIGHTS: Final = """
INSERT INTO flights (id, flight_number, flight_number_key, source, destination, source_iata, destination_iata, departure_ts, arrival_ts, departure_date,
                     total_seats, price, currency)
SELECT md5(day || '/' || route || '/' || nth)::uuid, 'B' || route || '-' || nth, 'B' || route || '-' || nth, s.name, d.name, s.iata, d.iata,
       departure, departure + interval '1 hour' * (1 + route %% 12), (departure AT TIME ZONE s.zone)::date,
       180, 2000 + (route * 37 + nth * 911 + day * 13) %% 20000, 'INR'
FROM generate_series(1, %(days)s) AS day, generate_series(0, %(routes)s - 1) AS route, generate_series(1, %(nths)s) AS nth,
     LATERAL (SELECT route %% %(places)s AS a, (route + 1 + route / %(places)s) %% %(places)s AS b) AS ends
     JOIN bench_places s ON s.n = a JOIN bench_places d ON d.n = b,
     LATERAL (SELECT (current_date + day + interval '1 hour' * (4 + 3 * nth) + interval '1 second' * (route %% 3600)) AT TIME ZONE s.zone)
         AS moment (departure)
"""


@cache
def airports() -> list[tuple[int, str, str, str]]:
    """Number, code, city and time zone of the places."""
    one_of_each_city = {row["city"]: (code, row) for code, row in sorted(airportsdata.load("IATA").items()) if row["city"]}
    chosen = list(one_of_each_city.values())[:: len(one_of_each_city) // PLACES][:PLACES]
    return [(number, code, row["city"], row["tz"]) for number, (code, row) in enumerate(chosen)]


def route(number: int) -> tuple[str, str]:
    """The codes of the places of a route."""
    known = airports()
    return known[number % PLACES][1], known[(number + 1 + number // PLACES) % PLACES][1]


def fill(connection: psycopg.Connection[tuple[object, ...]], flights: int) -> int:
    """Empty the table, and insert about `flights` flights. Returns the number of routes."""
    routes = flights // (FLIGHTS_A_DAY * DAYS)
    indexes = connection.execute(
        "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = 'flights' AND indexname LIKE 'ix_%'"
    ).fetchall()
    connection.execute("TRUNCATE flights CASCADE")
    connection.execute("SET maintenance_work_mem = '512MB'")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS bench_places (n int PRIMARY KEY, iata text, name text, zone text)")
    connection.execute("TRUNCATE bench_places")
    with connection.cursor() as cursor, cursor.copy("COPY bench_places FROM STDIN") as copy:
        for row in airports():
            copy.write_row(row)
    connection.execute(SQL(_INSERT_FLIGHTS), {"days": DAYS, "routes": routes, "nths": FLIGHTS_A_DAY, "places": PLACES})
    for _, definition in indexes:
        connection.execute(str(definition).encode())
    connection.execute("VACUUM ANALYZE flights")
    return routes
