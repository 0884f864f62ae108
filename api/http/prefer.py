"""Parse `Prefer: wait=n` (RFC 7240): how long a client wants to wait for the result."""

from __future__ import annotations

import re
from typing import Final

LONGEST_PREFERENCE: Final = 200
"""Characters of the header."""
LONGEST_WAIT_SECONDS: Final = 25
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?=$|[,;\s])", re.ASCII | re.IGNORECASE)


def wait_seconds(prefer: str | None) -> int:
    """Seconds to wait: 0 without the preference, at most 25. A preference that cannot be understood is ignored, as the RFC asks."""
    # A quoted number counts as a number. Other quoted text belongs to other preferences, and is removed.
    plain = _QUOTED.sub(lambda quoted: quoted[0][1:-1] if quoted[0][1:-1].isdigit() else "-", prefer or "")
    found = _WAIT.search(plain)
    return min(int(found[1]), LONGEST_WAIT_SECONDS) if found else 0
