"""Import one file, from its cursor to its end. If two workers process the same file at the same time, the result is still correct.

Each chunk is one transaction (`core/imports/chunks.py`), which first moves the cursor by compare-and-set. So if two workers
process one file, one of them stops at its next chunk. If a worker crashes, the transaction of its chunk is rolled back, and the
next worker begins with that chunk. At the end the search caches are invalidated, and only then the import gets its final status.
If a worker crashes between these two steps, the next one invalidates the caches again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, Final
from uuid import UUID

import pyarrow as pa
import redis
import structlog

from core import failpoints
from core.db import Database, RawConnection
from core.db.retry import again_after_deadlock
from core.events import job_events
from core.events.job_events import EncodedEvent, JobEvents
from core.flights.announcements import route_versions, served_places
from core.flights.announcements.route_versions import RouteDays
from core.imports import changes, progress
from core.imports.apply import Applied, Rows
from core.imports.chunks import store_chunk
from core.imports.csv.cursor import Cursor
from core.imports.csv.header import HEAD_BYTES, BadHeader, read_layout
from core.imports.csv.reader import Chunk, read_chunk
from core.imports.csv.recognition.formats import NotText
from core.imports.csv.seen import SeenKeys
from core.imports.models import ImportFailureCode, ImportStatus
from core.imports.progress import Job
from core.imports.reopening import GIVEN_UP
from core.imports.storage.files import Storage
from core.imports.validation import route_days, validate
from core.places.route import UnknownPlaces
from core.seats.inventory import Inventory
from core.telemetry.incidents import Incident
from workers.imports.protocol import Ending, Stored

LAST_ATTEMPT: Final = 5
"""After so many attempts without a further chunk, the import is given up."""

NOTHING_BUT_FAULTS: Final = (
    f"Every one of the first {progress.ROWS_BEFORE_REFUSAL:,} rows has a fault, so the rest of the file was not read. See the errors, correct what "
    "they have in common, and upload the file again."
)

_log = structlog.get_logger(__name__)
_stale_counts = Incident(_log, "seat counts stay in Redis until the audit drops them", "seat counts are dropped from Redis again")


def _ignore(_: Stored) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The result of a run: how the import ends, which routes changed, how many rows were not processed, and why."""

    ending: Ending
    routes: RouteDays
    unprocessed: int | None = None
    code: ImportFailureCode | None = None
    message: str = ""


def run_import(
    db: Database,
    client: redis.Redis,
    storage: Storage,
    import_id: UUID,
    *,
    unknown_places: UnknownPlaces = UnknownPlaces.REFUSE,
) -> Ending:
    """Claim an import and process it to its end, unless it has ended or another worker has it.

    Raises:
        OSError: the storage cannot be reached. The import waits, and the sweep sends it again.
    """
    with db.transaction() as connection:
        job = progress.claim(connection, import_id)
    return Ending.TAKEN_OVER if job is None else run_claimed(db, client, storage, job, unknown_places=unknown_places)


def run_claimed(
    db: Database,
    client: redis.Redis,
    storage: Storage,
    job: Job,
    *,
    slice_seconds: float | None = None,
    unknown_places: UnknownPlaces = UnknownPlaces.REFUSE,
    report: Callable[[Stored], None] = _ignore,
) -> Ending:
    """Process an import that the caller has claimed. `slice_seconds`: after this time it is paused if there is an import that no
    worker has begun. `report` is called after each chunk.

    Raises:
        OSError: the storage cannot be reached.
    """
    try:
        with storage.open(job.storage_key) as file:
            outcome = _Run(db, client, file, job, slice_seconds, unknown_places, report).outcome()
    except FileNotFoundError:
        outcome = _failed(ImportFailureCode.FILE_MISSING, "The uploaded file no longer exists. Upload it again.")
    except (NotText, BadHeader) as error:  # the header was valid when the file was uploaded, so the file has changed since
        outcome = _failed(ImportFailureCode(error.code), error.detail)
    except OSError:
        with db.transaction() as connection:
            waits = progress.wait_for_storage(connection, job)
        if waits:
            raise
        outcome = _failed(ImportFailureCode.FILE_UNREADABLE, "The uploaded file could not be read for a day. Upload it again.")
    if outcome is None:
        return Ending.TAKEN_OVER
    if outcome.ending is Ending.PAUSED:
        return Ending.PAUSED
    failpoints.reach("before_announcement")
    if not job.dry_run and route_versions.invalidate(client, outcome.routes):
        with db.snapshot() as connection:
            places_lost = changes.places_lost(connection, job.id)
        served_places.announce(client, outcome.routes.places(), places_lost=places_lost)
    with db.transaction() as connection:
        status = _STATUSES[outcome.ending]
        ended = progress.finish(
            connection, job, status, unprocessed=outcome.unprocessed, code=outcome.code, message=outcome.message
        )
    if not ended:
        return Ending.TAKEN_OVER
    job_events.import_ended(client, job.id, status)
    if outcome.code == GIVEN_UP:
        return outcome.ending  # the file is kept, because it is read again if the dead letter is replayed
    try:
        storage.delete(job.storage_key)
    except OSError as error:
        _log.warning("the file of a finished import could not be deleted; the sweep will", key=job.storage_key, error=str(error))
    return outcome.ending


_STATUSES: Final = {
    Ending.COMPLETED: ImportStatus.COMPLETED,
    Ending.CANCELLED: ImportStatus.CANCELLED,
    Ending.FAILED: ImportStatus.FAILED,
    Ending.REFUSED: ImportStatus.FAILED,
}


def _failed(code: ImportFailureCode, message: str) -> _Outcome:
    return _Outcome(Ending.FAILED, RouteDays(), None, code, message)


class _Run:
    """The work of one worker on one file. `_routes`: the routes and days whose search caches are invalidated at the end."""

    def __init__(
        self,
        db: Database,
        client: redis.Redis,
        file: BinaryIO,
        job: Job,
        slice_seconds: float | None = None,
        unknown_places: UnknownPlaces = UnknownPlaces.REFUSE,
        report: Callable[[Stored], None] = _ignore,
    ) -> None:
        self._ends_turn_at = None if slice_seconds is None else time.monotonic() + slice_seconds
        self._db = db
        self._client = client
        self._inventory = Inventory(client)
        self._file = file
        self._job = job
        self._unknown_places = unknown_places
        self._report = report
        self._layout = read_layout(file.read(HEAD_BYTES))
        self._seen = SeenKeys()
        self._noted: set[str] = set()
        self._routes = RouteDays()
        self._probably_new = False
        """Whether every row of the last chunk was a new flight."""

    def outcome(self) -> _Outcome | None:
        """Process the file. None if another worker has taken over."""
        job = self._job
        given_up = job.attempts > LAST_ATTEMPT
        # After more attempts, reading the earlier chunks again may be the cause of the crashes.
        if job.attempts <= LAST_ATTEMPT + 1:
            self._restore_state()
        if job.all_rows_stored:
            return _Outcome(Ending.COMPLETED, self._routes)
        if given_up:
            message = "Several attempts to import the file stopped at the same place."
            return _Outcome(Ending.FAILED, self._routes, None, GIVEN_UP, message)
        if job.is_cancelled:
            return self._cancelled(job.cursor)
        for chunk, rows in self._validated():
            applied = self._store(chunk, rows)
            if applied is None:
                with self._db.transaction() as connection:
                    is_ours = progress.is_ours_to_stop(connection, job, chunk.begin)
                return self._cancelled(chunk.begin) if is_ours else None
            self._publish(applied)
            pa.default_memory_pool().release_unused()  # otherwise the memory grows by 10 MB in a million rows
            self._report(Stored(chunk.rows, applied.created, applied.updated, applied.failed, job.dry_run))
            if applied.has_only_faults and not chunk.last:
                return _Outcome(Ending.REFUSED, self._routes, None, ImportFailureCode.NOTHING_BUT_FAULTS, NOTHING_BUT_FAULTS)
            if self._must_pause() and not chunk.last:
                with self._db.transaction() as connection:
                    progress.pause(connection, job, chunk.end)
                return _Outcome(Ending.PAUSED, self._routes)
        return _Outcome(Ending.COMPLETED, self._routes)

    def _must_pause(self) -> bool:
        if self._ends_turn_at is None or time.monotonic() < self._ends_turn_at:
            return False
        with self._db.snapshot() as connection:
            return progress.has_waiting_imports(connection)

    def _cancelled(self, at: Cursor) -> _Outcome:
        unprocessed, more = 0, True
        while more:
            chunk = read_chunk(self._file, self._layout, at)
            unprocessed, at, more = unprocessed + chunk.rows, chunk.end, not chunk.last
            self._report_read()
        return _Outcome(Ending.CANCELLED, self._routes, unprocessed)

    def _restore_state(self) -> None:
        """Restore the state of an earlier run: read the keys of the rows before the cursor, and the routes whose caches are not
        invalidated yet.
        """
        at = Cursor(self._layout.rows_at, self._layout.first_line)
        while at.offset < self._job.cursor.offset:
            chunk = read_chunk(self._file, self._layout, at)
            at = chunk.end
            chunk.drop_lines_from(self._job.cursor.line)
            self._routes.update(route_days(self._validate(chunk)))
            self._report_read()
        with self._db.snapshot() as connection:
            self._routes.update(changes.routes_left(connection, self._job.id))

    def _report_read(self) -> None:
        self._report(Stored(0, 0, 0, 0, self._job.dry_run))

    def _validate(self, chunk: Chunk) -> pa.Table:
        return validate(chunk, self._seen, times=self._job.times, unknown_places=self._unknown_places, noted=self._noted)

    def _validated(self) -> Iterator[tuple[Chunk, Rows]]:
        """The chunks from the cursor on, validated. The next chunk is read by another thread while the caller stores this one."""

        def read(at: Cursor) -> tuple[Chunk, Rows]:
            chunk = read_chunk(self._file, self._layout, at)
            rows = Rows(self._validate(chunk))
            # Made in this thread, while the other thread waits for Postgres.
            _ = rows.for_flights if self._probably_new and not self._job.dry_run else rows.for_stage
            _ = rows.route_days
            return chunk, rows

        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-reader") as reader:
            next_chunk = reader.submit(read, self._job.cursor)
            while True:
                chunk, rows = next_chunk.result()
                if not chunk.last:
                    next_chunk = reader.submit(read, chunk.end)
                yield chunk, rows
                if chunk.last:
                    return

    def _publish(self, applied: Applied) -> None:
        self._routes.update(applied.routes)
        try:
            self._inventory.drop(applied.free)
        except redis.RedisError as error:
            _stale_counts.failed(import_id=str(self._job.id), error=str(error))
        else:
            _stale_counts.succeeded()
        events = [EncodedEvent.of(event) for event in applied.events]
        job_events.publish(self._client, JobEvents(seats=applied.free, imports=[self._job.id], events=events))

    def _store(self, chunk: Chunk, rows: Rows) -> Applied | None:
        """Store one chunk in one transaction. None if another worker has moved the cursor, or the import was cancelled."""

        def commit() -> Applied | None:
            with self._db.transaction() as connection:
                return self._store_in(connection, chunk, rows)

        return again_after_deadlock(commit)

    def _store_in(self, connection: RawConnection, chunk: Chunk, rows: Rows) -> Applied | None:
        applied = store_chunk(connection, self._job, chunk, rows, probably_new=self._probably_new)
        if applied is not None:
            self._probably_new = applied.created == len(rows)
            failpoints.reach("mid_chunk")
        return applied
