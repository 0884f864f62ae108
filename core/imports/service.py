"""Accept an uploaded file: one row, one job. Stop one that is not wanted any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from core.db import RawConnection
from core.errors import Conflict
from core.events import outbox
from core.events.domain_events import Event, EventType, ImportEnded
from core.imports import queries
from core.imports.csv.header import Layout
from core.imports.models import ImportMatch, ImportMode, ImportStatus, ImportTimes
from core.imports.storage.files import StoredFile
from core.lease import LEASE_SECONDS
from core.operations import audit_log

CANCEL_MS: Final = 15_000
"""How long a request to cancel waits for the worker's chunk, which is one transaction of a second or two."""


class ImportOver(Conflict):
    """Every row is worked, or the job has failed: there is nothing to cancel. `import_status` says which."""

    code = "import_over"


@dataclass(frozen=True, slots=True)
class Accepted:
    """`is_new` is false where the same bytes are already being imported in the same way: that job is the answer."""

    import_id: UUID
    status: ImportStatus
    is_new: bool


def storage_key(import_id: UUID) -> str:
    """Where the file of an import is kept. The name it was uploaded with is never used."""
    return f"{import_id}.csv"


def accept(
    connection: RawConnection,
    import_id: UUID,
    file: StoredFile,
    layout: Layout,
    *,
    user_id: UUID | None,
    mode: ImportMode,
    dry_run: bool,
    times: ImportTimes = ImportTimes.ZONED,
    match: ImportMatch = ImportMatch.TIME,
) -> Accepted:
    """Store the import and who asked for it. Its worker is called after the commit, by a message or by the sweep."""
    while True:
        inserted = connection.execute(
            f"""
            INSERT INTO imports (id, user_id, content_hash, storage_key, total_bytes, columns, mode, dry_run, times, match,
                                 cursor_bytes, cursor_line, next_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now() + %s * interval '1 second')
            ON CONFLICT (content_hash, mode, dry_run, times, match)
                WHERE status IN ({ImportStatus.PENDING.sql}, {ImportStatus.IN_PROGRESS.sql}) AND cancel_requested_at IS NULL DO NOTHING
            """,  # noqa: S608  # only constants
            (
                import_id,
                user_id,
                file.content_hash,
                file.key,
                file.size,
                Jsonb(layout.names),
                mode.value,
                dry_run,
                times.value,
                match.value,
                layout.rows_at,
                layout.first_line,
                LEASE_SECONDS,
            ),
        ).rowcount
        if inserted:
            after = {"bytes": file.size, "mode": mode, "dry_run": dry_run, "times": times, "match": match}
            audit_log.record(connection, user_id, "import.accepted", import_id, after=after)
            return Accepted(import_id, ImportStatus.PENDING, is_new=True)
        running = connection.execute(
            f"""
            SELECT id, status FROM imports
            WHERE content_hash = %s AND mode = %s AND dry_run = %s AND times = %s AND match = %s
              AND status IN ({ImportStatus.PENDING.sql}, {ImportStatus.IN_PROGRESS.sql}) AND cancel_requested_at IS NULL
            """,  # noqa: S608  # only constants
            (file.content_hash, mode.value, dry_run, times.value, match.value),
        ).fetchone()
        if running:  # else it ended between the two statements
            return Accepted(running[0], ImportStatus(running[1]), is_new=False)


_CANCEL: Final = f"""
    UPDATE imports SET
        cancel_requested_at = now(),
        status = CASE WHEN started_at IS NULL THEN {ImportStatus.CANCELLED.sql} ELSE status END,
        finished_at = CASE WHEN started_at IS NULL THEN clock_timestamp() END,
        next_at = CASE WHEN started_at IS NOT NULL THEN now() END
    WHERE id = %s AND status IN ({ImportStatus.PENDING.sql}, {ImportStatus.IN_PROGRESS.sql}) AND total_rows IS NULL AND cancel_requested_at IS NULL
"""  # noqa: S608  # only constants


def cancel(connection: RawConnection, import_id: UUID, user_id: UUID | None) -> bool:
    """Work no further row of an import. What is stored stays.

    One that nobody has begun with ends at once: True, and its file is not needed any more. Else its worker stops after its chunk,
    tells search, and ends it; if that worker is gone, the sweep finds another. Safe twice.

    Raises:
        ImportNotFound
        ImportOver
    """
    connection.execute(f"SET LOCAL lock_timeout = {CANCEL_MS}")
    connection.execute(f"SET LOCAL statement_timeout = {CANCEL_MS}")
    if connection.execute(_CANCEL, (import_id,)).rowcount:
        audit_log.record(connection, user_id, "import.cancelled", import_id)
        cancelled = queries.get_import(connection, import_id)
        if cancelled.status is ImportStatus.CANCELLED:
            outbox.write(connection, [Event(EventType.IMPORT_FINISHED, ImportEnded(import_id, cancelled.status))])
    summary = queries.get_import(connection, import_id)
    if summary.status is not ImportStatus.CANCELLED and not summary.cancelling:
        raise ImportOver("Every row of this import is worked, so there is nothing to cancel.", import_status=summary.status)
    return summary.status is ImportStatus.CANCELLED
