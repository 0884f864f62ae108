"""What the log of a server that did not start gives as the reason, and what the person at the terminal can do about it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from core.startup import CannotStart

FULL_BYTES = 16 * 1024 * 1024
"""A disk with less room is full for Postgres, which writes its journal in files of this size and removes one that it cannot fill."""

_PREFIXES = re.compile(r"^.*?(?:FATAL|PANIC|ERROR|error): *|^\d+:[A-Z] \d+ \w+ \d+ [\d:.]+ [-.*#] *")
"""Of Postgres and initdb (time, process, weight), and of Valkey (process, role, time, weight)."""
_WEIGHTY = re.compile("FATAL:|PANIC:|error:|No space left")
_PASSING = "the database system is "
"""What Postgres says to who comes too early: no reason why it did not get ready."""
_DAMAGED = re.compile(
    "PANIC:|checksum|checkpoint record|not a valid data directory|could not (?:read|find)|invalid|No such file|"
    "Bad file format|Unrecoverable|corrupt|Wrong signature",
    re.IGNORECASE,
)
_NOT_DAMAGED = re.compile(
    "No space left|Permission denied|configuration|parameter|command.line|incompatible with server", re.IGNORECASE
)


def reason(said: str) -> str:
    """The last line that weighs something, else the last line at all; without prefix and full stop."""
    lines = [line for line in said.strip().splitlines() if line.strip() and _PASSING not in line]
    weighty = [line for line in lines if _WEIGHTY.search(line)]
    return _PREFIXES.sub("", (weighty or lines or ["it gives no reason"])[-1]).strip().rstrip(".")


def failure(server: str, home: Path, said: str, log: Path, *, anew: str) -> CannotStart:
    """Why `server` did not start on the data in `home`. `anew`: what to do when nothing but empty data helps."""
    problem = f"{server} does not start with the data in {home}: {reason(said)}."
    if _DAMAGED.search(said) and not _NOT_DAMAGED.search(said):
        return CannotStart(problem, f"See {log}. {anew}, move {home} away.")
    return CannotStart(problem, f"See {log}.")


def full_disk(folder: Path) -> CannotStart | None:
    """For who failed in `folder`: the log of a program that found no room often says nothing."""
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize >= FULL_BYTES and (disk.f_favail > 0 or disk.f_files == 0):
        return None
    return CannotStart(
        f"The disk that holds {folder} is full (No space left on device).",
        "Make room there, or choose another SKYQUEUE_DATA_DIR.",
    )
