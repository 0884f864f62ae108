"""What is still wrong a while later: for looks at an installation that works on meanwhile.

A look finds now and then what lasts a moment: a commit that Redis is told of in a millisecond, an offer that the next round makes. It
is gone, or another, when somebody looks again; a drift of another size is another one. What is wrong stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from core.invariants.checker import Violation

AGAIN_SECONDS: Final = 10.0
"""Longer than a round of the waiting lists (5 s), and shorter than the sweep takes to repair a drift that it has seen twice (30 s)."""


def find_lasting(look: Callable[[], list[Violation]], wait: Callable[[float], None] = time.sleep) -> list[Violation]:
    """What `look` finds twice. When the first look finds nothing, it is the only one."""
    first = look()
    if not first:
        return []
    wait(AGAIN_SECONDS)
    again = set(look())
    return [violation for violation in first if violation in again]
