"""Store uploads in a bucket (S3, or a server with the same protocol), for an API and workers that do not share a disk."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator
from functools import cached_property
from typing import BinaryIO, Final, cast

import pyarrow.fs

from core.imports.storage.files import Found, StoredFile

READ_AHEAD: Final = 4 * 1024 * 1024
"""Bytes read by one request: more than a chunk, so that its last record is complete."""

PROBE: Final = ".probe"


class BucketStorage:
    """`url` as in the settings; credentials that it does not name come from the environment, as every tool of S3 reads them.

    Every method raises `OSError` when the bucket cannot be reached.
    """

    probe_seconds = 60.0
    """Seconds between two probes. A probe takes a few requests, which cost money."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def _place(self) -> tuple[pyarrow.fs.FileSystem, str]:
        files, folder = pyarrow.fs.FileSystem.from_uri(self._url)
        return files, folder.rstrip("/")

    def receive(self, key: str) -> BucketUpload:
        files, folder = self._place
        return BucketUpload(files, f"{folder}/{key}", key)

    def open(self, key: str) -> BinaryIO:
        files, folder = self._place
        return cast("BinaryIO", io.BufferedReader(files.open_input_file(f"{folder}/{key}"), READ_AHEAD))

    def delete(self, key: str) -> None:
        files, folder = self._place
        with contextlib.suppress(FileNotFoundError):
            files.delete_file(f"{folder}/{key}")

    def list(self) -> Iterator[Found]:
        files, folder = self._place
        for found in files.get_file_info(pyarrow.fs.FileSelector(folder, allow_not_found=True)):
            if found.type is pyarrow.fs.FileType.File:
                yield Found(found.base_name, found.mtime)

    def probe(self) -> None:
        upload = self.receive(PROBE)
        upload.write(b"?")
        upload.keep()
        self.delete(PROBE)


class BucketUpload:
    """An object appears in the bucket as a whole, when it is kept."""

    def __init__(self, files: pyarrow.fs.FileSystem, path: str, key: str) -> None:
        self.size = 0
        self._key = key
        self._path = path
        self._files = files
        self._hash = hashlib.sha256()
        self._stream = files.open_output_stream(path)

    def write(self, piece: bytes) -> None:
        self._stream.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    def keep(self) -> StoredFile:
        self._stream.close()
        return StoredFile(self._key, self.size, self._hash.digest())

    def discard(self) -> None:
        # A multipart upload can only be ended by closing it, which creates the object; so the object is deleted afterwards.
        with contextlib.suppress(OSError):
            self._stream.close()
        with contextlib.suppress(OSError):
            self._files.delete_file(self._path)
