"""Where uploaded files wait for their worker. The API writes them and a worker reads them, so both must see the same storage."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from core.settings import Servers


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`key` opens it again; `content_hash` is the SHA-256 of its `size` bytes."""

    key: str
    size: int
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """Something in the storage, also half an upload. `delete` takes its `name`."""

    name: str
    modified_at: datetime


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

    def list(self) -> Iterator[Found]:
        """Everything there is."""
        ...


def open_storage(servers: Servers) -> Storage:
    """What the settings name: a bucket, or a folder of the data folder. Nothing is connected yet."""
    if servers.storage_url is None:
        return local_storage(servers.data_dir)
    from core.imports.bucket import BucketStorage  # brings pyarrow, which an API without a bucket does not need

    return BucketStorage(servers.storage_url.get_secret_value())


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

    def list(self) -> Iterator[Found]:
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # it was worked in this moment
                yield Found(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))


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
