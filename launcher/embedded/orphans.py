"""End orphaned processes: those that an earlier start left running, because its supervisor and its guardian were both killed.

Only for data folders that this process has locked. Two servers on the same files would destroy them.
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


def end_server(pid_file: Path, home: Path, stop: signal.Signals) -> None:
    """End the process in `pid_file`, if it is still a server that uses `home`, and then remove the file."""
    pid = _read(pid_file)
    if not end(pid, str(home), stop):
        raise CannotStart(
            f"An older server (process {pid}) still uses {home}.", f"End it with `kill -9 {pid}`, then start again."
        )
    pid_file.unlink(missing_ok=True)


def end_workers(folder: Path, pattern: str, stop: signal.Signals) -> None:
    """End the child processes of a server that was killed: those that use `folder` and have `pattern` in their command line. As long as one
    runs, Postgres does not start on the same data.
    """
    home = str(folder.resolve())
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # it has ended, or belongs to somebody else
            if process.cwd() == home:
                end(process.pid, pattern, stop)


def started_with(variable: str) -> list[int]:
    """The processes of this account whose environment has `variable` (`NAME=value`)."""
    name, _, value = variable.partition("=")
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # it has ended, or belongs to somebody else
            if process.environ().get(name) == value:
                found.append(process.pid)
    return found


def end(pid: int, pattern: str, stop: signal.Signals) -> bool:
    """End a process whose command line contains `pattern`. Another process that has got the same id is left alone.

    `pattern` is compared with the command line with a space after each argument. False: the process does not end.
    """
    for number in (stop, signal.SIGKILL):
        if not _is_running(pid, pattern):
            return True
        try:
            os.kill(pid, number)
            os.kill(pid, signal.SIGCONT)  # a stopped process does not handle other signals
        except ProcessLookupError:
            return True
        deadline = time.monotonic() + SECONDS
        while _is_running(pid, pattern) and time.monotonic() < deadline:
            time.sleep(0.05)
    return not _is_running(pid, pattern)


def _read(pid_file: Path) -> int:
    """The process id in the first line of the file (Postgres writes more lines), or 0 if there is none."""
    try:
        return int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return 0


def _is_running(pid: int, pattern: str) -> bool:
    if pid <= 0:
        return False
    try:
        command = psutil.Process(pid).cmdline()
    except (psutil.Error, OSError):
        return False  # it has ended, or belongs to somebody else; a zombie has no command line
    return pattern in "".join(f"{word} " for word in command)
