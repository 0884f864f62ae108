"""Find the reason in the log of a server that did not start, and say what the operator can do about it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from core.startup import CannotStart

FULL_BYTES = 16 * 1024 * 1024
"""A disk with less free space counts as full, because Postgres writes its write-ahead log in files of this size."""

_PREFIXES = re.compile(r"^.*?(?:FATAL|PANIC|ERROR|error): *|^\d+:[A-Z] \d+ \w+ \d+ [\d:.]+ [-.*#] *")
"""The beginnings of lines of Postgres and initdb (time, process, level), and of Valkey (process, role, time, level)."""
_ERROR = re.compile("FATAL:|PANIC:|error:|No space left")
_STILL_STARTING = "the database system is "
"""The answer of Postgres while it is starting, which is no reason for a failure."""
_DAMAGED = re.compile(
    "PANIC:|checksum|checkpoint record|not a valid data directory|could not (?:read|find)|invalid|No such file|"
    "Bad file format|Unrecoverable|corrupt|Wrong signature",
    re.IGNORECASE,
)
_NOT_DAMAGED = re.compile(
    "No space left|Permission denied|configuration|parameter|command.line|incompatible with server", re.IGNORECASE
)


def reason(log_text: str) -> str:
    """The last line of an error, else the last line; without prefix and full stop."""
    lines = [line for line in log_text.strip().splitlines() if line.strip() and _STILL_STARTING not in line]
    errors = [line for line in lines if _ERROR.search(line)]
    return _PREFIXES.sub("", (errors or lines or ["it gives no reason"])[-1]).strip().rstrip(".")


def failure(server: str, home: Path, log_text: str, log: Path, *, remedy: str) -> CannotStart:
    """The error that says why `server` did not start with the data in `home`. `remedy`: what the operator can do if the data is damaged, as the beginning of a sentence."""
    problem = f"{server} does not start with the data in {home}: {reason(log_text)}."
    if _DAMAGED.search(log_text) and not _NOT_DAMAGED.search(log_text):
        return CannotStart(problem, f"See {log}. {remedy}, move {home} away.")
    return CannotStart(problem, f"See {log}.")


def full_disk(folder: Path) -> CannotStart | None:
    """The error about a full disk, if the disk of `folder` is full; else None. The log of a program that found no space often does not mention it."""
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize >= FULL_BYTES and (disk.f_favail > 0 or disk.f_files == 0):
        return None
    return CannotStart(
        f"The disk that holds {folder} is full (No space left on device).",
        "Free some space there, or choose another SKYQUEUE_DATA_DIR.",
    )
