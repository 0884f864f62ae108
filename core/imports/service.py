"""Accept an uploaded file: one row, one job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from core.db import RawConnection
from core.imports.header import Layout
from core.imports.models import ImportMode, ImportStatus
from core.imports.storage import StoredFile
from core.users import audit_log

LEASE_SECONDS: Final = 15
"""How long nobody else works an import after its last sign of life; a chunk takes one or two."""


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
) -> Accepted:
    """Store the import and who asked for it. Its worker is called after the commit, by a message or by the sweep."""
    while True:
        inserted = connection.execute(
            """
            INSERT INTO imports (id, user_id, content_hash, storage_key, total_bytes, columns, mode, dry_run, cursor_bytes,
                                 cursor_line, next_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now() + %s * interval '1 second')
            ON CONFLICT (content_hash, mode, dry_run) WHERE status IN ('PENDING', 'IN_PROGRESS') DO NOTHING
            """,
            (
                import_id,
                user_id,
                file.content_hash,
                file.key,
                file.size,
                Jsonb(layout.names),
                mode.value,
                dry_run,
                layout.rows_at,
                layout.first_line,
                LEASE_SECONDS,
            ),
        ).rowcount
        if inserted:
            after = {"bytes": file.size, "mode": mode, "dry_run": dry_run}
            audit_log.record(connection, user_id, "import.accepted", import_id, after=after)
            return Accepted(import_id, ImportStatus.PENDING, is_new=True)
        running = connection.execute(
            """
            SELECT id, status FROM imports
            WHERE content_hash = %s AND mode = %s AND dry_run = %s AND status IN ('PENDING', 'IN_PROGRESS')
            """,
            (file.content_hash, mode.value, dry_run),
        ).fetchone()
        if running:  # else it ended between the two statements
            return Accepted(running[0], ImportStatus(running[1]), is_new=False)
