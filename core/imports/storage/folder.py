"""Uploads as plain files in one folder, for API and workers on one machine or on a shared volume."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from core.imports.storage.files import Found, StoredFile

PROBE_BYTES: Final = 64 * 1024


class FolderStorage:
    probe_seconds = 3.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def receive(self, key: str) -> FolderUpload:
        self._make_folder()
        return FolderUpload(self._folder, key)

    def open(self, key: str) -> BinaryIO:
        return (self._folder / key).open("rb")

    def delete(self, key: str) -> None:
        (self._folder / key).unlink(missing_ok=True)

    def list(self) -> Iterator[Found]:
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # it was deleted in the meantime, because its import has ended
                yield Found(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def probe(self) -> None:
        self._make_folder()
        with tempfile.TemporaryFile(dir=self._folder, buffering=0) as file:
            file.write(bytes(PROBE_BYTES))

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def folder_storage(data_dir: Path) -> FolderStorage:
    """The uploads of the product whose data is in `data_dir`."""
    return FolderStorage(data_dir / "uploads")


class FolderUpload:
    def __init__(self, folder: Path, key: str) -> None:
        self.size = 0
        self._key = key
        self._folder = folder
        self._draft = folder / f"{key}.part"
        self._hash = hashlib.sha256()
        self._file = self._draft.open("xb", buffering=0)

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    def keep(self) -> StoredFile:
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.rename(self._folder / self._key)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the file name must be on disk too, so that an accepted file survives a power failure
        finally:
            os.close(folder)
        return StoredFile(self._key, self.size, self._hash.digest())

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        self._draft.unlink(missing_ok=True)
        (self._folder / self._key).unlink(missing_ok=True)
