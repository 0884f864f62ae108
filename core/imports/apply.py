"""Good rows of one chunk become flights: new ones are added, changed ones are updated, and rows that change nothing are left alone.

A chunk that follows one of nothing but new flights is copied straight into the table of flights. Any other chunk goes through a
staging table (`core/flights/staging.py`). The capacity of a flight never goes below its held and sold seats.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from core.db import RawConnection
from core.flights import schedule_changes, staging
from core.flights.announcements.route_versions import RouteDays
from core.flights.rules import DEFAULT_CURRENCY
from core.flights.schedule_changes import MovedFlight, Times
from core.flights.staging import StagedChange
from core.imports import changes
from core.imports.csv.faults import WHOLE_ROW, Fault
from core.imports.models import ImportMode
from core.imports.validation import route_days


class Rows:
    """Validated rows (columns of the staging table), and their text for COPY: made once, in the thread that reads the file."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def halves(self) -> tuple[Rows, Rows]:
        middle = len(self) // 2
        return Rows(self.table.slice(0, middle)), Rows(self.table.slice(middle))

    @cached_property
    def for_stage(self) -> memoryview:
        return _csv(self.table)

    @cached_property
    def for_flights(self) -> memoryview:
        """Sorted by the natural key, so that two imports of the same flights take their locks in the same order."""
        rows = self.table.drop_columns(["line"]).sort_by([("flight_number", "ascending"), ("departure_ts", "ascending")])
        currency = rows.schema.get_field_index("currency")
        return _csv(rows.set_column(currency, "currency", pc.fill_null(rows["currency"], DEFAULT_CURRENCY)))


def _csv(rows: pa.Table) -> memoryview:
    text = io.BytesIO()
    pa.csv.write_csv(rows, text, pa.csv.WriteOptions(include_header=False))
    return text.getbuffer()


@dataclass(slots=True)
class Applied:
    """What became of the rows.

    `routes`: the route days to announce, old and new. `free`: flight -> free seats, where the capacity changed. `bookings`: how many
    travel on flights that changed. `faults`: what only the database could find.
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
class ImportOptions:
    """What an import is to do with its rows."""

    import_id: UUID
    mode: ImportMode
    dry_run: bool


def apply(connection: RawConnection, rows: Rows, options: ImportOptions, *, probably_new: bool = False) -> Applied:
    """Write rows in the caller's transaction. A dry run writes no flight and counts the same.

    `probably_new`: try first whether none of the flights exists. A row that the database refuses is found by halving the batch, and
    the others pass.
    """
    if not rows:
        return Applied()
    if probably_new and not options.dry_run:
        with suppress(psycopg.DataError, psycopg.IntegrityError), connection.transaction():
            staging.copy_new(connection, rows.for_flights)
            return Applied(created=len(rows), routes=RouteDays(route_days(rows.table)))
    try:
        with connection.transaction():
            staging.stage(connection, rows.for_stage)
            return _Upsert(connection, rows.table, options).run()
    except (psycopg.DataError, psycopg.IntegrityError) as refusal:
        if len(rows) == 1:
            message = f"The database refuses this row: {refusal.diag.message_primary}"
            return Applied(faults=[Fault(rows.table["line"][0].as_py(), WHOLE_ROW, "", "refused", message)])
    one, other = rows.halves()
    applied = apply(connection, one, options)
    applied.add(apply(connection, other, options))
    return applied


class _Upsert:
    """Staged rows become flights: insert the new, update the changed."""

    def __init__(self, connection: RawConnection, rows: pa.Table, options: ImportOptions) -> None:
        self._connection = connection
        self._rows = rows
        self._options = options

    def run(self) -> Applied:
        staged = self._rows.num_rows
        new, changed = staging.count(self._connection)
        applied = Applied()
        if self._options.dry_run:
            applied.created = new
        elif new:
            applied = self._insert_all() if new == staged else self._insert_some()
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
            fault = _fault(change)
            if fault is None:
                allowed[change.flight_id] = change
                applied.routes.update([change.route_day])
            else:
                applied.faults.append(fault)
        to_note = [
            change.flight_id
            for change in allowed.values()
            if change.renames_a_place or change.seats_taken or self._options.dry_run
        ]
        applied.updated = len(allowed)
        applied.bookings = changes.record(self._connection, self._options.import_id, to_note)
        if allowed and not self._options.dry_run:
            self._write(allowed, applied)
        return applied

    def _write(self, allowed: dict[UUID, StagedChange], applied: Applied) -> None:
        for updated in staging.update(self._connection, list(allowed)):
            applied.routes.update([updated.route_day])
            if updated.total_seats != allowed[updated.flight_id].old_total:
                applied.free[updated.flight_id] = updated.free
        moved = [
            MovedFlight(
                change.flight_id,
                Times(change.departure_ts, change.old_arrival_ts),
                Times(change.departure_ts, change.new_arrival_ts),
            )
            for change in allowed.values()
            if change.seats_taken
        ]
        schedule_changes.record(self._connection, moved)


def _fault(change: StagedChange) -> Fault | None:
    """Why the flight must stay as it is; None where the change is allowed."""
    if change.is_cancelled:
        return Fault(change.line, "flight_number", "", "flight_cancelled", "The flight is cancelled and cannot be changed.")
    if change.seats_taken > change.new_total:
        message = (
            f"{change.seats_held} seats are held and {change.seats_sold} are sold, so the flight cannot have {change.new_total}."
        )
        return Fault(change.line, "total_seats", str(change.new_total), "capacity_below_sold", message)
    if change.goes_elsewhere and change.seats_taken:
        message = (
            f"{change.seats_taken} seats are held or sold, so the flight cannot go elsewhere. Cancel it, and add another one."
        )
        return Fault(change.line, WHOLE_ROW, "", "flight_has_bookings", message)
    return None
