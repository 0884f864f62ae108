"""The logs of what this process starts. A long one is begun anew, also while it is written; what it held is kept beside it, once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from core.telemetry.log_file import PRIVATE

LOG_BYTES = 20 * 1024 * 1024
"""A log longer than this is begun anew."""


def opened(log: Path) -> BinaryIO:
    """To write at its end, whoever else empties it. Others may read the folder's names, and what is inside is nobody else's business."""
    output = os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE), "ab")
    os.fchmod(output.fileno(), PRIVATE)
    output.seek(0, os.SEEK_END)
    return output


def is_long(log: Path) -> bool:
    try:
        return log.stat().st_size > LOG_BYTES
    except FileNotFoundError:
        return False


def former(log: Path) -> Path:
    """Where the lines are kept that it held before it was begun anew."""
    return log.with_name(f"{log.name}.1")


def rename(log: Path) -> None:
    """For a log whose writer finds the new one by itself: no line is lost."""
    log.replace(former(log))
    opened(log).close()


def copy(log: Path) -> None:
    """For a log whose writer keeps the file open for ever: it is copied, then emptied. A line written in between is lost."""
    with log.open("rb+") as lines, opened(former(log)) as kept:
        kept.truncate(0)  # first, which makes room on a disk that is nearly full
        shutil.copyfileobj(lines, kept, 1024 * 1024)
        lines.truncate(0)
