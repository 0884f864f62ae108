"""Compute `Retry-After`: when a client that polls a job should ask again."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Final

SHORTEST_SECONDS: Final = 1
LONGEST_SECONDS: Final = 10
JITTER: Final = 0.2
"""The random part of a wait, as a fraction of it, so that clients that came at the same time do not ask again at the same time."""


def ask_again_in(expected_seconds: float | None, *, chance: Callable[[], float] = random.random) -> str:
    """The value of `Retry-After`: whole seconds, from 1 to 10.

    `expected_seconds`: when the work will probably be done; None if unknown, which gives a short wait. The header has whole
    seconds only, so a fraction becomes the probability of one more second. `chance`: returns random numbers from 0 to 1.
    """
    expected = SHORTEST_SECONDS if expected_seconds is None else expected_seconds
    spread = expected * (1 - JITTER + 2 * JITTER * chance())
    seconds = math.floor(spread + chance())
    return str(max(SHORTEST_SECONDS, min(LONGEST_SECONDS, seconds)))
