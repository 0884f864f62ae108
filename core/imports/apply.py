"""Write the valid rows of one chunk to the flights: insert new flights, update changed ones, skip rows that change nothing.

If every row of the chunk before was a new flight, this chunk is first tried with one COPY directly into the table of flights,
which is faster. Any other chunk goes through a staging table (`core/flights/staging.py`). The capacity of a flight never becomes
smaller than its held and sold seats.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import UUID

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from core.db import RawConnection, savepoint
from core.db.bisect import isolated
from core.events.domain_events import Event, flight_changed
from core.flights import same_day, staging, unfit_prices
from core.flights.announcements.route_versions import RouteDays
from core.flights.changes import schedule_changes
from core.flights.changes.schedule_changes import MovedFlight, Times
from core.flights.rules import DEFAULT_CURRENCY
from core.flights.same_day import SameDay
from core.flights.staging import StagedChange
from core.imports import cabins, changes, prices
from core.imports.allowed_changes import find_lost_seats, why_refused
from core.imports.csv.distinct import distinct
from core.imports.csv.faults import WHOLE_ROW, Fault
from core.imports.models import ChangeEffect, ImportMatch, ImportMode
from core.imports.validation import route_days

AMBIGUOUS: Final = (
    "Several flights have this number, route and day, or several rows match the same flight, so it is not clear which flight moves. "
    "Change the flight in the list of flights, or send the row with match=time."
)

ROW_ERRORS: Final = (psycopg.DataError, psycopg.IntegrityError)
"""The errors by which Postgres refuses a single row."""


class Rows:
    """Validated rows (in the columns of the staging table), with their route days and their text for COPY. Both are made once, in the
    thread that reads the file.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def part(self, numbers: Sequence[int]) -> Rows:
        """A contiguous part of the rows, by their numbers. For all rows this object itself is returned, with its COPY text."""
        return self if len(numbers) == len(self) else Rows(self.table.slice(numbers[0], len(numbers)))

    @cached_property
    def route_days(self) -> RouteDays:
        return route_days(self.table)

    @cached_property
    def for_stage(self) -> memoryview:
        return _csv(self.table)

    @cached_property
    def for_flights(self) -> memoryview:
        """Sorted by the natural key, so that two imports of the same flights take their locks in the same order."""
        rows = self.table.drop_columns(["line"]).sort_by([("flight_number_key", "ascending"), ("departure_ts", "ascending")])
        currency = rows.schema.get_field_index("currency")
        rows = rows.set_column(currency, "currency", pc.fill_null(rows["currency"], DEFAULT_CURRENCY))
        return _csv(rows.set_column(rows.schema.get_field_index("cabin"), "cabin", cabins.of_new_flights(rows)))


def _csv(rows: pa.Table) -> memoryview:
    # Arrow's own buffer, because Python refuses to close a BytesIO while a memoryview of it exists.
    text = pa.BufferOutputStream()
    pa.csv.write_csv(rows, text, pa.csv.WriteOptions(include_header=False))
    return memoryview(text.getvalue())


@dataclass(slots=True)
class Applied:
    """The result for the rows of one chunk.

    `routes`: the routes and days whose search results change, old and new ones. `free`: flight -> free seats, where the capacity
    changed. `bookings`: number of bookings on changed flights. `beside`: number of rows that added a second flight of the same
    number, route and day. `faults`: found by the database. `events`: published after the commit.
    """

    created: int = 0
    updated: int = 0
    beside: int = 0
    bookings: int = 0
    routes: RouteDays = field(default_factory=RouteDays)
    free: dict[UUID, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    failed: int = 0
    """Rows with faults, those that were found before it included; known once the chunk is stored."""
    has_only_faults: bool = False
    """Every row of the import so far failed."""

    def add(self, other: Applied) -> None:
        self.created += other.created
        self.updated += other.updated
        self.beside += other.beside
        self.bookings += other.bookings
        self.routes.update(other.routes)
        self.free |= other.free
        self.faults += other.faults
        self.events += other.events


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The options of an import that decide what its rows do."""

    import_id: UUID
    mode: ImportMode
    match: ImportMatch
    dry_run: bool


def apply(connection: RawConnection, rows: Rows, options: ImportOptions, *, probably_new: bool = False) -> Applied:
    """Write rows in the caller's transaction. A dry run writes no flight and returns the same counts.

    `probably_new`: first try to insert all rows as new flights. If the database refuses a row, `core/db/bisect.py` finds it by
    halving the batch, and the other rows are written.
    """
    if not rows:
        return Applied()
    if probably_new and not options.dry_run and not _depends_on_existing_flights(connection, rows, options):
        with suppress(*ROW_ERRORS), savepoint(connection):
            staging.copy_new(connection, rows.for_flights)
            return Applied(created=len(rows), routes=rows.route_days)
    applied = Applied()

    def upsert(part: Sequence[int]) -> None:
        some = rows.part(part)
        with savepoint(connection):
            staging.stage(connection, some.for_stage)
            done = _Upsert(connection, some, options).run()
        applied.add(done)

    def refuse(row: int, error: Exception) -> None:
        if not isinstance(error, ROW_ERRORS):
            raise error
        applied.faults.append(_refused(rows.table["line"][row].as_py(), error))

    isolated(upsert, range(len(rows)), refuse)
    return applied


def _depends_on_existing_flights(connection: RawConnection, rows: Rows, options: ImportOptions) -> bool:
    """Whether a row has to be compared with an existing flight, although all rows are new flights: for its currency or its day."""
    if prices.may_not_fit(rows.table):
        return True
    if not same_day.has_flights_before(connection, options.import_id):
        return False
    days = distinct(rows.table, ["flight_number_key", "departure_date"])
    keys, dates = days["flight_number_key"].to_pylist(), days["departure_date"].to_pylist()
    return same_day.has_any(connection, options.import_id, keys, dates)


def _refused(line: int, error: psycopg.Error) -> Fault:
    return Fault(line, WHOLE_ROW, "", "refused", f"The database refused this row: {error.diag.message_primary}")


class _Upsert:
    """Write staged rows to the flights: insert the new ones, update the changed ones."""

    def __init__(self, connection: RawConnection, rows: Rows, options: ImportOptions) -> None:
        self._connection = connection
        self._rows = rows
        self._options = options

    def run(self) -> Applied:
        applied = Applied()
        if prices.may_not_fit(self._rows.table):
            applied.faults = [
                Fault(row.line, "price", row.price, "too_many_decimals", row.why)
                for row in unfit_prices.drop_unfit_prices(self._connection)
            ]
        new, changed = staging.count(self._connection)
        if new and same_day.has_flights_before(self._connection, self._options.import_id):
            self._match_same_day(applied)
            new, changed = staging.count(self._connection)
        staged = staging.count_rows(self._connection)
        if self._options.dry_run:
            applied.created = new
        elif new:
            applied.add(self._insert_all() if new == len(self._rows) else self._insert_some())
        if self._options.mode is ImportMode.CREATE:
            if applied.created < staged:
                applied.faults += self._existing()
        elif changed or applied.created < new:  # another transaction may have inserted some of them since the comparison
            applied.add(self._update())
        return applied

    def _insert_all(self) -> Applied:
        return Applied(created=staging.insert_all(self._connection), routes=self._rows.route_days)

    def _insert_some(self) -> Applied:
        added = staging.insert_and_list(self._connection)
        return Applied(created=sum(each.flights for each in added), routes=RouteDays(each.route_day for each in added))

    def _existing(self) -> list[Fault]:
        message = "The flight already exists, and mode=create only adds flights. Remove the row, or use mode=upsert."
        return [
            Fault(existing.line, "flight_number", existing.flight_number, "flight_exists", message)
            for existing in staging.list_existing(self._connection)
        ]

    def _update(self) -> Applied:
        """Change the flights that differ. They are locked first, so their seat counts cannot change before the commit."""
        applied = Applied()
        allowed, applied.faults = self._check(staging.list_changes(self._connection, lock=not self._options.dry_run))
        applied.routes.update(change.route_day for change in allowed.values())
        to_record = {
            change.line: change.flight_id
            for change in allowed.values()
            if change.renames_a_place or change.seats_taken or self._options.dry_run
        }
        applied.updated = len(allowed)
        applied.bookings = changes.record(self._connection, self._options.import_id, to_record)
        if allowed and not self._options.dry_run:
            self._write(allowed, applied)
        return applied

    def _match_same_day(self, applied: Applied) -> None:
        """Handle new rows for which a flight of the same number, route and day exists at another time. With match=day the row
        moves that flight. With match=time the row adds a second flight, and the import reports it."""
        found = same_day.find(self._connection, self._options.import_id)
        if self._options.match is ImportMatch.DAY:
            self._move(found, applied)
        elif found.flights:
            changes.record(self._connection, self._options.import_id, found.flights, ChangeEffect.ADDED_BESIDE)
            applied.beside += len(found.flights)

    def _check(self, found: Sequence[StagedChange]) -> tuple[dict[UUID, StagedChange], list[Fault]]:
        """Those of these changes that are allowed, by flight, and the faults of the others."""
        lost = find_lost_seats(self._connection, found, lock=not self._options.dry_run)
        allowed: dict[UUID, StagedChange] = {}
        faults: list[Fault] = []
        for change in found:
            fault = why_refused(change, lost.get(change.flight_id))
            if fault is None:
                allowed[change.flight_id] = change
            else:
                faults.append(fault)
        return allowed, faults

    def _move(self, found: SameDay, applied: Applied) -> None:
        ambiguous = [
            Fault(line, "departure_ts", "", "ambiguous_flight", AMBIGUOUS)
            for line in found.flights.keys() - found.unambiguous.keys()
        ]
        chosen = staging.list_chosen(self._connection, found.unambiguous, lock=not self._options.dry_run)
        allowed, refused = self._check(chosen)
        applied.routes.update(change.route_day for change in allowed.values())
        faults = [*ambiguous, *refused]
        moved = {change.line: change.flight_id for change in allowed.values()}
        applied.bookings += changes.record(self._connection, self._options.import_id, moved)
        applied.updated += len(moved)
        if moved and not self._options.dry_run:
            self._write(allowed, applied)
        applied.faults += faults
        staging.drop(self._connection, [*(fault.line for fault in faults), *moved])

    def _write(self, allowed: dict[UUID, StagedChange], applied: Applied) -> None:
        for updated in staging.update(self._connection, {change.line: change.flight_id for change in allowed.values()}):
            applied.routes.update([updated.route_day])
            applied.events.append(flight_changed(updated.flight_id))
            before = allowed[updated.flight_id]
            # In Redis the seats of a flight expire after its departure, so after a change of the departure they must be loaded again.
            if updated.total_seats != before.old_total or before.departs_at_another_time:
                applied.free[updated.flight_id] = updated.free
        moved = [
            MovedFlight(
                change.flight_id,
                Times(change.departure_ts, change.old_arrival_ts),
                Times(change.new_departure_ts, change.new_arrival_ts),
            )
            for change in allowed.values()
            if change.seats_taken
        ]
        applied.events += schedule_changes.record(self._connection, moved)
