"""The file of a backup: a ZIP archive with `manifest.json` and one member for each table, `<table>.copy`, in the text format of Postgres's
`COPY`.

The manifest is written last, and the archive gets its name when it is complete, so a backup that was interrupted never looks like one. The
checksums of ZIP find data that was damaged later. A file that is restored may have been made by anybody: `launcher/backup/contents.py` compares
its manifest with the schema.
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
"""From 1 to 9. With 1, rows of flights become a sixth of their size; higher levels take much longer and save little more."""

BLOCK_BYTES: Final = 1024 * 1024
MAX_MANIFEST_BYTES: Final = 1024 * 1024
"""A larger manifest is refused. A real one has some kilobytes."""
PARTIAL_SUFFIX: Final = ".part"
"""The suffix of the name of a file that is not complete yet. A process that is killed leaves such a file."""
DISK_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
# The errors of `zipfile` for members that are damaged, encrypted, or compressed by another method.
UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError)
# The errors of `zipfile` for a damaged list of members.
NOT_AN_ARCHIVE: Final = (ValueError, struct.error)


class Table(msgspec.Struct, frozen=True):
    """`columns`: in the order of the cells in the member. `rows`: the number of rows."""

    name: str
    columns: list[str]
    rows: int


class Sequence(msgspec.Struct, frozen=True):
    """The arguments of `setval`. `is_used`: whether `value` was given out already."""

    name: str
    value: int
    is_used: bool


class Manifest(msgspec.Struct, frozen=True):
    """`tables`: each table after those that it refers to. `revision`: of the schema. `version`: of Skyqueue."""

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
"""This path means standard output, or standard input."""


@contextmanager
def create(path: Path) -> Iterator[zipfile.ZipFile]:
    """A new archive, which only its owner can read. It is at `path` when the block has ended; after an error no file is left.

    Raises:
        CannotStart: there is a file at `path`, or none can be created.
    """
    if path == STREAM:
        with _explained_errors(path), _writing(sys.stdout.buffer) as archive:
            yield archive
        with _explained_errors(path):
            sys.stdout.buffer.flush()
        return
    if os.path.lexists(path):
        raise _already_exists(path)
    with _explained_errors(path):
        # A random name, so that two backups to the same path do not write into one file, and no existing file is overwritten.
        descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=PARTIAL_SUFFIX, dir=path.parent)
    temporary = Path(name)
    try:
        with _explained_errors(path), os.fdopen(descriptor, "wb") as file:
            with _writing(file) as archive:
                yield archive
            file.flush()
            os.fsync(descriptor)
            _rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _writing(file: IO[bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL)


def _rename(temporary: Path, path: Path) -> None:
    """Give the complete file its name, unless another file has got the name in the meantime."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise _already_exists(path) from None
    except OSError:  # a file system without hard links, such as that of a USB stick
        if os.path.lexists(path):
            raise _already_exists(path) from None
        temporary.rename(path)


@contextmanager
def _explained_errors(path: Path) -> Iterator[None]:
    """Raise `CannotStart` instead of errors of the file system."""
    try:
        yield
    except OSError as error:
        remedy = (
            "Free some space there, or name a file elsewhere."
            if error.errno in DISK_FULL
            else "Name a file in a folder of yours."
        )
        raise CannotStart(f"{path} cannot be written: {error.strerror or error}.", remedy) from error


def _already_exists(path: Path) -> CannotStart:
    return CannotStart(f"{path} exists.", "Name a file that does not exist; a backup replaces nothing.")


@contextmanager
def open_existing(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A complete archive, and its manifest.

    Raises:
        CannotStart: the file cannot be read, is damaged, or is no backup in a format that this version knows.
    """
    with _opened(path) as archive:
        try:
            if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
                raise _not_a_backup(path)
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
        except (*UNREADABLE, KeyError, msgspec.MsgspecError) as error:
            raise _not_a_backup(path) from error
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
    """The name of the first member that cannot be read or whose checksum is wrong; None: all are good."""
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
    with ExitStack() as stack:
        try:
            opened = tempfile.TemporaryFile if path == STREAM else partial(path.open, "rb")
            file = stack.enter_context(opened())
            if path == STREAM:
                shutil.copyfileobj(sys.stdin.buffer, file)  # a ZIP archive is read from its end, so it has to be a file
            archive = stack.enter_context(zipfile.ZipFile(file))
        except OSError as error:
            raise CannotStart(
                f"{path} cannot be read: {error.strerror}.", "Name a file that `skyqueue backup` has made."
            ) from error
        except (*NOT_AN_ARCHIVE, *UNREADABLE) as error:
            raise _not_a_backup(path) from error
        yield archive


def _not_a_backup(path: Path) -> CannotStart:
    return CannotStart(f"{path} is not a backup, or is incomplete.", "Name a file that `skyqueue backup` has made.")
