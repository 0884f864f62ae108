"""The steps of an import in the table `imports`: claim, move the cursor, pause, finish. Each is a compare-and-set, so if two
workers have the same import, only one of them continues.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from psycopg.errors import LockNotAvailable

from core.db import RawConnection, fetch_one
from core.events import outbox
from core.events.domain_events import import_finished
from core.imports.csv.cursor import Cursor
from core.imports.models import ImportFailureCode, ImportMatch, ImportMode, ImportStatus, ImportTimes
from core.lease import LEASE_SECONDS

if TYPE_CHECKING:
    from core.imports.apply import Applied
    from core.imports.csv.reader import Chunk

UNFINISHED: Final = (ImportStatus.PENDING, ImportStatus.IN_PROGRESS)
STORAGE_HOURS: Final = 24
"""The age in hours at which an import fails if the storage of its file still cannot be reached."""


ROWS_BEFORE_REFUSAL: Final = 10_000
"""If so many rows were read and every one failed, the import fails and the rest is not read."""


@dataclass(frozen=True, slots=True)
class Job:
    """An import as its worker found it. `all_rows_stored`: only the search caches have still to be invalidated."""

    id: UUID
    storage_key: str
    mode: ImportMode
    times: ImportTimes
    match: ImportMatch
    dry_run: bool
    attempts: int
    cursor: Cursor
    all_rows_stored: bool
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows of an import so far."""

    processed: int
    failed: int

    @property
    def has_only_faults(self) -> bool:
        """Whether at least `ROWS_BEFORE_REFUSAL` rows were read and all failed: the file is probably not a list of flights."""
        return self.processed >= ROWS_BEFORE_REFUSAL and self.failed == self.processed


@dataclass(frozen=True, slots=True)
class _ClaimedRow:
    id: UUID
    storage_key: str
    mode: ImportMode
    times: ImportTimes
    match: ImportMatch
    dry_run: bool
    attempts: int
    cursor_bytes: int
    cursor_line: int
    all_rows_stored: bool
    is_cancelled: bool

    @property
    def job(self) -> Job:
        return Job(
            id=self.id,
            storage_key=self.storage_key,
            mode=self.mode,
            times=self.times,
            match=self.match,
            dry_run=self.dry_run,
            attempts=self.attempts,
            cursor=Cursor(self.cursor_bytes, self.cursor_line),
            all_rows_stored=self.all_rows_stored,
            is_cancelled=self.is_cancelled,
        )


_CLAIM: Final = """
    UPDATE imports SET status = %s, started_at = coalesce(started_at, now()), attempts = attempts + 1,
                       next_at = now() + %s * interval '1 second'
    WHERE id = %s AND status = ANY(%s)
    RETURNING id, storage_key, mode, times, match, dry_run, attempts, cursor_bytes, cursor_line,
              total_rows IS NOT NULL AS all_rows_stored, cancel_requested_at IS NOT NULL AS is_cancelled
"""
_MOVE: Final = f"""
    UPDATE imports SET cursor_bytes = %s, cursor_line = %s, attempts = 0, next_at = now() + %s * interval '1 second'
    WHERE id = %s AND status = {ImportStatus.IN_PROGRESS.sql} AND cursor_bytes = %s AND total_rows IS NULL AND cancel_requested_at IS NULL
    RETURNING failed
"""  # noqa: S608  # only constants
_COUNT: Final = """
    UPDATE imports SET
        processed = processed + %(rows)s, created = created + %(created)s, updated = updated + %(updated)s,
        skipped = skipped + %(skipped)s, failed = failed + %(failed)s, affected_bookings = affected_bookings + %(bookings)s,
        beside = beside + %(beside)s,
        total_rows = CASE WHEN %(last)s THEN processed + %(rows)s END
    WHERE id = %(id)s RETURNING processed, failed
"""
_WAIT: Final = f"""
    UPDATE imports SET attempts = greatest(attempts - 1, 0) WHERE id = %s AND status = {ImportStatus.IN_PROGRESS.sql}
    RETURNING created_at < now() - %s * interval '1 hour'
"""  # noqa: S608  # only constants
_FINISH: Final = f"""
    UPDATE imports SET
        status = %(status)s, failure_code = %(code)s, failure_message = %(message)s,
        total_rows = coalesce(total_rows, processed + %(unprocessed)s), next_at = NULL, finished_at = clock_timestamp()
    WHERE id = %(id)s AND status = {ImportStatus.IN_PROGRESS.sql}
"""  # noqa: S608  # only constants


# Order: first the user with the fewest running imports; then imports that have not begun; then the oldest. An import in progress
# whose lease has ended was paused, or its worker has crashed.
_IN_TURN: Final = f"""
    SELECT i.id FROM imports i
    WHERE i.status = {ImportStatus.PENDING.sql} OR (i.status = {ImportStatus.IN_PROGRESS.sql} AND i.next_at <= now())
    ORDER BY (SELECT count(*) FROM imports o WHERE o.user_id IS NOT DISTINCT FROM i.user_id AND o.status = {ImportStatus.IN_PROGRESS.sql} AND o.next_at > now()),
             i.status = {ImportStatus.PENDING.sql} DESC, i.id
    LIMIT 1 FOR NO KEY UPDATE OF i SKIP LOCKED
"""  # noqa: S608  # only constants
_PAUSE: Final = (
    f"UPDATE imports SET next_at = now() WHERE id = %s AND status = {ImportStatus.IN_PROGRESS.sql} AND cursor_bytes = %s"  # noqa: S608  # only constants
)


def claim_in_turn(connection: RawConnection) -> Job | None:
    """Claim the import whose turn it is. None if no import waits."""
    row = connection.execute(_IN_TURN).fetchone()
    return None if row is None else claim(connection, row[0])


def pause(connection: RawConnection, job: Job, at: Cursor) -> None:
    """Release the import after the chunk that ended at `at`, so that another worker can continue there."""
    connection.execute(_PAUSE, (job.id, at.offset))


def has_waiting_imports(connection: RawConnection) -> bool:
    """Whether there is an import that no worker has begun."""
    row = connection.execute(f"SELECT EXISTS (SELECT FROM imports WHERE status = {ImportStatus.PENDING.sql})").fetchone()  # noqa: S608  # only constants
    return row is not None and bool(row[0])


def claim(connection: RawConnection, import_id: UUID) -> Job | None:
    """Claim this import, to begin or continue it. None if it has ended."""
    row = fetch_one(connection, _ClaimedRow, _CLAIM, (ImportStatus.IN_PROGRESS, LEASE_SECONDS, import_id, list(UNFINISHED)))
    return None if row is None else row.job


def move_cursor(connection: RawConnection, job: Job, chunk: Chunk) -> int | None:
    """Move the cursor to the end of the chunk, in the transaction that stores it. Returns how many rows had failed before. None
    if another worker has moved the cursor, or the import was cancelled.
    """
    try:
        moved = connection.execute(
            _MOVE, (chunk.end.offset, chunk.end.line, LEASE_SECONDS, job.id, chunk.begin.offset)
        ).fetchone()
    except LockNotAvailable:
        return None  # another worker is storing this chunk now
    return None if moved is None else int(moved[0])


def count(connection: RawConnection, job: Job, chunk: Chunk, applied: Applied, *, failed: int) -> Counted:
    """Add the counts of the chunk's rows. With the last chunk the total number of rows is set."""
    row = connection.execute(
        _COUNT,
        {
            "id": job.id,
            "rows": chunk.rows,
            "created": applied.created,
            "updated": applied.updated,
            "skipped": chunk.rows - applied.created - applied.updated - failed,
            "failed": failed,
            "bookings": applied.bookings,
            "beside": applied.beside,
            "last": chunk.last,
        },
    ).fetchone()
    assert row is not None
    return Counted(*row)


def is_ours_to_stop(connection: RawConnection, job: Job, at: Cursor) -> bool:
    """Whether the chunk at `at` was not stored because the import was cancelled, so that this worker ends it."""
    row = connection.execute(
        f"SELECT FROM imports WHERE id = %s AND status = {ImportStatus.IN_PROGRESS.sql} AND cancel_requested_at IS NOT NULL AND cursor_bytes = %s",
        (job.id, at.offset),
    ).fetchone()
    return row is not None


def wait_for_storage(connection: RawConnection, job: Job) -> bool:
    """Note that the file cannot be read now: the attempt does not count. Returns False if the import has waited for too long."""
    row = connection.execute(_WAIT, (job.id, STORAGE_HOURS)).fetchone()
    return row is None or not row[0]


def finish(
    connection: RawConnection,
    job: Job,
    status: ImportStatus,
    *,
    unprocessed: int | None = None,
    code: ImportFailureCode | None = None,
    message: str = "",
) -> bool:
    """Set the final status, after the search caches were invalidated. `unprocessed`: rows that were not processed. Returns False if it
    had ended before.
    """
    has_ended = connection.execute(
        _FINISH, {"id": job.id, "status": status.value, "code": code, "message": message or None, "unprocessed": unprocessed}
    ).rowcount
    if has_ended:
        outbox.write(connection, [import_finished(job.id, status)])
    return has_ended == 1


def list_waiting(connection: RawConnection) -> list[UUID]:
    """Imports whose lease has ended, so that no worker has them. Their lease is not renewed here and no attempt is counted,
    because an import may wait behind a long one for longer than a lease; `claim_in_turn` does both. Locked rows are skipped: a
    worker has them.
    """
    rows = connection.execute(
        "SELECT id FROM imports WHERE next_at < now() AND status = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED", (list(UNFINISHED),)
    ).fetchall()
    return sorted(row[0] for row in rows)
