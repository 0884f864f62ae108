"""How clients that poll wait for a result: parse `Prefer: wait=n` (RFC 7240), and compute `Retry-After`."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from typing import Final

LONGEST_PREFERENCE: Final = 200
"""Characters of the header."""
LONGEST_WAIT_SECONDS: Final = 25
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?=$|[,;\s])", re.ASCII | re.IGNORECASE)
SHORTEST_SECONDS: Final = 1
LONGEST_SECONDS: Final = 10
JITTER: Final = 0.2
"""The random part of a wait, as a fraction of it, so that clients that came at the same time do not poll again at the same time."""


def wait_seconds(prefer: str | None) -> int:
    """Seconds to wait: 0 without the preference, at most 25. A preference that cannot be understood is ignored, as the RFC requires."""
    # A quoted number counts as a number. Other quoted text belongs to other preferences, and is removed.
    plain = _QUOTED.sub(lambda quoted: quoted[0][1:-1] if quoted[0][1:-1].isdigit() else "-", prefer or "")
    found = _WAIT.search(plain)
    return min(int(found[1]), LONGEST_WAIT_SECONDS) if found else 0


def retry_after_header(expected_seconds: float | None, *, chance: Callable[[], float] = random.random) -> str:
    """The value of `Retry-After`: whole seconds, from 1 to 10.

    `expected_seconds`: when the work will probably be done; None if unknown, which gives a short wait. The header has whole
    seconds only, so a fraction becomes the probability of one more second. `chance`: returns random numbers from 0 to 1.
    """
    expected = SHORTEST_SECONDS if expected_seconds is None else expected_seconds
    spread = expected * (1 - JITTER + 2 * JITTER * chance())
    seconds = math.floor(spread + chance())
    return str(max(SHORTEST_SECONDS, min(LONGEST_SECONDS, seconds)))
