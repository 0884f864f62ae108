"""Work one file from its cursor to its end. Safe to call twice, at any time, from anywhere.

Each chunk is one transaction that moves the cursor first, by compare-and-set: of two workers on one file, one stops at its next
chunk. A worker that dies leaves its chunk undone, and whoever comes next begins with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final
from uuid import UUID

import msgspec
import pyarrow as pa
import redis
import structlog
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from core import failpoints
from core.db import Database, RawConnection
from core.flights import route_versions
from core.flights.route_versions import RouteDays
from core.imports.faults import Faults, storable
from core.imports.header import HEAD_BYTES, Layout, read_layout
from core.imports.models import ImportMode
from core.imports.reader import Chunk, Cursor, read_chunk
from core.imports.seen import SeenKeys
from core.imports.service import LEASE_SECONDS
from core.imports.staging import Applied, apply
from core.imports.storage import Storage
from core.imports.validation import route_days, validate
from core.jobs import broadcast
from core.jobs.broadcast import News
from core.seats.inventory import Inventory

LAST_ATTEMPT: Final = 5
"""An import that was begun so often without storing one more chunk is given up."""
RETRIES: Final = 5
"""How often a deadlock is tried again at once. The lock order makes one rare; a foreign transaction may still cause it."""
STATEMENT_MS: Final = 60_000
"""A chunk writes tens of thousands of rows, which may take longer than anything a request does."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    id: UUID
    storage_key: str
    mode: ImportMode
    dry_run: bool
    attempts: int
    cursor: Cursor


class Ending(StrEnum):
    """How a run ended. `LEFT`: the import had ended before, or another worker has it now."""

    COMPLETED = "completed"
    FAILED = "failed"
    LEFT = "left"


def run_import(db: Database, client: redis.Redis, storage: Storage, import_id: UUID) -> Ending:
    """Bring an import to its end, unless it has ended or another worker is faster."""
    with db.transaction() as connection:
        job = _claim(connection, import_id)
    if job is None:
        return Ending.LEFT
    ending = Ending.FAILED
    if job.attempts > LAST_ATTEMPT:
        _fail(db, job, "internal", "The import was begun several times and stopped each time at the same place.")
    else:
        try:
            with storage.open(job.storage_key) as file:
                routes = _work(db, client, file, job)
        except FileNotFoundError:
            _fail(db, job, "file_missing", "The uploaded file is gone. Upload it again.")
        else:
            if routes is None:
                return Ending.LEFT
            route_versions.change(client, routes)
            ending = Ending.COMPLETED
    broadcast.publish(client, News(jobs=[job.id]))
    storage.delete(job.storage_key)
    return ending


def _claim(connection: RawConnection, import_id: UUID) -> _Job | None:
    row = connection.execute(
        """
        UPDATE imports SET status = 'IN_PROGRESS', started_at = coalesce(started_at, now()), attempts = attempts + 1,
                           next_at = now() + %s * interval '1 second'
        WHERE id = %s AND status IN ('PENDING', 'IN_PROGRESS')
        RETURNING id, storage_key, mode, dry_run, attempts, cursor_bytes, cursor_line
        """,
        (LEASE_SECONDS, import_id),
    ).fetchone()
    if row is None:
        return None
    return _Job(row[0], row[1], ImportMode(row[2]), row[3], row[4], Cursor(row[5], row[6]))


def _fail(db: Database, job: _Job, code: str, message: str) -> None:
    with db.transaction() as connection:
        connection.execute(
            """
            UPDATE imports SET status = 'FAILED', failure_code = %s, failure_message = %s, next_at = NULL, finished_at = now()
            WHERE id = %s AND status = 'IN_PROGRESS'
            """,
            (code, message, job.id),
        )


def _work(db: Database, client: redis.Redis, file: BinaryIO, job: _Job) -> RouteDays | None:
    """Chunk by chunk to the end of the file. Returns the route days that changed; None if another worker took over."""
    layout = read_layout(file.read(HEAD_BYTES))
    seen, routes = SeenKeys(), RouteDays()
    _remember(file, layout, job.cursor, seen, routes)
    inventory = Inventory(client)
    for chunk, rows in _validated(file, layout, job.cursor, seen):
        applied = _store(db, job, chunk, rows)
        if applied is None:
            return None
        routes.update(applied.routes)
        try:
            inventory.drop(applied.free)
        except redis.RedisError as error:
            _log.warning("seat counts stay in Redis until the audit drops them", import_id=str(job.id), error=str(error))
        broadcast.publish(client, News(seats=applied.free, jobs=[job.id]))
    return routes


def _remember(file: BinaryIO, layout: Layout, cursor: Cursor, seen: SeenKeys, routes: RouteDays) -> None:
    """What an earlier run knew when it stored the chunk before `cursor`: the keys it had seen, and the routes it owes news to."""
    at = Cursor(layout.rows_at, layout.first_line)
    while at.offset < cursor.offset:
        chunk = read_chunk(file, layout, at)
        at = chunk.end
        chunk.keep_lines_before(cursor.line)
        routes.update(route_days(validate(chunk, seen)))


def _validated(file: BinaryIO, layout: Layout, cursor: Cursor, seen: SeenKeys) -> Iterator[tuple[Chunk, pa.Table]]:
    """The chunks from `cursor` on. The next one is read while the caller writes this one."""

    def read(at: Cursor) -> tuple[Chunk, pa.Table]:
        chunk = read_chunk(file, layout, at)
        return chunk, validate(chunk, seen)

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-reader") as reader:
        ahead = reader.submit(read, cursor)
        while True:
            chunk, rows = ahead.result()
            if not chunk.last:
                ahead = reader.submit(read, chunk.end)
            yield chunk, rows
            if chunk.last:
                return


def _store(db: Database, job: _Job, chunk: Chunk, rows: pa.Table) -> Applied | None:
    """One chunk in one transaction. None if the cursor has moved on without us."""
    for _ in range(RETRIES):
        with suppress(DeadlockDetected, SerializationFailure), db.transaction() as connection:
            return _store_in(connection, job, chunk, rows)
    with db.transaction() as connection:
        return _store_in(connection, job, chunk, rows)


def _store_in(connection: RawConnection, job: _Job, chunk: Chunk, rows: pa.Table) -> Applied | None:
    connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
    if not _move_cursor(connection, job, chunk):
        return None
    applied = apply(connection, rows, mode=job.mode, dry_run=job.dry_run)
    faults = chunk.faults.with_more(applied.faults)
    _write_faults(connection, job, chunk, faults)
    _count(connection, job, chunk, applied, failed=len(faults))
    failpoints.reach("mid_chunk")
    return applied


def _move_cursor(connection: RawConnection, job: _Job, chunk: Chunk) -> bool:
    try:
        moved = connection.execute(
            """
            UPDATE imports SET cursor_bytes = %s, cursor_line = %s, attempts = 0, next_at = now() + %s * interval '1 second'
            WHERE id = %s AND status = 'IN_PROGRESS' AND cursor_bytes = %s
            """,
            (chunk.end.offset, chunk.end.line, LEASE_SECONDS, job.id, chunk.begin.offset),
        ).rowcount
    except LockNotAvailable:
        return False  # another worker is inside its chunk
    return moved == 1


def _write_faults(connection: RawConnection, job: _Job, chunk: Chunk, faults: Faults) -> None:
    if not faults.found:
        return
    rows = chunk.faulty_rows(faults)
    with (
        connection.cursor() as cursor,
        cursor.copy('COPY import_errors (import_id, line, "column", value, code, message, raw) FROM STDIN') as copy,
    ):
        for fault in faults.found:
            cells = rows.pop(fault.line, None)
            raw = None if cells is None else msgspec.json.encode([storable(cell) for cell in cells]).decode()
            copy.write_row((job.id, fault.line, fault.column, fault.value, fault.code, fault.message, raw))


def _count(connection: RawConnection, job: _Job, chunk: Chunk, applied: Applied, *, failed: int) -> None:
    connection.execute(
        """
        UPDATE imports SET
            processed = processed + %(rows)s, created = created + %(created)s, updated = updated + %(updated)s,
            skipped = skipped + %(skipped)s, failed = failed + %(failed)s,
            status = CASE WHEN %(last)s THEN 'COMPLETED' ELSE status END,
            total_rows = CASE WHEN %(last)s THEN processed + %(rows)s END,
            next_at = CASE WHEN %(last)s THEN NULL ELSE next_at END,
            finished_at = CASE WHEN %(last)s THEN clock_timestamp() END
        WHERE id = %(id)s
        """,
        {
            "id": job.id,
            "rows": chunk.rows,
            "created": applied.created,
            "updated": applied.updated,
            "skipped": chunk.rows - applied.created - applied.updated - failed,
            "failed": failed,
            "last": chunk.last,
        },
    )
