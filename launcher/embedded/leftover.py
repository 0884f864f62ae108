"""What an earlier start left behind: end it. It takes a crash of the supervisor and of its guardian to get there.

Only for folders whose lock we hold: two servers on the same files would destroy them.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

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
    and keep the next server out until then.
    """
    home = str(folder.resolve())
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # it has ended, or belongs to somebody else
            if process.cwd() == home:
                end(process.pid, mark, stop)


def started_with(variable: str) -> list[int]:
    """The processes of this account whose environment has `variable` (`NAME=value`)."""
    name, _, value = variable.partition("=")
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # it has ended, or belongs to somebody else
            if process.environ().get(name) == value:
                found.append(process.pid)
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
    try:
        command = psutil.Process(pid).cmdline()
    except (psutil.Error, OSError):
        return False  # it has ended, or belongs to somebody else; a zombie has no command line
    return mark in "".join(f"{word} " for word in command)
