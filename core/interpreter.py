"""Settings of the Python interpreter for API and worker processes: the switch interval of threads, and garbage collection."""

from __future__ import annotations

import gc
import sys
from typing import Final

SWITCH_SECONDS: Final = 0.0005
"""How long a busy thread keeps the interpreter lock while another thread waits for it. With the default (5 ms), the thread that
commits a batch would wait 5 ms for the event loop after each round trip to Postgres, and every booking of the batch with it
(decision 5)."""

COLLECT_AFTER: Final = (5_000, 20, 100)
"""Thresholds of the garbage collector: new objects before a collection of generation 0, such collections before one of generation
1, and so on. With the default of 700, objects of running requests reach the oldest generation, and the whole heap is collected
every few seconds, which takes as long as two hundred bookings (decision 11)."""


def tune() -> None:
    """Apply the settings. They are for processes in which one thread is busy and the others mostly wait for a server."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*COLLECT_AFTER)
