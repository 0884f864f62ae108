"""A log in a file that somebody else may rename at any time, to begin a new one: no line is lost by that, and none is torn."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
"""A log is its owner's business, in whatever folder it lies."""


class LogFile(logging.Handler):
    """Before each line it looks whether the file still has its name; if not, it makes, or finds, a new one of that name.

    `also`: descriptors that follow it from file to file, such as those of standard output and error, which the interpreter writes to
    when no logger is asked. On a full disk lines are left out; how many is told as soon as there is room.
    """

    def __init__(self, path: Path, *, also: Sequence[int] = ()) -> None:
        super().__init__()
        self._path = path
        self._also = tuple(also)
        self._descriptor = -1
        self._is_torn = False
        """The disk was full in the middle of a line."""
        self._left_out = 0
        self._open()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:
            self.handleError(record)
            return
        try:
            if not self._has_its_name():
                with suppress(OSError):  # the renamed file will do until there is another
                    self._open()
            self._write(line)
        except OSError:
            self._left_out += 1

    def close(self) -> None:
        self.acquire()
        try:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
        finally:
            self.release()
        super().close()

    def _has_its_name(self) -> bool:
        ours = os.fstat(self._descriptor)
        try:
            named = os.stat(self._path)
        except FileNotFoundError:
            return False
        return os.path.samestat(ours, named)

    def _open(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = descriptor
        for other in self._also:
            os.dup2(descriptor, other)

    def _write(self, line: str) -> None:
        """All in one piece, so that what another descriptor writes to the same file stands before or after it."""
        lines = [line]
        if self._left_out:
            told = logging.makeLogRecord({"name": __name__, "levelno": logging.ERROR, "levelname": "ERROR"})
            told.msg = f"{self._left_out} log lines were left out, because the disk was full"
            lines.insert(0, self.format(told))
        data = "".join(f"{each}\n" for each in lines).encode(errors="backslashreplace")
        if self._is_torn:
            data = b"\n" + data
        written = os.write(self._descriptor, data)
        self._is_torn = written < len(data)
        if self._is_torn:
            os.write(self._descriptor, data[written:])  # says why
            self._is_torn = False
        self._left_out = 0
