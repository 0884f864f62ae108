"""Ends the process when a thread that it needs has died, so that it is restarted. Without that thread it would look healthy and do half its work.

While all threads live and get on, a file can tell so to those who cannot look into the process: it is as old as the last look that found
it so (`workers.alive`).
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
    """Look after the threads until `stopping` is set; exit the process with 1 if one of them is dead.

    `alive_path` is touched after every look that finds all of them alive and none of them stuck.
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
    """A file that cannot be written does not end the process: its work goes on, and the health check says what is missing."""

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
