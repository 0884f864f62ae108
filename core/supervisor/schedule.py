"""The sample schedule, loaded as an administrator would load it: a CSV file through the importer, worked by a worker."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from core.clock import new_id
from core.db import Database
from core.imports import service
from core.imports.header import HEAD_BYTES, read_layout
from core.imports.models import ImportMode, ImportStatus
from core.imports.storage import local_storage
from core.jobs.dispatch import Dispatcher
from core.jobs.messages import ImportFile

_PIECE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class Progress:
    status: ImportStatus
    created: int
    updated: int
    failed: int
    failure: str | None

    @property
    def is_done(self) -> bool:
        return self.status in (ImportStatus.COMPLETED, ImportStatus.FAILED)


def is_wanted(database: Database) -> bool:
    """Whether the database knows no flight at all."""
    with database.transaction() as connection:
        return connection.execute("SELECT 1 FROM flights LIMIT 1").fetchone() is None


def submit(database: Database, redis_url: str, data_dir: Path, file: Path) -> UUID:
    """Hand a CSV file to the importer. Returns the import, which a worker now works."""
    with file.open("rb") as source:
        layout = read_layout(source.read(HEAD_BYTES))
        source.seek(0)
        upload = local_storage(data_dir).receive(service.storage_key(import_id := new_id()))
        try:
            shutil.copyfileobj(source, upload, _PIECE_BYTES)
            stored = upload.keep()
            with database.transaction() as connection:
                accepted = service.accept(
                    connection, import_id, stored, layout, user_id=None, mode=ImportMode.UPSERT, dry_run=False
                )
        except BaseException:
            upload.discard()
            raise
    if not accepted.is_new:
        upload.discard()
    dispatcher = Dispatcher(redis_url)
    dispatcher.send(ImportFile((accepted.import_id,)))
    dispatcher.close()
    return accepted.import_id


def progress(database: Database, import_id: UUID) -> Progress:
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT status, created, updated, failed, failure_message FROM imports WHERE id = %s", (import_id,)
        ).fetchone()
    assert row is not None
    return Progress(ImportStatus(row[0]), *row[1:])
