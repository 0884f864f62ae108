"""Good rows of one chunk become flights: COPY to a staging table, one INSERT for the new, one UPDATE for the changed.

A chunk that follows one of nothing but new flights is copied straight into the table, and staged only if a flight of it exists. Rows
that change nothing are neither locked nor written. Held and sold seats are never touched, and a capacity never goes below them.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import UUID

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from psycopg.sql import SQL, Composed

from core.db import RawConnection
from core.flights import schedule_changes
from core.flights.announcements.route_versions import RouteDay, RouteDays
from core.flights.models import FlightStatus
from core.flights.rules import DEFAULT_CURRENCY
from core.flights.schedule_changes import MovedFlight, Times
from core.imports import changes
from core.imports.csv.faults import WHOLE_ROW, Fault
from core.imports.models import ImportMode
from core.imports.validation import route_days

_STAGE: Final = """
CREATE TEMP TABLE IF NOT EXISTS import_stage (
    line int, id uuid, flight_number text COLLATE "C", source text, destination text, source_iata text, destination_iata text,
    departure_ts timestamptz, arrival_ts timestamptz, departure_date date, total_seats int, price numeric(10, 2), currency text
) ON COMMIT DROP
"""
_COPY_STAGE: Final = SQL("COPY import_stage FROM STDIN (FORMAT csv)")
_MATCH: Final = SQL("f.flight_number = s.flight_number AND f.departure_ts = s.departure_ts")
_DIFFERS: Final = SQL("""
(f.source, f.destination, f.source_iata, f.destination_iata, f.arrival_ts, f.departure_date, f.total_seats, f.price, f.currency)
IS DISTINCT FROM
(s.source, s.destination, s.source_iata, s.destination_iata, s.arrival_ts, s.departure_date, s.total_seats, s.price,
 coalesce(s.currency, f.currency))
""")
_COUNT: Final = SQL("""
SELECT count(*) FILTER (WHERE f.id IS NULL), count(*) FILTER (WHERE f.id IS NOT NULL AND {differs})
FROM import_stage s LEFT JOIN flights f ON {match}
""").format(differs=_DIFFERS, match=_MATCH)
_COLUMNS: Final = SQL("""
id, flight_number, source, destination, source_iata, destination_iata, departure_ts, arrival_ts, departure_date, total_seats, price,
currency
""")
_COPY_FLIGHTS: Final = SQL("COPY flights ({columns}) FROM STDIN (FORMAT csv)").format(columns=_COLUMNS)
# Sorted, so that two imports of the same new flights wait for each other and never both ways.
_INSERT: Final = SQL("""
INSERT INTO flights ({columns})
SELECT s.id, s.flight_number, s.source, s.destination, s.source_iata, s.destination_iata, s.departure_ts, s.arrival_ts,
       s.departure_date, s.total_seats, s.price, coalesce(s.currency, %s)
FROM import_stage s ORDER BY s.flight_number, s.departure_ts
ON CONFLICT (flight_number, departure_ts) DO NOTHING
""").format(columns=_COLUMNS)
_INSERT_SOME: Final = SQL("""
WITH added AS ({insert} RETURNING source_key, destination_key, departure_date)
SELECT source_key, destination_key, departure_date, count(*) FROM added GROUP BY 1, 2, 3
""").format(insert=_INSERT)
_EXISTING: Final = SQL("""
SELECT s.line, s.flight_number FROM import_stage s JOIN flights f ON {match} AND f.id <> s.id ORDER BY s.line
""").format(match=_MATCH)
_CHANGES: Final = SQL("""
SELECT f.id, s.line, f.status, f.seats_held, f.seats_sold, f.total_seats, s.total_seats,
       f.departure_ts, f.arrival_ts, s.arrival_ts, f.source_key, f.destination_key, f.departure_date,
       (s.source, s.destination, s.source_iata, s.destination_iata, s.departure_date)
       IS DISTINCT FROM (f.source, f.destination, f.source_iata, f.destination_iata, f.departure_date),
       (coalesce(s.source_iata, lower(s.source)), coalesce(s.destination_iata, lower(s.destination)))
       IS DISTINCT FROM (f.source_key, f.destination_key)
FROM import_stage s JOIN flights f ON {match} WHERE {differs} ORDER BY f.id {lock}
""")
_SEE_CHANGES: Final = _CHANGES.format(match=_MATCH, differs=_DIFFERS, lock=SQL(""))
_LOCK_CHANGES: Final = _CHANGES.format(match=_MATCH, differs=_DIFFERS, lock=SQL("FOR NO KEY UPDATE OF f"))
_UPDATE: Final = SQL("""
UPDATE flights f SET
    source = s.source, destination = s.destination, source_iata = s.source_iata, destination_iata = s.destination_iata,
    arrival_ts = s.arrival_ts, departure_date = s.departure_date, total_seats = s.total_seats, price = s.price,
    currency = coalesce(s.currency, f.currency), version = f.version + 1, updated_at = now()
FROM import_stage s WHERE {match} AND f.id = ANY(%s)
RETURNING f.id, f.total_seats, f.total_seats - f.seats_held - f.seats_sold, f.source_key, f.destination_key, f.departure_date
""").format(match=_MATCH)


class Staged:
    """Validated rows (columns of the staging table), and their text for COPY: made once, in the thread that reads the file."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    def halves(self) -> tuple[Staged, Staged]:
        middle = len(self) // 2
        return Staged(self.rows.slice(0, middle)), Staged(self.rows.slice(middle))

    @cached_property
    def for_stage(self) -> memoryview:
        return _csv(self.rows)

    @cached_property
    def for_flights(self) -> memoryview:
        """In the order of `_INSERT`, and for its reason."""
        rows = self.rows.drop_columns(["line"]).sort_by([("flight_number", "ascending"), ("departure_ts", "ascending")])
        currency = rows.schema.get_field_index("currency")
        return _csv(rows.set_column(currency, "currency", pc.fill_null(rows["currency"], DEFAULT_CURRENCY)))


def _csv(rows: pa.Table) -> memoryview:
    text = io.BytesIO()
    pa.csv.write_csv(rows, text, pa.csv.WriteOptions(include_header=False))
    return text.getbuffer()


@dataclass(slots=True)
class Applied:
    """What became of the rows. `routes`: the route days to announce, old and new. `free`: flight -> free seats, where the capacity
    changed. `bookings`: how many travel on flights that changed. `faults`: what only the database could find.
    """

    created: int = 0
    updated: int = 0
    bookings: int = 0
    routes: RouteDays = field(default_factory=RouteDays)
    free: dict[UUID, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, other: Applied) -> None:
        self.created += other.created
        self.updated += other.updated
        self.bookings += other.bookings
        self.routes.update(other.routes)
        self.free |= other.free
        self.faults += other.faults


@dataclass(frozen=True, slots=True)
class Wish:
    """What the import is to do with its rows."""

    import_id: UUID
    mode: ImportMode
    dry_run: bool


def apply(connection: RawConnection, staged: Staged, wish: Wish, *, probably_new: bool = False) -> Applied:
    """Write rows in the caller's transaction. A dry run writes no flight and counts the same.

    `probably_new`: try first whether none of the flights exists. A row that breaks the batch is found by halves, and the others
    pass.
    """
    if not staged:
        return Applied()
    if probably_new and not wish.dry_run:
        with suppress(psycopg.DataError, psycopg.IntegrityError), connection.transaction():
            return _copy_new(connection, staged)
    try:
        with connection.transaction():
            _stage(connection, staged)
            return _Upsert(connection, staged.rows, wish).run()
    except (psycopg.DataError, psycopg.IntegrityError) as refusal:
        if len(staged) == 1:
            message = f"The database refuses this row: {refusal.diag.message_primary}"
            return Applied(faults=[Fault(staged.rows["line"][0].as_py(), WHOLE_ROW, "", "refused", message)])
    one, other = staged.halves()
    applied = apply(connection, one, wish)
    applied.add(apply(connection, other, wish))
    return applied


def _copy_new(connection: RawConnection, staged: Staged) -> Applied:
    """Flights that do not exist need neither a stage nor a question: this is what most of a first import is."""
    _copy(connection, _COPY_FLIGHTS, staged.for_flights)
    return Applied(created=len(staged), routes=RouteDays(route_days(staged.rows)))


def _stage(connection: RawConnection, staged: Staged) -> None:
    connection.execute(_STAGE)
    connection.execute("TRUNCATE import_stage")
    _copy(connection, _COPY_STAGE, staged.for_stage)
    # The stage has no statistics, and `flights` may have millions of rows: look each row up by its key, whatever the planner guesses.
    connection.execute("SET LOCAL enable_hashjoin = off")
    connection.execute("SET LOCAL enable_mergejoin = off")
    connection.execute("SET LOCAL work_mem = '32MB'")  # sorts one chunk in memory


def _copy(connection: RawConnection, statement: Composed | SQL, text: memoryview) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text)


class _Upsert:
    def __init__(self, connection: RawConnection, rows: pa.Table, wish: Wish) -> None:
        self._connection = connection
        self._rows = rows
        self._wish = wish

    def run(self) -> Applied:
        staged = self._rows.num_rows
        row = self._connection.execute(_COUNT).fetchone()
        assert row is not None
        new, differing = row
        applied = Applied()
        if self._wish.dry_run:
            applied.created = new
        elif new:
            applied = self._insert_all() if new == staged else self._insert_some()
        if self._wish.mode is ImportMode.CREATE:
            if applied.created < staged:
                applied.faults += self._existing()
        elif differing or applied.created < new:  # somebody else may have created some in this moment
            applied.add(self._update())
        return applied

    def _insert_all(self) -> Applied:
        """For a chunk of new flights, which is how most files begin: to return each row would cost a fifth more."""
        created = self._connection.execute(_INSERT, (DEFAULT_CURRENCY,)).rowcount
        return Applied(created=created, routes=RouteDays(route_days(self._rows)))

    def _insert_some(self) -> Applied:
        added = self._connection.execute(_INSERT_SOME, (DEFAULT_CURRENCY,)).fetchall()
        routes = RouteDays(RouteDay(source, destination, day) for source, destination, day, _ in added)
        return Applied(created=sum(count for *_, count in added), routes=routes)

    def _existing(self) -> list[Fault]:
        message = "The flight exists, and this import only creates. Leave the row out, or use mode=upsert."
        return [
            Fault(line, "flight_number", number, "flight_exists", message) for line, number in self._connection.execute(_EXISTING)
        ]

    def _update(self) -> Applied:
        """Change the flights that differ, under their locks: what their counts allow now stays true until the commit."""
        applied = Applied()
        old_totals: dict[UUID, int] = {}
        found = self._connection.execute(_SEE_CHANGES if self._wish.dry_run else _LOCK_CHANGES).fetchall()
        moved: list[MovedFlight] = []
        to_note: list[UUID] = []
        for (
            flight_id,
            line,
            status,
            held,
            sold,
            old_total,
            new_total,
            departure,
            old_arrival,
            arrival,
            *route_day,
            leaves,
            goes_elsewhere,
        ) in found:
            if status == FlightStatus.CANCELLED:
                message = "The flight is cancelled and cannot be changed."
                applied.faults.append(Fault(line, "flight_number", "", "flight_cancelled", message))
            elif held + sold > new_total:
                message = f"{held} seats are held and {sold} are sold, so the flight cannot have {new_total}."
                applied.faults.append(Fault(line, "total_seats", str(new_total), "capacity_below_sold", message))
            elif goes_elsewhere and held + sold:
                message = (
                    f"{held + sold} seats are held or sold, so the flight cannot go elsewhere. Cancel it, and add another one."
                )
                applied.faults.append(Fault(line, WHOLE_ROW, "", "flight_has_bookings", message))
            else:
                old_totals[flight_id] = old_total
                applied.routes.update([RouteDay(*route_day)])
                if leaves or held + sold or self._wish.dry_run:
                    to_note.append(flight_id)
                if held + sold:
                    moved.append(MovedFlight(flight_id, Times(departure, old_arrival), Times(departure, arrival)))
        applied.updated = len(old_totals)
        applied.bookings = changes.record(self._connection, self._wish.import_id, to_note)
        if old_totals and not self._wish.dry_run:
            self._write(old_totals, applied)
            schedule_changes.record(self._connection, moved)
        return applied

    def _write(self, old_totals: dict[UUID, int], applied: Applied) -> None:
        for flight_id, total, free, *route_day in self._connection.execute(_UPDATE, (list(old_totals),)):
            applied.routes.update([RouteDay(*route_day)])
            if total != old_totals[flight_id]:
                applied.free[flight_id] = free
