"""The interface of a storage for uploaded files. The API writes the files and a worker reads them, so both must use the same
storage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`key` opens it again; `content_hash` is the SHA-256 of its `size` bytes."""

    key: str
    size: int
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the storage; it may be an incomplete upload. `name`: for `delete`."""

    name: str
    modified_at: datetime


class Upload(Protocol):
    """A file that is being received. It appears in the storage when `keep` is called."""

    size: int

    def write(self, piece: bytes) -> None: ...

    def keep(self) -> StoredFile:
        """Make it durable under its key."""
        ...

    def discard(self) -> None:
        """Delete what was written; also allowed after `keep`."""
        ...


class Storage(Protocol):
    probe_seconds: float
    """The shortest time between two calls of `probe`, in seconds, because probes of some storages cost money."""

    def receive(self, key: str) -> Upload: ...

    def open(self, key: str) -> BinaryIO:
        """Raises `FileNotFoundError`."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file. Does nothing if it does not exist."""
        ...

    def list(self) -> Iterator[Found]:
        """Everything there is."""
        ...

    def probe(self) -> None:
        """Write a small file and delete it. Raises `OSError` if an upload could not be received now."""
        ...
