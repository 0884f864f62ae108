"""Find violations that two checks have in common, for an installation with work in progress.

While work is in progress, a check also finds differences that last only for a moment: Redis is updated a millisecond after a
commit, and the sweep makes an offer to the waiting list in its next pass. A second check does not find these again, or finds a
drift of another size. A real violation is found twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from core.invariants.checker import Violation

AGAIN_SECONDS: Final = 10.0
"""Seconds between the checks: longer than the time between two steps for waiting lists (5 s), and shorter than the sweep needs to
repair a drift (30 s).
"""


def find_lasting(check: Callable[[], list[Violation]], wait: Callable[[float], None] = time.sleep) -> list[Violation]:
    """The violations that `check` finds twice. If the first call finds none, there is no second one."""
    first = check()
    if not first:
        return []
    wait(AGAIN_SECONDS)
    again = set(check())
    return [violation for violation in first if violation in again]
