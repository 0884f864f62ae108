"""What became of an import: its counts, its first errors, its failed rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import msgspec

from core.db import Database, RawConnection
from core.errors import NotFound
from core.imports.models import ImportMatch, ImportMode, ImportStatus, ImportTimes

FIRST_ERRORS: Final = 100
PAGE: Final = 2_000
"""Faults that are read at once for the file of failed rows."""


class ImportNotFound(NotFound):
    code = "import_not_found"


class RowError(msgspec.Struct, frozen=True):
    """One thing wrong with one row. `column` is null where the row as a whole is wrong."""

    line: int
    column: str | None
    value: str
    code: str
    message: str


class ImportProgress(msgspec.Struct, frozen=True):
    """`percent` is of the file's bytes. `total` rows are known once the whole file was read."""

    processed: int
    total: int | None
    percent: float


class ImportFailure(msgspec.Struct, frozen=True):
    """Why the job as a whole could not go on; bad rows are no reason."""

    code: str
    message: str


class ImportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An import without its errors. Every row that was processed is created, updated, skipped (nothing to change) or failed.

    `unprocessed`: rows that a cancelled import did not come to; null where nobody counted the rows. `cancelling`: it is being
    stopped, and will be `CANCELLED`. `beside`: how many rows add a flight beside one of the same number, route and day, which the list of
    changes names. `affected_bookings`: how many have seats on flights that it changed, or would change.
    """

    job_id: UUID
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


class ImportView(ImportSummary, frozen=True, kw_only=True):
    """An import with the first hundred errors; the file at `failed_rows_url` has all of them."""

    errors: list[RowError]


_COLUMNS: Final = """
    SELECT id, status, mode, times, match, dry_run, cancel_requested_at IS NOT NULL, processed, total_rows, cursor_bytes, total_bytes,
           created, updated, skipped, failed, beside, affected_bookings, failure_code, failure_message, created_at, started_at, finished_at
    FROM imports
"""
_GET: Final = f"{_COLUMNS} WHERE id = %s"
_LIST: Final = f"""
    {_COLUMNS}
    WHERE (%(before)s::uuid IS NULL OR id < %(before)s) AND (%(status)s::text IS NULL OR status = %(status)s)
      AND (%(dry_run)s::boolean IS NULL OR dry_run = %(dry_run)s)
    ORDER BY id DESC LIMIT %(limit)s
"""


def get_import(connection: RawConnection, import_id: UUID) -> ImportView:
    """One import as it is now.

    Raises:
        ImportNotFound
    """
    row = connection.execute(_GET, (import_id,)).fetchone()
    if row is None:
        raise ImportNotFound("There is no such import.")
    errors = connection.execute(
        'SELECT line, "column", value, code, message FROM import_errors WHERE import_id = %s ORDER BY line, "column" LIMIT %s',
        (import_id, FIRST_ERRORS),
    )
    return ImportView(**_summary(row), errors=[RowError(line, column or None, *rest) for line, column, *rest in errors])


def read_imports(connection: RawConnection, import_ids: Sequence[UUID]) -> list[ImportSummary]:
    """The imports with these ids; unknown ids are left out."""
    rows = connection.execute(f"{_COLUMNS} WHERE id = ANY(%s)", (list(import_ids),)).fetchall()
    return [ImportSummary(**_summary(row)) for row in rows]


def list_imports(
    connection: RawConnection,
    *,
    before: UUID | None,
    limit: int,
    status: ImportStatus | None = None,
    dry_run: bool | None = None,
) -> tuple[list[ImportSummary], UUID | None]:
    """Imports, newest first, and the cursor of the next page. Ids are in order of time, so an id is a cursor."""
    wanted = {"before": before, "limit": limit + 1, "status": status, "dry_run": dry_run}
    rows = connection.execute(_LIST, wanted).fetchall()
    imports = [ImportSummary(**_summary(row)) for row in rows[:limit]]
    return imports, imports[-1].job_id if len(rows) > limit else None


def _summary(row: tuple[Any, ...]) -> dict[str, Any]:
    import_id, status, mode, times, match, dry_run, cancel_requested, processed, total, cursor, size, *counts = row
    created, updated, skipped, failed, beside, bookings, code, message, created_at, started_at, finished_at = counts
    complete = status == ImportStatus.COMPLETED
    address = f"/admin/flights/bulk-upload/{import_id}"
    return {
        "job_id": import_id,
        "status": ImportStatus(status),
        "mode": ImportMode(mode),
        "times": ImportTimes(times),
        "match": ImportMatch(match),
        "dry_run": dry_run,
        "cancelling": cancel_requested and finished_at is None,
        # Not 100 before the import has ended, which also says that search was told.
        "progress": ImportProgress(processed, total, 100.0 if complete else min(99.9, round(100 * cursor / max(1, size), 1))),
        "created": created,
        "updated": updated,
        "skipped": skipped,
        "failed": failed,
        "unprocessed": None if total is None else total - processed,
        "beside": beside,
        "affected_bookings": bookings,
        "failure": ImportFailure(code, message) if code else None,
        "failed_rows_url": f"{address}/failed.csv" if failed else None,
        "changes_url": f"{address}/changes" if updated or beside else None,
        "created_at": created_at,
        "started_at": started_at,
        "finished_at": finished_at,
    }


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


class FailedRow(msgspec.Struct, frozen=True):
    """`cells`: one for each column of the file. `faults`: code and message of everything that is wrong with the row."""

    line: int
    cells: list[str]
    faults: list[tuple[str, str]]


def read_failed_rows(db: Database, import_id: UUID) -> Iterator[FailedRow]:
    """All failed rows in the order of the file, read page by page."""
    after, more = 0, True
    while more:
        with db.snapshot() as connection:
            faults = connection.execute(
                """
                SELECT line, code, "column", message, raw FROM import_errors
                WHERE import_id = %s AND line > %s ORDER BY line, "column" LIMIT %s
                """,
                (import_id, after, PAGE),
            ).fetchall()
        more = len(faults) == PAGE
        rows = [_failed_row(line, list(group)) for line, group in groupby(faults, key=itemgetter(0))]
        yield from rows[:-1] if more else rows  # the last row of a full page may go on in the next
        after = rows[-2].line if more else 0


def _failed_row(line: int, faults: list[tuple[Any, ...]]) -> FailedRow:
    cells: list[str] = next((raw for *_, raw in faults if raw is not None), [])
    return FailedRow(
        line, cells, [(code, f"{column}: {message}" if column else message) for _, code, column, message, _ in faults]
    )
