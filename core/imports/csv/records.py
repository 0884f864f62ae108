"""Where the records of a block of bytes begin and end, and which of them are broken.

The rules of RFC 4180, strictly: a quote opens a cell only at its beginning, and closes it only at its end. A record that breaks
them is reported as one line, and reading resumes on the next, so an unclosed quote never swallows the rows behind it.

Sound blocks are measured as vectors; a block with a flaw in it is walked record by record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

RECORD_BYTES: Final = 16 * 1024
"""The longest record. A quote that is not closed within them is not closed at all."""

Positions = npt.NDArray[np.int64]

_QUOTE: Final = ord('"')
_NEWLINE: Final = ord("\n")
_RETURN: Final = ord("\r")

MESSAGES: Final = {
    "unclosed_quote": "A quote is opened and not closed, or a quoted cell does not end with its quote.",
    "stray_quote": 'A quote stands inside a cell. Put the whole cell in quotes and write each quote in it twice: "".',
    "wrong_columns": "The row has another number of cells than the header.",
    "not_utf8": "The row is not UTF-8.",
    "nul_character": "The row contains a NUL character.",
    "bare_carriage_return": "The row contains a carriage return that ends no line. Lines must end with LF or CRLF.",
    "line_too_long": f"The row is longer than {RECORD_BYTES // 1024} KB.",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no record. `text` is its beginning."""

    line: int
    text: str
    code: str


@dataclass(slots=True)
class Records:
    """The sound records of a block: where each begins, where it ends (before its newline), and its line number.

    `consumed` bytes and `newlines` belong to complete records; the rest of the block is for the next one. `cut`: the last broken
    line goes on behind the block.
    """

    starts: Positions
    ends: Positions
    lines: Positions
    consumed: int
    newlines: int
    broken: list[Broken] = field(default_factory=list)
    cut: bool = False


def split(block: bytes, *, delimiter: str, columns: int, line: int, last: bool, limit: int) -> Records:
    """Find at most `limit` records in `block`, whose first line has the number `line`; `last`: nothing follows the block."""
    records = _measure(block, delimiter=delimiter, columns=columns, line=line, last=last, limit=limit)
    return records or _walk(block, delimiter=delimiter, columns=columns, line=line, last=last, limit=limit)


def _measure(block: bytes, *, delimiter: str, columns: int, line: int, last: bool, limit: int) -> Records | None:
    """The records of a block in which every byte is in order; None where that is not certain."""
    if b"\0" in block or block.count(b"\r") != block.count(b"\r\n") + (block.endswith(b"\r") and not last):
        return None
    data = np.frombuffer(block, np.uint8)
    newlines = np.flatnonzero(data == _NEWLINE)
    breaks, delimiters = newlines, np.flatnonzero(data == ord(delimiter))
    if b'"' in block:
        inside = np.bitwise_xor.accumulate(data == _QUOTE)
        if not _quotes_in_order(data, inside, ord(delimiter), last=last):
            return None
        breaks = newlines[~inside[newlines]]
        delimiters = delimiters[~inside[delimiters]]
    ends = breaks
    if last and block and not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    ends = ends[:limit]
    if not ends.size:
        return None
    consumed = min(int(ends[-1]) + 1, len(block))
    if not _is_utf8(block, consumed):
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    cells = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    ends = ends - (data[np.maximum(ends - 1, 0)] == _RETURN)
    filled = ends > starts
    if (cells[filled] != columns).any() or (ends - starts > RECORD_BYTES).any():
        return None
    starts, ends = starts[filled], ends[filled]
    first_lines = line + np.searchsorted(newlines, starts)
    return Records(starts, ends, first_lines, consumed, int(np.searchsorted(newlines, consumed)))


def _quotes_in_order(data: npt.NDArray[np.uint8], inside: npt.NDArray[np.bool_], delimiter: int, *, last: bool) -> bool:
    """Whether every quote opens, closes or escapes where it may, and none is left open.

    `inside` is true from an opening quote up to, not including, its closing one.
    """
    quotes = np.flatnonzero(data == _QUOTE)
    opening, closing = quotes[inside[quotes]], quotes[~inside[quotes]]
    before = data[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | (before == delimiter) | (before == _NEWLINE) | (before == _QUOTE)
    after = data[np.minimum(closing + 1, len(data) - 1)]
    closes = (closing == len(data) - 1) | (after == delimiter) | (after == _NEWLINE) | (after == _RETURN) | (after == _QUOTE)
    return bool(opens.all() and closes.all() and not (last and inside[-1]))


def _is_utf8(block: bytes, end: int) -> bool:
    try:
        str(memoryview(block)[:end], "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _walk(block: bytes, *, delimiter: str, columns: int, line: int, last: bool, limit: int) -> Records:
    """Record by record: find what is sound, and name what is wrong with the rest."""
    pattern = _record_pattern(delimiter)
    sound: list[tuple[int, int, int]] = []
    broken: list[Broken] = []
    position, number, cut = 0, line, False
    while position < len(block) and len(sound) + len(broken) < limit:
        window_end = min(position + RECORD_BYTES + 2, len(block))
        found = pattern.match(block, position, window_end)
        if (
            found
            and found.end() == window_end
            and not block.endswith(b"\n", 0, window_end)
            and not (last and window_end == len(block))
        ):
            found = None  # it ends with the window, not with a line
        if not found and not last and window_end == len(block):
            break  # the end of this record may be in the next block
        end = found.end("record") if found else -1
        code = _flaw(block[position:end], delimiter, columns) if found else ""
        spans = found is not None and block.find(b"\n", position, end) >= 0
        if found and not (spans and code):
            next_position = found.end()
        else:
            # No record, or one that is wrong and would take other lines with it: its first line alone is at fault.
            newline = block.find(b"\n", position)
            cut = newline < 0 and not last
            end = newline if newline >= 0 else len(block)
            next_position = min(end + 1, len(block))
            code = _flaw_of_line(block[position : min(end, position + RECORD_BYTES + 2)], spans=spans)
        if code:
            text = block[position : min(end, position + RECORD_BYTES)].decode(errors="replace").rstrip("\r")
            broken.append(Broken(number, text, code))
        elif block[position:end].strip():
            sound.append((position, end, number))
        number += block.count(b"\n", position, next_position)
        position = next_position
    starts, ends, lines = np.array(sound, np.int64).reshape(-1, 3).T
    return Records(starts, ends, lines, position, number - line, broken, cut)


@lru_cache
def _record_pattern(delimiter: str) -> re.Pattern[bytes]:
    mark = re.escape(delimiter.encode())
    cell = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n' + mark + rb"]*+)"
    return re.compile(rb"(?P<record>" + cell + rb"(?:" + mark + cell + rb")*+)(?:\r?\n|\r?\Z)")


def _flaw(record: bytes, delimiter: str, columns: int) -> str:
    """What is wrong with a record whose quotes are in order; empty for nothing, also for a blank line."""
    if not record.strip():
        return ""
    if len(record) > RECORD_BYTES:
        return "line_too_long"
    if b"\0" in record:
        return "nul_character"
    try:
        record.decode()
    except UnicodeDecodeError:
        return "not_utf8"
    outside = re.sub(rb'"[^"]*"', b"", record) if b'"' in record else record
    return "" if outside.count(delimiter.encode()) == columns - 1 else "wrong_columns"


def _flaw_of_line(text: bytes, *, spans: int) -> str:
    """What is wrong with a line that is no record."""
    if len(text) > RECORD_BYTES:
        return "line_too_long"
    if b"\0" in text:
        return "nul_character"
    if spans or text.count(b'"') % 2:
        return "unclosed_quote"
    if b'"' in text:
        return "stray_quote"
    return "bare_carriage_return" if b"\r" in text.removesuffix(b"\r") else "unclosed_quote"
