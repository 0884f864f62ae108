"""End the process when a thread that it lives by has died: a supervisor starts a healthy one, a half-dead one only looks healthy."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

CHECK_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


def watch(threads: Callable[[], list[threading.Thread]], stopping: threading.Event) -> None:
    """Look after the threads until `stopping` is set; exit the process with 1 if one of them is dead."""

    def look() -> None:
        while not stopping.is_set():
            dead = [thread.name for thread in threads() if not thread.is_alive()]
            if dead and not stopping.is_set():
                _log.critical("a thread has died, so this worker ends", threads=dead)
                os._exit(1)
            time.sleep(CHECK_SECONDS)

    threading.Thread(target=look, name="watchdog", daemon=True).start()
