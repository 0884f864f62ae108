"""How deeply JSON may be nested that somebody else sends.

Every decoder has a limit, and it is not ours: msgspec follows some 1,000 levels on Python 3.11, 1,500 on 3.12 and 10,000 on 3.13, and
Postgres, which stores what was read, has one of its own. Whoever reads such JSON looks here first.
"""

from __future__ import annotations

import re
from typing import Final

MAX_DEPTH: Final = 100

_STRING_OR_BRACKET: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
"""Possessive, so that a quotation mark without its end is read once and not once from each character."""
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def is_too_deep(json: bytes) -> bool:
    """Whether lists and objects stand inside each other more than `MAX_DEPTH` times. What is no JSON is not refused here."""
    if json.count(b"[") + json.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(json):
        depth += _STEPS.get(json[found.start()], 0)
        if depth > MAX_DEPTH:
            return True
    return False
