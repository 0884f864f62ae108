"""How threads of one process share the interpreter."""

from __future__ import annotations

import sys
from typing import Final

SWITCH_SECONDS: Final = 0.0005
"""How long a busy thread keeps the interpreter while another wants it. The default is ten times longer: the thread that commits a
batch would wait 5 ms for the event loop after each round trip, and every booking of the batch with it (decision 5)."""


def share_fairly() -> None:
    """For processes in which one busy thread feeds others that mostly wait for a server."""
    sys.setswitchinterval(SWITCH_SECONDS)
