"""Wait for a condition, not for a length of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

BUSY: Final = 3
"""How many times longer than on a machine that does nothing else a test waits: slowness alone is no failure."""


def until(condition: Callable[[], bool], *, seconds: float = 10.0, every: float = 0.02) -> None:
    """Return as soon as `condition` holds; fail when it does not within `seconds`, or `BUSY` times as long on a busy machine."""
    promised(condition, seconds=BUSY * seconds, every=every)


def promised(condition: Callable[[], bool], *, seconds: float, every: float = 0.02) -> None:
    """As `until`, where `seconds` is what the product promises: never longer."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"still not true after {seconds} s")
        time.sleep(every)
