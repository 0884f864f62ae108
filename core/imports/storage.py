"""Where uploaded files wait for their worker. The API writes them and a worker reads them, so both must see the same storage."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`key` opens it again; `content_hash` is the SHA-256 of its `size` bytes."""

    key: str
    size: int
    content_hash: bytes


class Upload(Protocol):
    """A file that is being received. It does not exist until it is kept."""

    size: int

    def write(self, piece: bytes) -> None: ...

    def keep(self) -> StoredFile:
        """Make it durable under its key."""
        ...

    def discard(self) -> None:
        """Leave nothing behind; also after `keep`."""
        ...


class Storage(Protocol):
    def receive(self, key: str) -> Upload: ...

    def open(self, key: str) -> BinaryIO:
        """Raises `FileNotFoundError`."""
        ...

    def delete(self, key: str) -> None:
        """Safe twice."""
        ...


class LocalStorage:
    """Plain files in one folder, for API and workers on one machine or on a shared volume."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def receive(self, key: str) -> LocalUpload:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalUpload(self._folder, key)

    def open(self, key: str) -> BinaryIO:
        return (self._folder / key).open("rb")

    def delete(self, key: str) -> None:
        (self._folder / key).unlink(missing_ok=True)


def local_storage(data_dir: Path) -> LocalStorage:
    """The uploads of the product whose data is in `data_dir`."""
    return LocalStorage(data_dir / "uploads")


class LocalUpload:
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
            os.fsync(folder)  # the name is durable as well: an accepted file must survive a power cut
        finally:
            os.close(folder)
        return StoredFile(self._key, self.size, self._hash.digest())

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        self._draft.unlink(missing_ok=True)
        (self._folder / self._key).unlink(missing_ok=True)
