"""The file of a backup: a ZIP archive with `manifest.json` and one member for each table, `<table>.copy`, in the text format of Postgres's
`COPY`.

The manifest is written last, and the archive gets its name when it is whole. So a backup that was cut short is never taken for one, and
the checksums of ZIP find what a disk has changed since. A file that is read may be anything: `launcher/backup/contents.py` compares what its
manifest names with the schema.
"""

from __future__ import annotations

import errno
import os
import shutil
import struct
import sys
import tempfile
import zipfile
import zlib
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


BLOCK_BYTES: Final = 1024 * 1024
MOST_MANIFEST_BYTES: Final = 1024 * 1024
"""A manifest has some kilobytes."""
PART: Final = ".part"
"""What the name of a file ends with that is not whole yet. A process that is killed leaves it."""
FULL: Final = (errno.ENOSPC, errno.EDQUOT)
# What `zipfile` raises for members that are damaged, encrypted, or compressed by another method than ours.
UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError)
# And for a list of members that is damaged: names that are no text, and numbers that no archive has.
NO_ARCHIVE: Final = (ValueError, struct.error)


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
        with _told(path), _writing(sys.stdout.buffer) as archive:
            yield archive
        with _told(path):
            sys.stdout.buffer.flush()
        return
    if os.path.lexists(path):
        raise _exists(path)
    with _told(path):
        # A name of its own: two backups to one path at a time never write into one file, and none writes into what lies there.
        descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=PART, dir=path.parent)
    draft = Path(name)
    try:
        with _told(path), os.fdopen(descriptor, "wb") as file:
            with _writing(file) as archive:
                yield archive
            file.flush()
            os.fsync(descriptor)
            _name(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _writing(file: IO[bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL)


def _name(draft: Path, path: Path) -> None:
    """Give the file its name, unless another one has got it meanwhile."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a file system without hard links, such as that of a USB stick
        if os.path.lexists(path):
            raise _exists(path) from None
        draft.rename(path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Raises `CannotStart` instead of an error of the file system."""
    try:
        yield
    except OSError as error:
        remedy = "Make room there, or name a file elsewhere." if error.errno in FULL else "Name a file in a folder of yours."
        raise CannotStart(f"{path} cannot be written: {error.strerror or error}.", remedy) from error


def _exists(path: Path) -> CannotStart:
    return CannotStart(f"{path} exists.", "Name a file that does not exist; a backup replaces nothing.")


@contextmanager
def existing(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """An archive that is whole, and its manifest.

    Raises:
        CannotStart: it cannot be read, or it is no backup that this version knows.
    """
    with _opened(path) as archive:
        try:
            if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
                raise _no_backup(path)
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
        except (*UNREADABLE, KeyError, msgspec.MsgspecError) as error:
            raise _no_backup(path) from error
        if manifest.format != FORMAT:
            raise CannotStart(f"{path} has format {manifest.format}, and this version knows {FORMAT}.", "Use a newer Skyqueue.")
        missing = {member_of(table.name) for table in manifest.tables} - set(archive.namelist())
        broken = min(missing, default=None) or _find_broken(archive)
        if broken is not None:
            raise CannotStart(f"{path} is damaged: {broken!a} is not as it was written.", "Use another copy of it.")
        yield archive, manifest


def member_of(table: str) -> str:
    """The name of the member with the rows of a table."""
    return f"{table}.copy"


def _find_broken(archive: zipfile.ZipFile) -> str | None:
    """The first member that cannot be read, or has another checksum."""
    for info in archive.infolist():
        try:
            with archive.open(info) as member:
                while member.read(BLOCK_BYTES):
                    pass
        except UNREADABLE:
            return info.filename
    return None


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
        except (*NO_ARCHIVE, *UNREADABLE) as error:
            raise _no_backup(path) from error
        yield archive


def _no_backup(path: Path) -> CannotStart:
    return CannotStart(f"{path} is no backup, or not a whole one.", "Name a file that `skyqueue backup` has made.")
