"""When a client that follows a job should ask again: the header `Retry-After` of an answer that is not final."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Final

SHORTEST_SECONDS: Final = 1
LONGEST_SECONDS: Final = 10
JITTER: Final = 0.2
"""A wait is longer or shorter by up to this part of itself, so that clients that came together do not ask together again."""


def ask_again_in(expected_seconds: float | None, *, chance: Callable[[], float] = random.random) -> str:
    """The value of `Retry-After`: whole seconds, from 1 to 10.

    `expected_seconds` is when the work will probably be done; None where nobody can tell, which asks again soon. The header holds whole
    seconds only, so a part of a second becomes the probability of one second more. `chance` gives numbers from 0 to 1.
    """
    expected = SHORTEST_SECONDS if expected_seconds is None else expected_seconds
    spread = expected * (1 - JITTER + 2 * JITTER * chance())
    seconds = math.floor(spread + chance())
    return str(max(SHORTEST_SECONDS, min(LONGEST_SECONDS, seconds)))
