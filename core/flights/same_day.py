"""Find flights that a row of a file may mean although it has another departure: the same flight number, route and local date. Either the
flight is to be moved, or there are two flights on that day.

Only flights that existed before the import are considered: their ids are lower than that of the import, because ids grow with time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from core.db import RawConnection
from core.flights.models import FlightStatus

# Two departures on the same local date are at most 26 hours apart, even if the offset of the time zone changes in between.
_NEAR: Final = "f.departure_ts BETWEEN d.departure_ts - interval '26 hours' AND d.departure_ts + interval '26 hours'"
# In both, each row is looked up in the index of the natural key, and staged keys are hashed, whatever the statistics of the tables are: OFFSET 0 keeps
# Postgres from comparing each flight with each staged row, which takes 3.5 s for 2,000 flights and 20,000 rows.
_FIND: Final = f"""
    SELECT d.line, f.id FROM import_stage d
    CROSS JOIN LATERAL (
        SELECT f.id, f.flight_number_key, f.departure_ts FROM flights f
        WHERE f.flight_number_key = d.flight_number_key AND {_NEAR} AND f.departure_date = d.departure_date
              AND f.departure_ts <> d.departure_ts AND f.status = {FlightStatus.SCHEDULED.sql} AND f.id < %(import_id)s
              AND f.source_key = coalesce(d.source_iata, place_name_key(d.source))
              AND f.destination_key = coalesce(d.destination_iata, place_name_key(d.destination))
        OFFSET 0
    ) AS f
    WHERE (f.flight_number_key, f.departure_ts) NOT IN (SELECT o.flight_number_key, o.departure_ts FROM import_stage o)
    AND NOT EXISTS (
        SELECT FROM flights e WHERE e.flight_number_key = d.flight_number_key AND e.departure_ts = d.departure_ts OFFSET 0
    )
    ORDER BY d.line, f.departure_ts
"""  # noqa: S608  # only constants of this module
_ANY: Final = """
    SELECT EXISTS (
        SELECT FROM unnest(%s::text[], %s::date[]) AS d(key, day)
        CROSS JOIN LATERAL (
            SELECT FROM flights f
            WHERE f.flight_number_key = d.key AND f.id < %s AND f.departure_date = d.day
                  AND f.departure_ts BETWEEN d.day - interval '14 hours' AND d.day + interval '36 hours'
            OFFSET 0
        ) AS f
    )
"""


@dataclass(frozen=True, slots=True)
class SameDay:
    """Both: line of the file -> id of the flight. `flights`: the first flight that the line may mean. `unambiguous`: those of them where the
    line may mean no other flight, and no other line may mean the flight.
    """

    flights: dict[int, UUID]
    unambiguous: dict[int, UUID]


def has_flights_before(connection: RawConnection, import_id: UUID) -> bool:
    """Whether any flight existed before this import."""
    # By the index of ids. Looking for any lower id would read all flights of this import, which are not lower.
    row = connection.execute("SELECT id < %s FROM flights ORDER BY id LIMIT 1", (import_id,)).fetchone()
    return row is not None and bool(row[0])


def has_any(connection: RawConnection, import_id: UUID, keys: Sequence[str], days: Sequence[date]) -> bool:
    """Whether a flight with one of these numbers, and the day at the same position of `days`, existed before this import."""
    row = connection.execute(_ANY, (list(keys), list(days), import_id)).fetchone()
    return row is not None and bool(row[0])


def find(connection: RawConnection, import_id: UUID) -> SameDay:
    """For the staged rows whose flight does not exist: flights of the same number, route and day. Flights that another staged row has the
    departure of are left out.
    """
    rows = connection.execute(_FIND, {"import_id": import_id}).fetchall()
    of_line, of_flight = Counter(line for line, _ in rows), Counter(flight for _, flight in rows)
    flights: dict[int, UUID] = {}
    for line, flight_id in rows:
        flights.setdefault(line, flight_id)
    unambiguous = {line: flight for line, flight in flights.items() if of_line[line] == of_flight[flight] == 1}
    return SameDay(flights, unambiguous)
