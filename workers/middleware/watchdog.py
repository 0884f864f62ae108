"""End the process when one of its threads has ended with an error, so that it is restarted. Without that thread it would look healthy, but
do only a part of its work.

While all threads run and make progress, the watchdog touches a file after each check. So a health check outside the process can
read the age of the file (`workers/alive.py`).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from workers.health.progress import Progress

CHECK_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


def watch(
    threads: Callable[[], list[threading.Thread]], progress: Progress, stopping: threading.Event, *, alive_path: Path | None
) -> None:
    """Check the threads every second until `stopping` is set. If one has ended, exit the process with status 1.

    `alive_path`: the file that is touched after every check that finds all threads running and none stuck.
    """
    alive = _AliveFile(alive_path) if alive_path is not None else None

    def look() -> None:
        while not stopping.is_set():
            dead = [thread.name for thread in threads() if not thread.is_alive()]
            if dead and not stopping.is_set():
                _log.critical("a thread has died, so this worker ends", threads=dead)
                os._exit(1)
            if alive is not None and not progress.list_stalled():
                alive.touch()
            time.sleep(CHECK_SECONDS)

    threading.Thread(target=look, name="watchdog", daemon=True).start()


class _AliveFile:
    """The health file. If it cannot be written, the process continues, and the health check fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_told = False

    def touch(self) -> None:
        try:
            self._path.touch()
        except OSError as error:
            if not self._is_told:
                _log.warning("the file for health checks cannot be written", path=str(self._path), error=str(error))
            self._is_told = True
