"""Violations that are still there some seconds later, for checks of an installation that is at work.

A check of running work also finds what lasts only for a moment: Redis hears of a commit a millisecond after it, and the waiting list makes
an offer in its next round. A second check finds these no longer, or finds a drift of another size. A real violation is found twice.
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
