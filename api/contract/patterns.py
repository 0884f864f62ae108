"""Convert patterns to a form that every engine of regular expressions accepts. RE2, for example, has no look-ahead and does not accept
`\\u200b`.
"""

from __future__ import annotations

import re
from typing import Final

from core.text.patterns import END

_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def portable(pattern: str) -> str:
    """The same pattern without syntax that only some engines accept. In JSON Schema a bare `$` is the end of the text, and characters need
    not be escaped.
    """
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), pattern.replace(END, "$"))
