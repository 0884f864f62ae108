"""Log files of child processes. A long one is rotated while its program runs; one former file is copied beside it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from core.telemetry.log_file import PRIVATE

LOG_BYTES = 20 * 1024 * 1024
"""A log longer than this is rotated."""


def opened(log: Path) -> BinaryIO:
    """Open a log to append to it, also after it was emptied. Only its owner can read it."""
    output = os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE), "ab")
    os.fchmod(output.fileno(), PRIVATE)
    output.seek(0, os.SEEK_END)
    return output


def is_too_long(log: Path) -> bool:
    try:
        return log.stat().st_size > LOG_BYTES
    except FileNotFoundError:
        return False


def rotated(log: Path) -> Path:
    """The path of the former file, with the lines before the last rotation."""
    return log.with_name(f"{log.name}.1")


def rename(log: Path) -> None:
    """Rotate a log by renaming it, for programs that open the new file by themselves. No line is lost."""
    log.replace(rotated(log))
    opened(log).close()


def copy(log: Path) -> None:
    """Rotate a log by copying and then emptying it, for programs that keep the file open. A line that is written in between is lost."""
    with log.open("rb+") as lines, opened(rotated(log)) as copied:
        copied.truncate(0)  # before the copy, to make room on a disk that is nearly full
        shutil.copyfileobj(lines, copied, 1024 * 1024)
        lines.truncate(0)
