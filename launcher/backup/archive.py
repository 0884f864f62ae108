"""The file of a backup: a ZIP archive with `manifest.json` and one member for each table, `<table>.copy`, in the text format of Postgres's
`COPY`.

The manifest is written last, and the archive gets its name when it is whole. So a backup that was cut short is never taken for one, and
the checksums of ZIP find what a disk has changed since.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Final

import msgspec

from core.startup import CannotStart

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
COMPRESSION_LEVEL: Final = 1
"""Of 1 to 9. Rows of flights become a sixth of their size; more effort gains little and takes much longer."""


class Table(msgspec.Struct, frozen=True):
    """`columns`: in the order of the member's cells. `rows`: how many there are."""

    name: str
    columns: list[str]
    rows: int


class Sequence(msgspec.Struct, frozen=True):
    """As `setval` takes it: whether `value` is used already."""

    name: str
    value: int
    is_used: bool


class Manifest(msgspec.Struct, frozen=True):
    """`tables`: each after those that it refers to. `revision`: of the schema. `version`: of Skyqueue."""

    format: int
    version: str
    revision: str
    made_at: datetime
    tables: list[Table]
    sequences: list[Sequence]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


STREAM: Final = Path("-")
"""In the place of a path: the standard output, or the standard input."""


@contextmanager
def created(path: Path) -> Iterator[zipfile.ZipFile]:
    """A new archive, which only its owner can read. It lies at `path` when the block is done; after an error nothing is left.

    Raises:
        CannotStart: there is a file at `path`, or none can be made.
    """
    if path == STREAM:
        with _writing(sys.stdout.buffer) as archive:
            yield archive
        sys.stdout.buffer.flush()
        return
    if path.exists():
        raise CannotStart(f"{path} exists.", "Name a file that does not exist; a backup replaces nothing.")
    draft = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CannotStart(f"{path} cannot be written: {error.strerror}.", "Name a file in a folder of yours.") from error
    try:
        with os.fdopen(descriptor, "wb") as file, _writing(file) as archive:
            yield archive
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _writing(file: IO[bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL)


@contextmanager
def existing(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """An archive that is whole, and its manifest.

    Raises:
        CannotStart: it cannot be read, or it is no backup that this version knows.
    """
    with _opened(path) as archive:
        try:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            missing = {f"{table.name}.copy" for table in manifest.tables} - set(archive.namelist())
            broken = archive.testzip()
        except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as error:
            raise _no_backup(path) from error
        if manifest.format != FORMAT:
            raise CannotStart(f"{path} has format {manifest.format}, and this version knows {FORMAT}.", "Use a newer Skyqueue.")
        if missing or broken:
            raise CannotStart(f"{path} is damaged: {broken or min(missing)} is not as it was written.", "Use another copy of it.")
        yield archive, manifest


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with ExitStack() as held:
        try:
            opened = tempfile.TemporaryFile if path == STREAM else partial(path.open, "rb")
            file = held.enter_context(opened())
            if path == STREAM:
                shutil.copyfileobj(sys.stdin.buffer, file)  # an archive is read from its end
            archive = held.enter_context(zipfile.ZipFile(file))
        except OSError as error:
            raise CannotStart(
                f"{path} cannot be read: {error.strerror}.", "Name a file that `skyqueue backup` has made."
            ) from error
        except zipfile.BadZipFile as error:
            raise _no_backup(path) from error
        yield archive


def _no_backup(path: Path) -> CannotStart:
    return CannotStart(f"{path} is no backup, or not a whole one.", "Name a file that `skyqueue backup` has made.")
