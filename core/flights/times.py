"""The formats in which a point in time can be written, in requests and in files. `docs/imports.md` lists them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from core.errors import Invalid
from core.text.characters import strip_invisible, why_not_plain

DAY: Final = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
ZONE: Final = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
PLAIN: Final = f"{DAY}[T ]{CLOCK}(?:{ZONE})?"
"""The usual format, in capitals. Other formats are converted to it by `to_plain`."""

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


def to_plain(text: str) -> str:
    """The same time in the format `PLAIN`. A text that is no time is returned unchanged.

    Digits beyond the microsecond are cut off. A leap second (`:60`) becomes the second after it.
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
    """Read a point in time from a request. `pointer`: the JSON pointer of its field, for the error.

    Raises:
        Invalid: it is no time, or has no time zone.
    """
    text = strip_invisible(text).strip()
    shaped = to_plain(text).upper()
    if not re.fullmatch(PLAIN, shaped):
        raise Invalid.field(pointer, NOT_A_TIME, why_not_plain(text) + MESSAGES[NOT_A_TIME])
    if not re.search(f"{ZONE}$", shaped):
        raise Invalid.field(pointer, NO_TIME_ZONE, MESSAGES[NO_TIME_ZONE])
    try:
        return datetime.fromisoformat(shaped)
    except ValueError:
        raise Invalid.field(pointer, NOT_A_TIME, NO_SUCH_DAY) from None
