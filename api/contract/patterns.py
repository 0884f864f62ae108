"""Patterns as every engine of regular expressions reads them: RE2 has no look-ahead, and neither it nor Python's `re` needs `\\u200b`."""

from __future__ import annotations

import re
from typing import Final

from core.text.patterns import END

_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def portable(pattern: str) -> str:
    """The same pattern without what only some engines know. In JSON Schema a bare `$` is the end of the text, and a character may stand for
    itself.
    """
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), pattern.replace(END, "$"))
