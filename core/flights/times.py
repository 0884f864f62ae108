"""How a point in time may be written: one grammar for the API and for files. `docs/imports.md` has it as a table."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from core.errors import Invalid

DAY: Final = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
ZONE: Final = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
PLAIN: Final = f"{DAY}[T ]{CLOCK}(?:{ZONE})?"
"""In capitals, and the way that nearly everybody writes: it needs no look of its own."""

NOT_A_TIME: Final = "not_a_time"
NO_TIME_ZONE: Final = "no_time_zone"
EXAMPLES: Final = "2026-12-25T10:00:00Z or 2026-12-25 15:30+05:30"
MESSAGES: Final = {
    NOT_A_TIME: f"Must be a date and a time with a zone, such as {EXAMPLES}.",
    NO_TIME_ZONE: "The time has no zone: end it with Z for UTC, or with an offset such as +05:30.",
}
NO_SUCH_DAY: Final = "There is no such day."

_WRITTEN: Final = re.compile(
    r"""
    (?P<day> [0-9]{4}-[0-9]{2}-[0-9]{2} ) [T\ ]
    (?P<minute> [0-9]{2}:[0-9]{2} ) (?: : (?P<second> [0-9]{2} ) (?: \. (?P<fraction> [0-9]{1,18} ) )? )?
    (?: \ ? (?: (?P<utc> Z | UTC | GMT ) | (?P<hours> [+-][0-9]{2} ) (?: :? (?P<minutes> [0-9]{2} ) )? ) )?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_LEAP: Final = "60"


def plain(text: str) -> str:
    """The same time as `PLAIN` has it; the text itself where it is no time.

    A fraction beyond the microsecond is left out. A leap second is the second after it.
    """
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return text
    zone = "Z" if written["utc"] else f"{written['hours']}:{written['minutes'] or '00'}" if written["hours"] else ""
    second = written["second"] or "00"
    fraction = f".{written['fraction'][:6]}" if written["fraction"] else ""
    shaped = f"{written['day']}T{written['minute']}:{'59' if second == _LEAP else second}{fraction}{zone}"
    if second != _LEAP or not re.fullmatch(PLAIN, shaped):
        return shaped
    try:
        moment = datetime.fromisoformat(f"{written['day']}T{written['minute']}:59")
    except ValueError:
        return shaped
    return f"{moment + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}{fraction}{zone}"


def read(text: str, pointer: str) -> datetime:
    """A point in time of a request; `pointer` says where it stands there.

    Raises:
        Invalid: it is none, or has no zone.
    """
    shaped = plain(text.strip()).upper()
    if not re.fullmatch(PLAIN, shaped):
        raise Invalid.field(pointer, NOT_A_TIME, MESSAGES[NOT_A_TIME])
    if not re.search(f"{ZONE}$", shaped):
        raise Invalid.field(pointer, NO_TIME_ZONE, MESSAGES[NO_TIME_ZONE])
    try:
        return datetime.fromisoformat(shaped)
    except ValueError:
        raise Invalid.field(pointer, NOT_A_TIME, NO_SUCH_DAY) from None
