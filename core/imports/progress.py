"""The row of an import while a worker has it: each step is a compare-and-set, so that of two workers one goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg.errors import LockNotAvailable

from core.db import RawConnection
from core.imports.apply import Applied
from core.imports.csv.reader import Chunk, Cursor
from core.imports.models import ImportMode, ImportStatus, ImportTimes
from core.lease import LEASE_SECONDS

STORAGE_HOURS: Final = 24
"""How old an import may be while the storage of its file is away."""


@dataclass(frozen=True, slots=True)
class Job:
    """An import as its worker found it. `all_rows_stored`: search is still to be told, and nothing else is left to do."""

    id: UUID
    storage_key: str
    mode: ImportMode
    times: ImportTimes
    dry_run: bool
    attempts: int
    cursor: Cursor
    all_rows_stored: bool
    is_cancelled: bool


_CLAIM: Final = """
    UPDATE imports SET status = 'IN_PROGRESS', started_at = coalesce(started_at, now()), attempts = attempts + 1,
                       next_at = now() + %s * interval '1 second'
    WHERE id = %s AND status IN ('PENDING', 'IN_PROGRESS')
    RETURNING id, storage_key, mode, times, dry_run, attempts, cursor_bytes, cursor_line, total_rows IS NOT NULL,
              cancel_requested_at IS NOT NULL
"""
_MOVE: Final = """
    UPDATE imports SET cursor_bytes = %s, cursor_line = %s, attempts = 0, next_at = now() + %s * interval '1 second'
    WHERE id = %s AND status = 'IN_PROGRESS' AND cursor_bytes = %s AND total_rows IS NULL AND cancel_requested_at IS NULL
"""
_COUNT: Final = """
    UPDATE imports SET
        processed = processed + %(rows)s, created = created + %(created)s, updated = updated + %(updated)s,
        skipped = skipped + %(skipped)s, failed = failed + %(failed)s, affected_bookings = affected_bookings + %(bookings)s,
        total_rows = CASE WHEN %(last)s THEN processed + %(rows)s END
    WHERE id = %(id)s
"""
_WAIT: Final = """
    UPDATE imports SET attempts = greatest(attempts - 1, 0) WHERE id = %s AND status = 'IN_PROGRESS'
    RETURNING created_at < now() - %s * interval '1 hour'
"""
_FINISH: Final = """
    UPDATE imports SET
        status = %(status)s, failure_code = %(code)s, failure_message = %(message)s,
        total_rows = coalesce(total_rows, processed + %(left)s), next_at = NULL, finished_at = clock_timestamp()
    WHERE id = %(id)s AND status = 'IN_PROGRESS'
"""


def claim(connection: RawConnection, import_id: UUID) -> Job | None:
    """Begin with it, or go on. None where it has ended."""
    row = connection.execute(_CLAIM, (LEASE_SECONDS, import_id)).fetchone()
    if row is None:
        return None
    import_id, key, mode, times, dry_run, attempts, offset, line, stored, cancelled = row
    return Job(import_id, key, ImportMode(mode), ImportTimes(times), dry_run, attempts, Cursor(offset, line), stored, cancelled)


def move_cursor(connection: RawConnection, job: Job, chunk: Chunk) -> bool:
    """Take the chunk, in the transaction that stores it. False where somebody else has it, or nobody shall."""
    try:
        moved = connection.execute(_MOVE, (chunk.end.offset, chunk.end.line, LEASE_SECONDS, job.id, chunk.begin.offset)).rowcount
    except LockNotAvailable:
        return False  # another worker is inside its chunk
    return moved == 1


def count(connection: RawConnection, job: Job, chunk: Chunk, applied: Applied, *, failed: int) -> None:
    """What became of the chunk's rows. With the last chunk the number of all rows is known."""
    connection.execute(
        _COUNT,
        {
            "id": job.id,
            "rows": chunk.rows,
            "created": applied.created,
            "updated": applied.updated,
            "skipped": chunk.rows - applied.created - applied.updated - failed,
            "failed": failed,
            "bookings": applied.bookings,
            "last": chunk.last,
        },
    )


def is_ours_to_stop(connection: RawConnection, job: Job, at: Cursor) -> bool:
    """Whether the chunk at `at` was refused because somebody cancelled the import, and nobody else has it."""
    row = connection.execute(
        "SELECT FROM imports WHERE id = %s AND status = 'IN_PROGRESS' AND cancel_requested_at IS NOT NULL AND cursor_bytes = %s",
        (job.id, at.offset),
    ).fetchone()
    return row is not None


def wait_for_storage(connection: RawConnection, job: Job) -> bool:
    """The file cannot be read now, which is no attempt. False: it has waited for too long."""
    row = connection.execute(_WAIT, (job.id, STORAGE_HOURS)).fetchone()
    return row is None or not row[0]


def finish(
    connection: RawConnection, job: Job, status: ImportStatus, *, left: int | None = None, code: str = "", message: str = ""
) -> bool:
    """The end, once everybody who has to know has been told. `left`: rows that are not worked. False: it had ended before."""
    return (
        connection.execute(
            _FINISH, {"id": job.id, "status": status.value, "code": code or None, "message": message or None, "left": left}
        ).rowcount
        == 1
    )
