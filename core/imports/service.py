"""Accept an uploaded file as an import, and cancel an import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from core.db import RawConnection
from core.errors import Conflict
from core.events import outbox
from core.events.domain_events import import_finished
from core.imports import queries
from core.imports.csv.header import Layout
from core.imports.models import ImportMatch, ImportMode, ImportStatus, ImportTimes
from core.imports.storage.files import StoredFile
from core.lease import LEASE_SECONDS
from core.operations import audit_log

CANCEL_MS: Final = 15_000
"""How long a request to cancel waits for the transaction of the worker's present chunk, which takes a second or two."""


class ImportOver(Conflict):
    """The import cannot be cancelled: every row is processed, or the import has failed (`import_status`)."""

    code = "import_over"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The import for an upload. `is_new`: false if the same file is already being imported in the same way; then that import is
    meant.
    """

    import_id: UUID
    status: ImportStatus
    is_new: bool


def storage_key(import_id: UUID) -> str:
    """The name of the import's file in the storage. The name that the client gave the file is no part of it."""
    return f"{import_id}.csv"


def accept(
    connection: RawConnection,
    import_id: UUID,
    file: StoredFile,
    layout: Layout,
    *,
    user_id: UUID | None,
    file_name: str | None = None,
    mode: ImportMode,
    dry_run: bool,
    times: ImportTimes = ImportTimes.ZONED,
    match: ImportMatch = ImportMatch.TIME,
) -> Accepted:
    """Store the import and the user who sent it. The audit log keeps the name that the client gave the file. After the commit a
    message, or else the sweep, starts a worker.
    """
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
            after = {"file_name": file_name, "bytes": file.size, "mode": mode, "dry_run": dry_run, "times": times, "match": match}
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
        if running:  # otherwise that import ended between the two statements
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
    """Stop an import. Flights that are already stored stay.

    If no worker has begun, the import ends at once: returns True, and its file is no longer needed. Otherwise its worker stops
    after the present chunk, invalidates the search caches, and sets the status; if that worker has crashed, the sweep sends the
    import to another. Calling it twice is safe.

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
            outbox.write(connection, [import_finished(import_id, cancelled.status)])
    summary = queries.get_import(connection, import_id)
    if summary.status is not ImportStatus.CANCELLED and not summary.cancelling:
        raise ImportOver("Every row of this import is processed, so there is nothing to cancel.", import_status=summary.status)
    return summary.status is ImportStatus.CANCELLED
