"""A log file that log rotation may rename at any time. No line is lost by that, and none is split between two files."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
"""Only the owner of a log file can read it, whatever the permissions of its folder are."""


class LogFile(logging.Handler):
    """Before each line it checks whether the open file still has the name `path`; if not, it opens or creates the file of that name.

    `also`: file descriptors that are redirected to the same file each time, such as 1 and 2, because the interpreter writes its own messages
    to standard error without a logger. On a full disk lines are left out; a line says how many as soon as there is room.
    """

    def __init__(self, path: Path, *, also: Sequence[int] = ()) -> None:
        super().__init__()
        self._path = path
        self._also = tuple(also)
        self._descriptor = -1
        self._is_torn = False
        """The file ends in the middle of a line, because the disk was full."""
        self._left_out = 0
        self._open()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # as the handlers of `logging` do: a log line never fails its caller
            self.handleError(record)
            return
        try:
            if not self._has_its_name():
                with suppress(OSError):  # no new file can be opened: the lines go on to the renamed one
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
        opened = os.fstat(self._descriptor)
        try:
            at_path = os.stat(self._path)
        except FileNotFoundError:
            return False
        return os.path.samestat(opened, at_path)

    def _open(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = descriptor
        for other in self._also:
            os.dup2(descriptor, other)

    def _write(self, line: str) -> None:
        """Write the line with one system call, so that lines which other processes write to the same file are not mixed into it."""
        lines = [line]
        if self._left_out:
            record = logging.makeLogRecord({"name": __name__, "levelno": logging.ERROR, "levelname": "ERROR"})
            record.msg = f"{self._left_out} log lines were left out, because the disk was full"
            lines.insert(0, self.format(record))
        data = "".join(f"{each}\n" for each in lines).encode(errors="backslashreplace")
        if self._is_torn:
            data = b"\n" + data
        written = os.write(self._descriptor, data)
        self._is_torn = written < len(data)
        if self._is_torn:
            os.write(self._descriptor, data[written:])  # succeeds, or raises the error that stopped the first write
            self._is_torn = False
        self._left_out = 0
