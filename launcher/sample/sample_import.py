"""Load the sample schedule in the same way as an administrator loads a schedule: as a CSV file that a worker imports."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from core import clock
from core.db import Database
from core.imports import service
from core.imports.csv.header import HEAD_BYTES, read_layout
from core.imports.models import ImportMode, ImportStatus
from core.imports.storage.files import Storage
from core.messaging.dispatcher import Dispatcher
from core.messaging.messages import ImportFile
from core.startup import CannotStart
from launcher.sample import schedule

IMPORT_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.2
_COPY_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class SampleImport:
    """The import of the sample schedule. A worker runs it."""

    database: Database
    import_id: UUID

    def is_done(self) -> bool:
        """Whether the import is completed. Raises `CannotStart` when it has failed."""
        with self.database.transaction() as connection:
            row = connection.execute("SELECT status, failure_message FROM imports WHERE id = %s", (self.import_id,)).fetchone()
        status, reason = row or (ImportStatus.FAILED, "its import is gone")
        if status in (ImportStatus.FAILED, ImportStatus.CANCELLED):
            reason = reason or "its import was cancelled"
            raise CannotStart(f"The sample schedule could not be loaded: {reason}.", "See the worker's log.")
        return bool(status == ImportStatus.COMPLETED)

    def wait(self) -> None:
        """Wait until the import is completed. Raises `CannotStart` when that takes too long."""
        deadline = time.monotonic() + IMPORT_SECONDS
        while not self.is_done():
            if time.monotonic() > deadline:
                raise too_slow()
            time.sleep(POLL_SECONDS)

    def count(self) -> int:
        """The number of flights of the file that the database has now."""
        with self.database.transaction() as connection:
            row = connection.execute(
                "SELECT created + updated + skipped FROM imports WHERE id = %s", (self.import_id,)
            ).fetchone()
        return int(row[0]) if row else 0


def is_needed(database: Database, *, also_if_departed: bool) -> bool:
    """Whether there is no flight. `also_if_departed`: also if all flights have departed."""
    with database.transaction() as connection:
        row = connection.execute("SELECT max(departure_ts), max(departure_ts) <= now() FROM flights").fetchone()
    latest, has_departed = row or (None, None)
    return latest is None or (also_if_departed and bool(has_departed))


def write(path: Path, *, say: Callable[[str], None]) -> int:
    """Write the schedule from today on to a CSV file. Returns the number of flights. `say` is called with a line if cities are left out."""
    unknown = schedule.unknown_cities()
    if unknown:
        say(f"The sample schedule has no flights of {', '.join(unknown)}: the registry of airports knows no such city.")
    return schedule.write_csv(path, start=clock.now().date())


def start(database: Database, redis_url: str, storage: Storage, *, say: Callable[[str], None]) -> SampleImport:
    """Write the schedule and store it as an import, which a worker then runs. `say`: as in `write`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sample.csv"
        write(file, say=say)
        return SampleImport(database, _submit(database, redis_url, storage, file))


def too_slow() -> CannotStart:
    return CannotStart(
        "No worker has finished the sample schedule yet.", "The import continues as long as a worker runs; see the worker's log."
    )


def _submit(database: Database, redis_url: str, storage: Storage, file: Path) -> UUID:
    import_id = clock.new_id()
    upload = storage.receive(service.storage_key(import_id))
    try:
        with file.open("rb") as source:
            layout = read_layout(source.read(HEAD_BYTES))
            source.seek(0)
            shutil.copyfileobj(source, upload, _COPY_BYTES)
        stored = upload.keep()
        with database.transaction() as connection:
            accepted = service.accept(connection, import_id, stored, layout, user_id=None, mode=ImportMode.UPSERT, dry_run=False)
    except BaseException:
        upload.discard()
        raise
    if not accepted.is_new:
        upload.discard()
    dispatcher = Dispatcher(redis_url)
    dispatcher.send(ImportFile((accepted.import_id,)))
    dispatcher.close()
    return accepted.import_id
