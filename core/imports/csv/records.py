"""Find where the records of a block of bytes begin and end, and which of them are broken.

The rules are those of RFC 4180, strictly: a quote opens a cell only at the beginning of the cell, and closes it only at the end.
A record that breaks the rules is reported as one line, and reading continues on the next line. So an unclosed quote never hides
the rows after it.

A worked example, with `\\n` for a line end: `A,"B\\nC,D\\nE,F\\n`. The quote before B is not closed. The fault `unclosed_quote`
is reported for the line `A,"B`, and `C,D` and `E,F` are valid records.

There are two implementations. `_measure` handles a block without any fault with vector operations (NumPy), which is fast. If it finds
anything unusual, `_walk` reads the block record by record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from core.imports.csv.encoding import readable

RETURNS: Final = 2
"""How many carriage returns a line end may have: programs that convert LF to CRLF convert CRLF to CR CR LF."""
RECORD_BYTES: Final = 16 * 1024
"""The longest record. A quote that is not closed within so many bytes counts as unclosed."""

Positions = npt.NDArray[np.int64]

_QUOTE: Final = ord('"')
_NEWLINE: Final = ord("\n")
_RETURN: Final = ord("\r")

MESSAGES: Final = {
    "unclosed_quote": (
        "A quote is opened and not closed, or there is text after the closing quote of a cell. Close each quote, and write each quote "
        'inside a cell in quotes twice: "".'
    ),
    "stray_quote": (
        "There is a quote inside a cell, or a blank before a cell in quotes. Put nothing between a delimiter and a quote, put the whole "
        'cell in quotes, and write each quote in it twice: "".'
    ),
    "wrong_columns": "The row has {cells}, and the header has {columns}. {advice}",
    "not_utf8": (
        "The row is not UTF-8. It is shown as if it were Windows-1252. Check its letters, and correct them, or save the whole file as "
        "'CSV UTF-8'."
    ),
    "nul_character": "The row contains a NUL character. Remove it.",
    "bare_carriage_return": "The row contains a carriage return that does not end a line. Lines must end with LF or CRLF.",
    "line_too_long": f"The row is longer than {RECORD_BYTES // 1024} KB. Shorten it.",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is not a valid record. `text`: its beginning."""

    line: int
    text: str
    code: str


@dataclass(slots=True)
class Records:
    """The valid records of a block: where each begins, where it ends (before its line end, and before empty cells after the last
    named column), its line number, and how many cells it has, which may be fewer than there are columns.

    `regular`: every record has exactly as many cells as there are columns.
    `consumed`: bytes of complete records; `newlines`: line ends in them. The rest of the block belongs to the next block. `cut`:
    the last broken line continues after the block.
    """

    starts: Positions
    ends: Positions
    lines: Positions
    cells: Positions
    regular: bool
    consumed: int
    newlines: int
    broken: list[Broken] = field(default_factory=list)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of a valid record: at least `fewest` cells between delimiters; `columns`: the number of named columns.

    Cells after the last named column must be empty: spreadsheet programs write them for columns that were used before.
    """

    delimiter: str
    columns: int
    fewest: int


def split(block: bytes, shape: Shape, *, line: int, last: bool, limit: int) -> Records:
    """Find at most `limit` records in `block`, whose first line has the number `line`; `last`: nothing follows the block."""
    records = _measure(block, shape, line=line, last=last, limit=limit)
    return records or _walk(block, shape, line=line, last=last, limit=limit)


def _measure(block: bytes, shape: Shape, *, line: int, last: bool, limit: int) -> Records | None:
    """The records of a block that has no fault; None if that is not certain."""
    if b"\0" in block or not _returns_end_lines(block, last=last):
        return None
    delimiter = shape.delimiter
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
    for _ in range(RETURNS):
        ends = ends - ((data[np.maximum(ends - 1, 0)] == _RETURN) & (ends > starts))
    filled = ends > starts
    starts, ends, cells = starts[filled], ends[filled], cells[filled]
    if (cells < shape.fewest).any() or (ends - starts > RECORD_BYTES).any():
        return None
    regular = bool((cells == shape.columns).all())
    excess = np.maximum(cells - shape.columns, 0)
    if excess.any():
        if not _is_empty_behind(data, starts, ends, excess, ord(delimiter)):
            return None
        ends, cells = ends - excess, cells - excess
    first_lines = line + np.searchsorted(newlines, starts)
    return Records(starts, ends, first_lines, cells, regular, consumed, int(np.searchsorted(newlines, consumed)))


def _returns_end_lines(block: bytes, *, last: bool) -> bool:
    """Whether there is a line feed after every carriage return, or pair of them.

    A run of n carriage returns counts 1 + n // 2 if a line feed follows, else n // 2. The count equals n only for a valid run: one or two
    carriage returns with a line feed.
    """
    if b"\r" not in block:
        return True
    in_order = block.count(b"\r\n") + block.count(b"\r\r") + (block.endswith(b"\r") and not last)
    return block.count(b"\r") == in_order


def _is_empty_behind(data: npt.NDArray[np.uint8], starts: Positions, ends: Positions, excess: Positions, delimiter: int) -> bool:
    """Whether each record ends in at least as many delimiters as it has cells in `excess`."""
    for back in range(1, int(excess.max()) + 1):
        concerned = excess >= back
        at = ends[concerned] - back
        if (at < starts[concerned]).any() or (data[at] != delimiter).any():
            return False
    return True


def _quotes_in_order(data: npt.NDArray[np.uint8], inside: npt.NDArray[np.bool_], delimiter: int, *, last: bool) -> bool:
    """Whether every quotation mark opens a cell, closes one or is an escaped one, and every cell is closed.

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


def _walk(block: bytes, shape: Shape, *, line: int, last: bool, limit: int) -> Records:
    """Read record by record: find the valid records, and the fault of each other line."""
    pattern = _record_pattern(shape.delimiter)
    sound: list[tuple[int, int, int, int]] = []
    broken: list[Broken] = []
    position, number, cut, regular = 0, line, False, True
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
        cells, behind, code = _check_record(block[position:end], shape) if found else (0, 0, "")
        spans = found is not None and block.find(b"\n", position, end) >= 0
        if found and not (spans and code):
            next_position = found.end()
        else:
            # Not a valid record, or one with a fault that spans several lines: only its first line is reported.
            newline = block.find(b"\n", position)
            cut = newline < 0 and not last
            end = newline if newline >= 0 else len(block)
            next_position = min(end + 1, len(block))
            code = _flaw_of_line(block[position : min(end, position + RECORD_BYTES + 2)], spans=spans)
        if code:
            text = readable(block[position : min(end, position + RECORD_BYTES)]).rstrip("\r")
            broken.append(Broken(number, text, code))
        elif cells:
            sound.append((position, end - behind, number, cells))
            regular &= cells == shape.columns and not behind
        number += block.count(b"\n", position, next_position)
        position = next_position
    starts, ends, lines, counts = np.array(sound, np.int64).reshape(-1, 4).T
    return Records(starts, ends, lines, counts, regular, position, number - line, broken, cut)


@lru_cache
def _record_pattern(delimiter: str) -> re.Pattern[bytes]:
    mark = re.escape(delimiter.encode())
    cell = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n' + mark + rb"]*+)"
    return re.compile(rb"(?P<record>" + cell + rb"(?:" + mark + cell + rb")*+)(?:\r{0,2}\n|\r{0,2}\Z)")


def _check_record(record: bytes, shape: Shape) -> tuple[int, int, str]:
    """For a record with correct quotation marks: the number of cells, the number of bytes after the last column, and the fault if there is
    one.

    A record that consists of delimiters only has no cells and no fault: spreadsheet programs write such records after the last row.
    """
    mark = shape.delimiter.encode()
    if not record.strip(b" \t\r\n\v\f" + mark):
        return 0, 0, ""
    if len(record) > RECORD_BYTES:
        return 0, 0, "line_too_long"
    if b"\0" in record:
        return 0, 0, "nul_character"
    try:
        record.decode()
    except UnicodeDecodeError:
        return 0, 0, "not_utf8"
    outside = re.sub(rb'"[^"]*"', b"", record) if b'"' in record else record
    cells = outside.count(mark) + 1
    behind = 0
    if cells > shape.columns:
        empty = _empty_cells_pattern(shape.delimiter, cells - shape.columns).search(record)
        if empty is None:
            return 0, 0, "wrong_columns"
        cells, behind = shape.columns, len(record) - empty.start()
    return (0, 0, "wrong_columns") if cells < shape.fewest else (cells, behind, "")


@lru_cache
def _empty_cells_pattern(delimiter: str, cells: int) -> re.Pattern[bytes]:
    """A pattern for this number of empty cells, with or without quotation marks, at the end of a record."""
    return re.compile(rb'(?:%b[ \t]*(?:"[ \t]*")?[ \t]*){%d}\Z' % (re.escape(delimiter.encode()), cells))


def _flaw_of_line(text: bytes, *, spans: bool) -> str:
    """The fault of a line that is not a valid record. `spans`: a record that begins in it continues on the next lines."""
    if len(text) > RECORD_BYTES:
        return "line_too_long"
    if b"\0" in text:
        return "nul_character"
    if spans or text.count(b'"') % 2:
        return "unclosed_quote"
    if b'"' in text:
        return "stray_quote"
    return "bare_carriage_return" if b"\r" in text.removesuffix(b"\r") else "unclosed_quote"
