"""Insert and update many flights at once. Rows are copied into a temporary table; from there new flights are inserted, and changed ones updated.

The temporary table `import_stage` belongs to the transaction of the caller, and is dropped at its end. A staged row means the flight with the
same flight number and departure (the natural key). The numbers of held and sold seats are never changed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Literal

from core import money
from core.db import RawConnection, statistics
from core.events import domain_events, outbox
from core.flights.announcements.route_versions import RouteDay
from core.flights.models import FlightStatus
from core.flights.rules import DEFAULT_CURRENCY

_Row = TypeVar("_Row")

NO_CABIN: Final = "none"
"""The value in the column `cabin` of a staged row that removes the cabin of the flight."""
_STAGE: Final = """
CREATE TEMP TABLE IF NOT EXISTS import_stage (
    line int PRIMARY KEY, id uuid, flight_number text, flight_number_key text COLLATE "C", source text, destination text, source_iata text, destination_iata text,
    departure_ts timestamptz, arrival_ts timestamptz, departure_date date, total_seats int, price numeric, currency text, cabin text
) ON COMMIT DROP
"""
_COPY_STAGE: Final = SQL("COPY import_stage FROM STDIN (FORMAT csv)")
MATCH: Final = SQL("f.flight_number_key = s.flight_number_key AND f.departure_ts = s.departure_ts")
# An empty cell keeps the cabin of the flight; `NO_CABIN` removes it.
_CABIN: Final = SQL("nullif(coalesce(s.cabin, f.cabin), {none})").format(none=Literal(NO_CABIN))
_DIFFERS: Final = SQL("""
(f.source, f.destination, f.source_iata, f.destination_iata, f.arrival_ts, f.departure_date, f.total_seats, f.price, f.currency, f.cabin)
IS DISTINCT FROM
(s.source, s.destination, s.source_iata, s.destination_iata, s.arrival_ts, s.departure_date, s.total_seats, s.price,
 coalesce(s.currency, f.currency), {cabin})
""").format(cabin=_CABIN)
_CURRENCY: Final = "coalesce(s.currency, f.currency)"
_PRICE_FITS: Final = SQL(
    f"s.price = {money.in_units_sql('s.price', _CURRENCY)} AND NOT {money.may_be_thousands_sql('s.price', _CURRENCY)}"
)
_COUNT: Final = SQL("""
SELECT count(*) FILTER (WHERE f.id IS NULL) AS new, count(*) FILTER (WHERE f.id IS NOT NULL AND {differs}) AS changed
FROM import_stage s LEFT JOIN flights f ON {match}
""").format(differs=_DIFFERS, match=MATCH)
_COLUMNS: Final = SQL("""
id, flight_number, flight_number_key, source, destination, source_iata, destination_iata, departure_ts, arrival_ts, departure_date,
total_seats, price, currency, cabin
""")
_COPY_FLIGHTS: Final = SQL("COPY flights ({columns}) FROM STDIN (FORMAT csv)").format(columns=_COLUMNS)
# Sorted, so that two imports of the same new flights take their locks in the same order, and cannot deadlock.
_INSERT: Final = SQL("""
INSERT INTO flights ({columns})
SELECT s.id, s.flight_number, s.flight_number_key, s.source, s.destination, s.source_iata, s.destination_iata, s.departure_ts, s.arrival_ts,
       s.departure_date, s.total_seats, s.price, coalesce(s.currency, %s), nullif(s.cabin, {none})
FROM import_stage s ORDER BY s.flight_number_key, s.departure_ts
ON CONFLICT (flight_number_key, departure_ts) DO NOTHING
""").format(columns=_COLUMNS, none=Literal(NO_CABIN))
_INSERT_AND_LIST: Final = SQL("""
WITH added AS ({insert} RETURNING source_key, destination_key, departure_date)
SELECT source_key, destination_key, departure_date, count(*) AS flights FROM added GROUP BY 1, 2, 3
""").format(insert=_INSERT)
_EXISTING: Final = SQL("""
SELECT s.line, s.flight_number FROM import_stage s JOIN flights f ON {match} AND f.id <> s.id ORDER BY s.line
""").format(match=MATCH)
_CHANGES: Final = SQL("""
SELECT f.id AS flight_id, s.line, f.status, f.seats_held, f.seats_sold, f.total_seats AS old_total, s.total_seats AS new_total,
       f.departure_ts, f.arrival_ts AS old_arrival_ts, s.departure_ts AS new_departure_ts, s.arrival_ts AS new_arrival_ts,
       f.source_key, f.destination_key, f.departure_date,
       (s.source, s.destination, s.source_iata, s.destination_iata, s.departure_date)
       IS DISTINCT FROM (f.source, f.destination, f.source_iata, f.destination_iata, f.departure_date) AS renames_a_place,
       (coalesce(s.source_iata, place_name_key(s.source)), coalesce(s.destination_iata, place_name_key(s.destination)))
       IS DISTINCT FROM (f.source_key, f.destination_key) AS goes_elsewhere,
       coalesce(s.currency, f.currency) AS currency, s.price AS new_price, {price_fits} AS price_fits,
       CASE WHEN s.source_iata IS NULL THEN f.source_iata END AS source_lost, s.source AS new_source,
       CASE WHEN s.destination_iata IS NULL THEN f.destination_iata END AS destination_lost, s.destination AS new_destination,
       f.cabin AS old_cabin, {cabin} AS new_cabin
FROM {pairs} ORDER BY f.id {lock}
""")
_LOCK: Final = SQL("FOR NO KEY UPDATE OF f")
_DIFFERENT: Final = SQL("import_stage s JOIN flights f ON {match} WHERE {differs}").format(match=MATCH, differs=_DIFFERS)
_CHOSEN: Final = SQL("""
unnest(%(lines)s::int[], %(flights)s::uuid[]) AS p(line, flight_id)
JOIN import_stage s ON s.line = p.line JOIN flights f ON f.id = p.flight_id
""")
_READ_CHANGES: Final = _CHANGES.format(cabin=_CABIN, price_fits=_PRICE_FITS, pairs=_DIFFERENT, lock=SQL(""))
_LOCK_CHANGES: Final = _CHANGES.format(cabin=_CABIN, price_fits=_PRICE_FITS, pairs=_DIFFERENT, lock=_LOCK)
_READ_CHOSEN: Final = _CHANGES.format(cabin=_CABIN, price_fits=_PRICE_FITS, pairs=_CHOSEN, lock=SQL(""))
_LOCK_CHOSEN: Final = _CHANGES.format(cabin=_CABIN, price_fits=_PRICE_FITS, pairs=_CHOSEN, lock=_LOCK)
_UPDATE: Final = SQL("""
UPDATE flights f SET
    source = s.source, destination = s.destination, source_iata = s.source_iata, destination_iata = s.destination_iata,
    departure_ts = s.departure_ts, arrival_ts = s.arrival_ts, departure_date = s.departure_date, total_seats = s.total_seats, price = s.price,
    currency = coalesce(s.currency, f.currency), cabin = {cabin}, version = f.version + 1, updated_at = now()
FROM unnest(%(lines)s::int[], %(flights)s::uuid[]) AS p(line, flight_id) JOIN import_stage s ON s.line = p.line
WHERE f.id = p.flight_id
RETURNING f.id AS flight_id, f.total_seats, f.total_seats - f.seats_held - f.seats_sold AS free,
          f.source_key, f.destination_key, f.departure_date
""").format(cabin=_CABIN)


class Counts(NamedTuple):
    """`new`: staged rows whose flight does not exist. `changed`: staged rows that differ from their flight."""

    new: int
    changed: int


class NewFlights(NamedTuple):
    """The number of flights that were added on one route and day."""

    source_key: str
    destination_key: str
    departure_date: date
    flights: int

    @property
    def route_day(self) -> RouteDay:
        return RouteDay(self.source_key, self.destination_key, self.departure_date)


class ExistingFlight(NamedTuple):
    """A staged row, by its line in the file, whose flight exists."""

    line: int
    flight_number: str


class StagedChange(NamedTuple):
    """A flight as it is (`old_...`), and as its staged row would change it (`new_...`).

    `renames_a_place`: a place gets another name or code, or the local date of departure changes. `goes_elsewhere`: the flight would
    go from or to another place. `price_fits`: the price has no more decimals than `currency`, which the flight would have, and cannot be thousands.
    `source_lost`, `destination_lost`: the code of a place of the registry that would be replaced by a text that is not in it.
    """

    flight_id: UUID
    line: int
    status: str
    seats_held: int
    seats_sold: int
    old_total: int
    new_total: int
    departure_ts: datetime
    old_arrival_ts: datetime
    new_departure_ts: datetime
    new_arrival_ts: datetime
    source_key: str
    destination_key: str
    departure_date: date
    renames_a_place: bool
    goes_elsewhere: bool
    currency: str
    new_price: Decimal
    price_fits: bool
    source_lost: str | None
    new_source: str
    destination_lost: str | None
    new_destination: str
    old_cabin: str | None
    new_cabin: str | None

    @property
    def seats_taken(self) -> int:
        return self.seats_held + self.seats_sold

    @property
    def departs_at_another_time(self) -> bool:
        return self.new_departure_ts != self.departure_ts

    @property
    def is_cancelled(self) -> bool:
        return self.status == FlightStatus.CANCELLED

    @property
    def route_day(self) -> RouteDay:
        return RouteDay(self.source_key, self.destination_key, self.departure_date)


class UpdatedFlight(NamedTuple):
    """A flight after its update."""

    flight_id: UUID
    total_seats: int
    free: int
    source_key: str
    destination_key: str
    departure_date: date

    @property
    def route_day(self) -> RouteDay:
        return RouteDay(self.source_key, self.destination_key, self.departure_date)


def copy_new(connection: RawConnection, text: memoryview) -> None:
    """Insert flights without the staging table. `text`: CSV with the columns of `_COLUMNS`, sorted by the natural key.

    Raises:
        psycopg.errors.UniqueViolation: one of the flights exists. No flight is inserted.
    """
    _copy(connection, _COPY_FLIGHTS, text)


def stage(connection: RawConnection, text: memoryview) -> None:
    """Replace the rows of the staging table. `text`: CSV with its columns, in their order."""
    connection.execute(_STAGE)
    connection.execute("TRUNCATE import_stage")
    _copy(connection, _COPY_STAGE, text)
    statistics.analyze_if_believed_empty(connection, "flights")
    connection.execute("SET LOCAL work_mem = '32MB'")  # enough to sort one chunk in memory


@contextmanager
def index_look_ups(connection: RawConnection) -> Iterator[None]:
    """Make Postgres look up each flight in the index of its key, in the block. The planner has no statistics of the staging table, and
    would otherwise read all of `flights`, which may have millions of rows. Statements about other tables must stay outside: without hash
    joins they may compare each row with each other one.
    """
    connection.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    yield
    connection.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on")


def count(connection: RawConnection) -> Counts:
    """Compare the staged rows with the flights that exist."""
    (counts,) = _fetch(connection, Counts, _COUNT)
    return counts


def count_rows(connection: RawConnection) -> int:
    """The number of staged rows."""
    row = connection.execute("SELECT count(*) FROM import_stage").fetchone()
    assert row is not None
    return int(row[0])


def insert_all(connection: RawConnection) -> int:
    """Insert the staged flights that do not exist. Returns their number.

    It takes a fifth less time than `insert_and_list`. Use it for a chunk that has only new flights, as in a first import.
    """
    return connection.execute(_INSERT, (DEFAULT_CURRENCY,)).rowcount


def insert_and_list(connection: RawConnection) -> list[NewFlights]:
    """Insert the staged flights that do not exist. Returns their numbers by route and day."""
    return _fetch(connection, NewFlights, _INSERT_AND_LIST, (DEFAULT_CURRENCY,))


def list_existing(connection: RawConnection) -> list[ExistingFlight]:
    """Staged rows whose flight existed before this transaction, in the order of the file."""
    return _fetch(connection, ExistingFlight, _EXISTING)


def list_changes(connection: RawConnection, *, lock: bool) -> list[StagedChange]:
    """The flights that differ from their staged row, in the order of their ids. `lock`: lock them until the transaction ends."""
    return _fetch(connection, StagedChange, _LOCK_CHANGES if lock else _READ_CHANGES)


def list_chosen(connection: RawConnection, chosen: Mapping[int, UUID], *, lock: bool) -> list[StagedChange]:
    """As `list_changes`, for staged rows that mean a flight with another departure. `chosen`: line -> id of that flight."""
    return _fetch(connection, StagedChange, _LOCK_CHOSEN if lock else _READ_CHOSEN, _pairs(chosen))


def update(connection: RawConnection, chosen: Mapping[int, UUID]) -> list[UpdatedFlight]:
    """Update flights to their staged rows, and write an event `flight.changed` for each. `chosen`: line -> id of the flight, which the caller
    has locked.
    """
    updated = _fetch(connection, UpdatedFlight, _UPDATE, _pairs(chosen))
    outbox.write(connection, (domain_events.flight_changed(each.flight_id) for each in updated))
    return updated


def drop(connection: RawConnection, lines: Sequence[int]) -> None:
    """Delete the staged rows of these lines."""
    connection.execute("DELETE FROM import_stage WHERE line = ANY(%s)", (list(lines),))


def _pairs(chosen: Mapping[int, UUID]) -> dict[str, list[Any]]:
    return {"lines": list(chosen), "flights": list(chosen.values())}


def _fetch(
    connection: RawConnection, kind: type[_Row], query: Composed | SQL, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[_Row]:
    with index_look_ups(connection), connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query, parameters).fetchall()


def _copy(connection: RawConnection, statement: Composed | SQL, text: memoryview) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text)
