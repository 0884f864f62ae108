"""Read imports: their status and counts, their first errors and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from core.db import RawConnection, fetch, fetch_one
from core.errors import NotFound
from core.imports.models import (
    NOTE_CODES,
    READ_AS,
    TOO_FAST,
    ImportFailureCode,
    ImportMatch,
    ImportMode,
    ImportStatus,
    ImportTimes,
)
from core.places import registry

FIRST_ERRORS: Final = 100


class ImportNotFound(NotFound):
    code = "import_not_found"


class RowError(msgspec.Struct, frozen=True):
    """One fault of one row. `column` is null if the fault concerns the row as a whole."""

    line: int
    column: str | None
    value: str
    code: str
    message: str


class ImportProgress(msgspec.Struct, frozen=True):
    """`percent`: of the bytes of the file. `total`: the number of rows; null until the whole file was read."""

    processed: int
    total: int | None
    percent: float


class ImportFailure(msgspec.Struct, frozen=True):
    """Why the import as a whole failed. Rows with faults are no reason."""

    code: ImportFailureCode
    message: str


class ImportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An import without its errors. Every row that was processed is created, updated, skipped (nothing to change) or failed.

    `unprocessed`: the rows that a cancelled import did not process; null if their number is unknown. `cancelling`: the import is being
    stopped, and will be `CANCELLED`. `beside`: the number of rows that add a second flight of the same number, route and day; the list of
    changes has these flights. `affected_bookings`: the number of bookings on flights that the import changed, or would change. `file_name`:
    the name that the client gave the file; null if there was none, or the import is of a former release. `username`: of the sender.
    """

    job_id: UUID
    file_name: str | None
    username: str | None
    status: ImportStatus
    mode: ImportMode
    times: ImportTimes
    match: ImportMatch
    dry_run: bool
    cancelling: bool
    progress: ImportProgress
    created: int
    updated: int
    skipped: int
    failed: int
    unprocessed: int | None
    beside: int
    affected_bookings: int
    failure: ImportFailure | None
    failed_rows_url: str | None
    changes_url: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class PlaceReading(msgspec.Struct, frozen=True):
    """A name of a place in the file at which a person should look, and the airport that it was read as. `line`: the first line with this name."""

    line: int
    value: Annotated[str, Meta(examples=["Bombay"])]
    iata: Annotated[str, Meta(examples=["BOM"])]
    city: str
    country: str


class ImportView(ImportSummary, frozen=True, kw_only=True):
    """An import with the first hundred errors; the file at `failed_rows_url` has all of them. `places`: how names of places
    were read, at most a hundred. `doubts`: rows without a fault at which a person should look, at most one for each route.
    """

    errors: list[RowError]
    places: list[PlaceReading]
    doubts: list[RowError]


@dataclass(frozen=True, slots=True)
class _ImportRow:
    id: UUID
    file_name: str | None
    username: str | None
    status: ImportStatus
    mode: ImportMode
    times: ImportTimes
    match: ImportMatch
    dry_run: bool
    is_cancel_requested: bool
    processed: int
    total_rows: int | None
    cursor_bytes: int
    total_bytes: int
    created: int
    updated: int
    skipped: int
    failed: int
    beside: int
    affected_bookings: int
    failure_code: str | None
    failure_message: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def percent(self) -> float:
        """Percent of the file's bytes. It is below 100 until the import has ended, because search does not show the flights
        before.
        """
        if self.status is ImportStatus.COMPLETED:
            return 100.0
        return min(99.9, round(100 * self.cursor_bytes / max(1, self.total_bytes), 1))


_COLUMNS: Final = """
    SELECT id, status, mode, times, match, dry_run, cancel_requested_at IS NOT NULL AS is_cancel_requested, processed, total_rows,
           cursor_bytes, total_bytes, created, updated, skipped, failed, beside, affected_bookings, failure_code, failure_message,
           created_at, started_at, finished_at,
           (SELECT a.after ->> 'file_name' FROM audit_log a
            WHERE a.entity = 'import' AND a.entity_id = imports.id AND a.action = 'import.accepted' LIMIT 1) AS file_name,
           (SELECT u.username FROM users u WHERE u.id = imports.user_id) AS username
    FROM imports
"""
_GET: Final = f"{_COLUMNS} WHERE id = %s"
_LIST: Final = f"""
    {_COLUMNS}
    WHERE (%(before)s::uuid IS NULL OR id < %(before)s) AND (%(status)s::text IS NULL OR status = %(status)s)
      AND (%(dry_run)s::boolean IS NULL OR dry_run = %(dry_run)s)
    ORDER BY id DESC LIMIT %(limit)s
"""
_FIRST_ERRORS: Final = """
    SELECT line, nullif("column", '') AS "column", value, code, message FROM import_errors
    WHERE import_id = %s AND code <> ALL(%s) ORDER BY line, import_errors."column" LIMIT %s
"""
_DOUBTS: Final = """
    SELECT line, "column", value, code, message FROM import_errors
    WHERE import_id = %s AND code = %s ORDER BY line LIMIT %s
"""
_READINGS: Final = """
    SELECT min(line) AS line, value, message AS iata FROM import_errors
    WHERE import_id = %s AND code = %s GROUP BY value, message ORDER BY min(line), value LIMIT %s
"""


def get_import(connection: RawConnection, import_id: UUID) -> ImportView:
    """One import as it is now.

    Raises:
        ImportNotFound
    """
    row = fetch_one(connection, _ImportRow, _GET, (import_id,))
    if row is None:
        raise ImportNotFound("There is no such import.")
    errors = fetch(connection, RowError, _FIRST_ERRORS, (import_id, list(NOTE_CODES), FIRST_ERRORS))
    readings = connection.execute(_READINGS, (import_id, READ_AS, FIRST_ERRORS)).fetchall()
    places = [
        PlaceReading(line, value, iata, place.city, place.country)
        for line, value, iata in readings
        if (place := registry.airport(iata)) is not None
    ]
    doubts = fetch(connection, RowError, _DOUBTS, (import_id, TOO_FAST, FIRST_ERRORS))
    return ImportView(**msgspec.structs.asdict(_summary(row)), errors=errors, places=places, doubts=doubts)


def read_imports(connection: RawConnection, import_ids: Sequence[UUID]) -> list[ImportSummary]:
    """The imports with these ids. Unknown ids are ignored."""
    rows = fetch(connection, _ImportRow, f"{_COLUMNS} WHERE id = ANY(%s)", (list(import_ids),))
    return [_summary(row) for row in rows]


def list_imports(
    connection: RawConnection,
    *,
    before: UUID | None,
    limit: int,
    status: ImportStatus | None = None,
    dry_run: bool | None = None,
) -> tuple[list[ImportSummary], UUID | None]:
    """Imports, newest first, and the cursor of the next page. Ids are ordered by time, so the cursor is the last id."""
    wanted = {"before": before, "limit": limit + 1, "status": status, "dry_run": dry_run}
    rows = fetch(connection, _ImportRow, _LIST, wanted)
    imports = [_summary(row) for row in rows[:limit]]
    return imports, imports[-1].job_id if len(rows) > limit else None


def _summary(row: _ImportRow) -> ImportSummary:
    address = f"/admin/flights/bulk-upload/{row.id}"
    return ImportSummary(
        job_id=row.id,
        file_name=row.file_name,
        username=row.username,
        status=row.status,
        mode=row.mode,
        times=row.times,
        match=row.match,
        dry_run=row.dry_run,
        cancelling=row.is_cancel_requested and row.finished_at is None,
        progress=ImportProgress(row.processed, row.total_rows, row.percent),
        created=row.created,
        updated=row.updated,
        skipped=row.skipped,
        failed=row.failed,
        unprocessed=None if row.total_rows is None else row.total_rows - row.processed,
        beside=row.beside,
        affected_bookings=row.affected_bookings,
        failure=ImportFailure(ImportFailureCode(row.failure_code), row.failure_message or "") if row.failure_code else None,
        failed_rows_url=f"{address}/failed.csv" if row.failed else None,
        changes_url=f"{address}/changes" if row.updated or row.beside else None,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def get_columns(connection: RawConnection, import_id: UUID) -> list[str]:
    """The columns of an import's file, in its order.

    Raises:
        ImportNotFound
    """
    row = connection.execute("SELECT columns FROM imports WHERE id = %s", (import_id,)).fetchone()
    if row is None:
        raise ImportNotFound("There is no such import.")
    columns: list[str] = row[0]
    return columns
