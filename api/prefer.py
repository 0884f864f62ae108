"""`Prefer: wait=n` (RFC 7240): how long a client would rather wait than ask again."""

from __future__ import annotations

import re
from typing import Final

LONGEST_WAIT_SECONDS: Final = 25
_WAIT: Final = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])', re.ASCII | re.IGNORECASE)


def wait_seconds(prefer: str | None) -> int:
    """Seconds to wait: 0 without the preference, at most 25. A preference that cannot be understood is ignored, as the RFC asks."""
    found = _WAIT.search(prefer) if prefer else None
    return min(int(found[1]), LONGEST_WAIT_SECONDS) if found else 0
