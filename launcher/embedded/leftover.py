"""What an earlier start left behind: end it. It takes a crash of the supervisor and of its guardian to get there.

Only for folders whose lock we hold: two servers on the same files would destroy them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from core.startup import CannotStart

SECONDS = 6.0
"""How long to wait after each signal."""


def clear(pid_file: Path, home: Path, stop: signal.Signals) -> None:
    """Remove `pid_file` once its process, if that still is a server working in `home`, has ended."""
    pid = _read(pid_file)
    if not end(pid, str(home), stop):
        raise CannotStart(
            f"An older server (process {pid}) still uses {home}.", f"End it with `kill -9 {pid}`, then start again."
        )
    pid_file.unlink(missing_ok=True)


def end_workers(folder: Path, mark: str, stop: signal.Signals) -> None:
    """End the processes of a dead server that still work in `folder`, and are called `mark`: they finish what they have at hand,
    and keep the next server out until then. Only where the kernel tells (`/proc`); elsewhere the next one is tried until they are gone.
    """
    home = folder.resolve()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_there = (process / "cwd").readlink() == home
        except OSError:
            continue  # it has ended, or belongs to somebody else
        if is_there:
            end(int(process.name), mark, stop)


def started_with(variable: str) -> list[int]:
    """The processes whose environment has `variable` (`NAME=value`), as far as the kernel tells (`/proc`)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue  # it has ended, or belongs to somebody else
        if os.fsencode(variable) in environment.split(b"\0"):
            found.append(int(process.name))
    return found


def end(pid: int, mark: str, stop: signal.Signals) -> bool:
    """End a process whose command line contains `mark`; another one that has its old number is left alone.

    In the command line each word has a space behind it. False: it does not end.
    """
    for number in (stop, signal.SIGKILL):
        if not _is_running(pid, mark):
            return True
        try:
            os.kill(pid, number)
            os.kill(pid, signal.SIGCONT)  # a stopped process hears nothing else
        except ProcessLookupError:
            return True
        deadline = time.monotonic() + SECONDS
        while _is_running(pid, mark) and time.monotonic() < deadline:
            time.sleep(0.05)
    return not _is_running(pid, mark)


def _read(pid_file: Path) -> int:
    """Its first line, or 0: Postgres ends the process id with a line break and writes more below."""
    try:
        return int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return 0


def _is_running(pid: int, mark: str) -> bool:
    if pid <= 0:
        return False
    processes = Path("/proc")
    if (processes / "self").exists():
        try:
            command = (processes / str(pid) / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            return False
    else:
        shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        command = shown.stdout.strip() + " "
    return mark in command  # a zombie has no command line
