"""Store one chunk of a file: its flights, its faults, and how far the import is, in one transaction of the caller."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from core.db import RawConnection
from core.imports import progress
from core.imports.apply import Applied, ImportOptions, Rows, apply
from core.imports.csv.faults import Faults, storable
from core.imports.csv.reader import Chunk
from core.imports.progress import Job

STATEMENT_MS: Final = 60_000
"""The time limit of one statement. It is longer than for requests, because a chunk has up to 20,000 rows."""


KEPT_ROWS: Final = 100_000
"""How many failed rows of one import are stored for the file of failed rows. Further ones are only counted."""


def store_chunk(connection: RawConnection, job: Job, chunk: Chunk, rows: Rows, *, probably_new: bool) -> Applied | None:
    """Store the chunk. `rows`: its valid rows. `probably_new`: probably none of these flights exists yet.

    Returns None, and stores nothing, if another worker has moved the cursor or the import was cancelled.
    """
    connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
    failed_before = progress.move_cursor(connection, job, chunk)
    if failed_before is None:
        return None
    applied = apply(connection, rows, ImportOptions(job.id, job.mode, job.match, job.dry_run), probably_new=probably_new)
    faults = chunk.faults.with_more(applied.faults)
    _write_faults(connection, job.id, chunk, faults, room=max(0, KEPT_ROWS - failed_before))
    counted = progress.count(connection, job, chunk, applied, failed=len(faults))
    applied.has_only_faults, applied.failed = counted.has_only_faults, len(faults)
    return applied


def _write_faults(connection: RawConnection, import_id: UUID, chunk: Chunk, faults: Faults, *, room: int) -> None:
    """Store the faults of at most `room` rows, and all notes."""
    if not (faults.found and room) and not faults.notes:
        return
    stored_lines = faults.lines if len(faults) <= room else set(sorted(faults.lines)[:room])
    rows = chunk.faulty_rows(faults)
    with (
        connection.cursor() as cursor,
        cursor.copy('COPY import_errors (import_id, line, "column", value, code, message, raw) FROM STDIN') as copy,
    ):
        for fault in faults.found:
            if fault.line not in stored_lines:
                continue
            cells = rows.pop(fault.line, None)
            raw = None if cells is None else msgspec.json.encode([storable(cell) for cell in cells]).decode()
            copy.write_row((import_id, fault.line, fault.column, fault.value, fault.code, fault.message, raw))
        reported = {(fault.line, fault.column) for fault in faults.found}
        for note in faults.notes:
            if (note.line, note.column) in reported:
                continue
            copy.write_row((import_id, note.line, note.column, note.value, note.code, note.message, None))
