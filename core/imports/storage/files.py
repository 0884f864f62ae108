"""Where uploaded files wait for their worker: what every kind of storage can do.

The API writes the files and a worker reads them, so both must see the same storage.
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
    probe_seconds: float
    """`probe` is called no more often than that: what it costs differs."""

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

    def probe(self) -> None:
        """Write a little, and take it away again. Raises `OSError` when no upload could be received now."""
        ...
