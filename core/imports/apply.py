"""Good rows of one chunk become flights: new ones are added, changed ones are updated, and rows that change nothing are left alone.

A chunk that follows one of nothing but new flights is copied straight into the table of flights. Any other chunk goes through a
staging table (`core/flights/staging.py`). The capacity of a flight never goes below its held and sold seats.
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
from core.flights import same_day, staging
from core.flights.announcements.route_versions import RouteDays
from core.flights.changes import schedule_changes
from core.flights.changes.schedule_changes import MovedFlight, Times
from core.flights.rules import DEFAULT_CURRENCY
from core.flights.same_day import SameDay
from core.flights.staging import StagedChange
from core.imports import changes, prices
from core.imports.allowed_changes import why_refused
from core.imports.csv.faults import WHOLE_ROW, Fault
from core.imports.models import ChangeEffect, ImportMatch, ImportMode
from core.imports.validation import route_days
from core.money import why_too_many

AMBIGUOUS: Final = (
    "Several flights of this number fly the route on that day, or several rows mean the same one: which is moved is not clear. "
    "Change the flight by itself, or send the row with match=time."
)

ROW_ERRORS: Final = (psycopg.DataError, psycopg.IntegrityError)
"""What Postgres says of a row that it does not take."""


class Rows:
    """Validated rows (columns of the staging table), and their text for COPY: made once, in the thread that reads the file."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def part(self, numbers: Sequence[int]) -> Rows:
        """Some rows that stand one behind the other, by their numbers; all of them are this very object, with its text."""
        return self if len(numbers) == len(self) else Rows(self.table.slice(numbers[0], len(numbers)))

    @cached_property
    def for_stage(self) -> memoryview:
        return _csv(self.table)

    @cached_property
    def for_flights(self) -> memoryview:
        """Sorted by the natural key, so that two imports of the same flights take their locks in the same order."""
        rows = self.table.drop_columns(["line"]).sort_by([("flight_number_key", "ascending"), ("departure_ts", "ascending")])
        currency = rows.schema.get_field_index("currency")
        return _csv(rows.set_column(currency, "currency", pc.fill_null(rows["currency"], DEFAULT_CURRENCY)))


def _csv(rows: pa.Table) -> memoryview:
    # Memory of Arrow's own: Python refuses to close a BytesIO that somebody still looks into.
    text = pa.BufferOutputStream()
    pa.csv.write_csv(rows, text, pa.csv.WriteOptions(include_header=False))
    return memoryview(text.getvalue())


@dataclass(slots=True)
class Applied:
    """What became of the rows.

    `routes`: the route days to announce, old and new. `free`: flight -> free seats, where the capacity changed. `bookings`: how many
    travel on flights that changed. `beside`: rows that added a flight beside one of the same number, route and day. `faults`: what only the database could find.
    """

    created: int = 0
    updated: int = 0
    beside: int = 0
    bookings: int = 0
    routes: RouteDays = field(default_factory=RouteDays)
    free: dict[UUID, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    is_hopeless: bool = False
    """Of the import so far: its rows are nothing but faults."""

    def add(self, other: Applied) -> None:
        self.created += other.created
        self.updated += other.updated
        self.beside += other.beside
        self.bookings += other.bookings
        self.routes.update(other.routes)
        self.free |= other.free
        self.faults += other.faults


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What an import is to do with its rows."""

    import_id: UUID
    mode: ImportMode
    match: ImportMatch
    dry_run: bool


def apply(connection: RawConnection, rows: Rows, options: ImportOptions, *, probably_new: bool = False) -> Applied:
    """Write rows in the caller's transaction. A dry run writes no flight and counts the same.

    `probably_new`: try first whether none of the flights exists. A row that the database refuses is found by halving the batch, and
    the others pass.
    """
    if not rows:
        return Applied()
    if probably_new and not options.dry_run and not _needs_a_look(connection, rows, options):
        with suppress(*ROW_ERRORS), savepoint(connection):
            staging.copy_new(connection, rows.for_flights)
            return Applied(created=len(rows), routes=RouteDays(route_days(rows.table)))
    applied = Applied()

    def upsert(part: Sequence[int]) -> None:
        some = rows.part(part)
        with savepoint(connection):
            staging.stage(connection, some.for_stage)
            done = _Upsert(connection, some.table, options).run()
        applied.add(done)

    def refuse(row: int, error: Exception) -> None:
        if not isinstance(error, ROW_ERRORS):
            raise error
        applied.faults.append(_refused(rows.table["line"][row].as_py(), error))

    isolated(upsert, range(len(rows)), refuse)
    return applied


def _needs_a_look(connection: RawConnection, rows: Rows, options: ImportOptions) -> bool:
    """Whether one of the rows, all of new flights, depends on flights that exist."""
    if prices.may_not_fit(rows.table):
        return True
    if not same_day.has_flights_before(connection, options.import_id):
        return False
    days = rows.table.select(["flight_number_key", "departure_date"]).group_by(
        ["flight_number_key", "departure_date"], use_threads=False
    )
    distinct = days.aggregate([])
    keys, dates = distinct["flight_number_key"].to_pylist(), distinct["departure_date"].to_pylist()
    return same_day.has_any(connection, options.import_id, keys, dates)


def _refused(line: int, error: psycopg.Error) -> Fault:
    return Fault(line, WHOLE_ROW, "", "refused", f"The database refuses this row: {error.diag.message_primary}")


class _Upsert:
    """Staged rows become flights: insert the new, update the changed."""

    def __init__(self, connection: RawConnection, rows: pa.Table, options: ImportOptions) -> None:
        self._connection = connection
        self._rows = rows
        self._options = options

    def run(self) -> Applied:
        applied = Applied()
        if prices.may_not_fit(self._rows):
            applied.faults = [
                Fault(row.line, "price", row.price, "too_many_decimals", why_too_many(DEFAULT_CURRENCY))
                for row in staging.drop_unfit_prices(self._connection)
            ]
        new, changed = staging.count(self._connection)
        if new and same_day.has_flights_before(self._connection, self._options.import_id):
            self._look_at_the_day(applied)
            new, changed = staging.count(self._connection)
        staged = staging.count_rows(self._connection)
        if self._options.dry_run:
            applied.created = new
        elif new:
            applied.add(self._insert_all() if new == self._rows.num_rows else self._insert_some())
        if self._options.mode is ImportMode.CREATE:
            if applied.created < staged:
                applied.faults += self._existing()
        elif changed or applied.created < new:  # somebody else may have created some in this moment
            applied.add(self._update())
        return applied

    def _insert_all(self) -> Applied:
        return Applied(created=staging.insert_all(self._connection), routes=RouteDays(route_days(self._rows)))

    def _insert_some(self) -> Applied:
        added = staging.insert_and_list(self._connection)
        return Applied(created=sum(each.flights for each in added), routes=RouteDays(each.route_day for each in added))

    def _existing(self) -> list[Fault]:
        message = "The flight exists, and this import only creates. Leave the row out, or use mode=upsert."
        return [
            Fault(existing.line, "flight_number", existing.flight_number, "flight_exists", message)
            for existing in staging.list_existing(self._connection)
        ]

    def _update(self) -> Applied:
        """Change the flights that differ, under their locks: what their counts allow now stays true until the commit."""
        applied = Applied()
        allowed: dict[UUID, StagedChange] = {}
        for change in staging.list_changes(self._connection, lock=not self._options.dry_run):
            fault = why_refused(change)
            if fault is None:
                allowed[change.flight_id] = change
                applied.routes.update([change.route_day])
            else:
                applied.faults.append(fault)
        to_note = {
            change.line: change.flight_id
            for change in allowed.values()
            if change.renames_a_place or change.seats_taken or self._options.dry_run
        }
        applied.updated = len(allowed)
        applied.bookings = changes.record(self._connection, self._options.import_id, to_note)
        if allowed and not self._options.dry_run:
            self._write(allowed, applied)
        return applied

    def _look_at_the_day(self, applied: Applied) -> None:
        """What becomes of new rows on whose day the same number flies the same route at another time: they move that flight, or are
        added beside it, and the import says so."""
        found = same_day.find(self._connection, self._options.import_id)
        if self._options.match is ImportMatch.DAY:
            self._move(found, applied)
        elif found.flights:
            changes.record(self._connection, self._options.import_id, found.flights, ChangeEffect.ADDED_BESIDE)
            applied.beside += len(found.flights)

    def _move(self, found: SameDay, applied: Applied) -> None:
        lock = not self._options.dry_run
        allowed: dict[UUID, StagedChange] = {}
        faults = [
            Fault(line, "departure_ts", "", "ambiguous_flight", AMBIGUOUS) for line in found.flights.keys() - found.clear.keys()
        ]
        for change in staging.list_chosen(self._connection, found.clear, lock=lock):
            fault = why_refused(change)
            if fault is None:
                allowed[change.flight_id] = change
                applied.routes.update([change.route_day])
            else:
                faults.append(fault)
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
            before = allowed[updated.flight_id]
            # Redis keeps the seats of a flight until it departs, so a new departure makes it load them again.
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
        schedule_changes.record(self._connection, moved)
