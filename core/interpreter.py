"""How a process that serves many at once uses the interpreter: whose turn it is, and when garbage is looked for."""

from __future__ import annotations

import gc
import sys
from typing import Final

SWITCH_SECONDS: Final = 0.0005
"""How long a busy thread keeps the interpreter while another wants it. The default is ten times longer: the thread that commits a
batch would wait 5 ms for the event loop after each round trip, and every booking of the batch with it (decision 5)."""

COLLECT_AFTER: Final = (5_000, 20, 100)
"""New objects before the youngest are looked through, and how many such looks before the older ones are. With the default of 700 the
requests at hand are taken for old ones, and everything that was ever loaded is looked through every few seconds, which takes as
long as two hundred bookings (decision 11)."""


def tune() -> None:
    """For processes in which one busy thread feeds others that mostly wait for a server."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*COLLECT_AFTER)
