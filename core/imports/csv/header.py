"""Read the header of a file: check that the file is text, and find its delimiter, its columns and the beginning of its rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from core.errors import AppError, FieldError
from core.imports.csv.columns import BY_NAME, COLUMNS, REQUIRED, Timestamp
from core.imports.csv.encoding import BYTE_ORDER_MARK, Encoding, wide_encoding
from core.imports.csv.recognition.formats import require_text
from core.imports.csv.recognition.other_names import MEANT
from core.text.characters import strip_invisible
from core.text.spelling import likely_meant

HEAD_BYTES: Final = 64 * 1024
"""The header must end within so many bytes."""
LISTED: Final = 20
"""How many unknown columns an error lists, each with a suggestion. A file with more is probably not a list of flights, and
comparing takes time.
"""
SEARCHED: Final = 20
"""In how many lines after the first one the names of the columns are looked for, to say where they are."""
_TIMES: Final = tuple(column.name for column in COLUMNS if isinstance(column, Timestamp))
"""Columns for which many files have two: one for the day, and one for the time."""
_LINE_BREAK: Final = re.compile(rb"\r*\n")
DELIMITERS: Final = (",", ";", "\t", "|")
END_MARK: Final = b"\x1a"
"""U+001A (end of file): some programs write one or several of them at the end of a file."""
_SEP: Final = re.compile(rb'"?sep=(?P<delimiter>[^\r\n])"?[,;|\t ]*\r*\n', re.IGNORECASE)
"""The line `sep=;`, by which Excel recognises the delimiter."""


class BadHeader(AppError):
    """The file cannot be read as rows of flights. `errors`: list of `{pointer, code, message}`."""

    code = "bad_header"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read the rows.

    `columns`: the name of each column of the file, up to the last one with a name; None for a column that is ignored. `rows_at`: the
    offset of the first row in bytes. `first_line`: the line number of the first row.
    """

    delimiter: str
    columns: tuple[str | None, ...]
    rows_at: int
    first_line: int

    @property
    def names(self) -> list[str]:
        """The columns that are read, in the file's order."""
        return [name for name in self.columns if name is not None]

    @property
    def fewest_cells(self) -> int:
        """The smallest number of cells in a row. Optional cells at the end of a row may be left out."""
        return max((place + 1 for place, name in enumerate(self.columns) if name in REQUIRED), default=len(self.columns))


def read_layout(head: bytes) -> Layout:
    """Read the layout from the first bytes of a file (all of it, or at least `HEAD_BYTES`).

    Raises:
        NotText: a zip archive, a workbook or the like.
        BadHeader: empty, not UTF-8, or the columns are not those of flights.
    """
    require_text(head)
    if (wide := wide_encoding(head)) is not None:
        send = "Send it with ?encoding=utf-16, or save" if wide == Encoding.UTF_16 else "Save"
        raise _unreadable("not_utf8", f"The file is {wide.upper()}. {send} it as 'CSV UTF-8'.")
    start, declared = _first_line(head)
    rows_before = head.count(b"\n", 0, start)
    line, newline = _line_at(head, start)
    written = line.rstrip(b"\r" if newline else b"\r" + END_MARK)
    if not written.strip():
        raise _unreadable("empty_file", "The file is empty. Its first line must name the columns.")
    if b"\0" in line:
        raise _unreadable("not_utf8", "The first line contains NUL characters. Save the file as UTF-8.")
    if not newline and len(head) >= HEAD_BYTES:
        raise _unreadable(
            "line_too_long", f"The first line is longer than {HEAD_BYTES // 1024} KB. It must name the columns of the file."
        )
    if b"\r" in _LINE_BREAK.sub(b" ", written):
        raise _unreadable(
            "bare_carriage_return", "Lines must end with LF or CRLF, but this file uses CR alone. Save it again as 'CSV UTF-8'."
        )
    try:
        text = _LINE_BREAK.sub(b" ", written).decode()
    except UnicodeDecodeError as error:
        advice = "Save the file as 'CSV UTF-8', or name its encoding, as in ?encoding=windows-1252."
        raise _unreadable("not_utf8", f"The first line is not UTF-8. {advice}") from error
    delimiter = _delimiter_of(text, declared)
    names = [_normalised(name) for name in _cells(text, delimiter)]
    while names and not names[-1]:
        names.pop()  # spreadsheet programs also write empty columns after the last one
    if not {*names} >= {*REQUIRED}:
        _require_no_better_line(head, start + len(line) + len(newline), rows_before + 1)
    if not any(name in BY_NAME or likely_meant(name, MEANT) for name in names):
        raise _unreadable("no_header", f"{_no_header(rows_before + 1)} {_why_no_header(names)}")
    _require_known(names)
    return Layout(
        delimiter=delimiter,
        columns=tuple(None if name.startswith("_") else name for name in names),
        rows_at=start + len(line) + len(newline),
        first_line=rows_before + line.count(b"\n") + 2,
    )


def _line_at(head: bytes, start: int) -> tuple[bytes, bytes]:
    """The line that begins at `start`, and its line feed. A cell in quotes may have line feeds: spreadsheets have such headers."""
    end = head.find(b"\n", start)
    first = end
    while end >= 0 and head.count(b'"', start, end) % 2:
        end = head.find(b"\n", end + 1)
    if end < 0:
        end = first  # a quote is not closed
    return (head[start:], b"") if end < 0 else (head[start:end], b"\n")


def _require_no_better_line(head: bytes, rows_at: int, line: int) -> None:
    """Refuse a file in which a later line has the names of all required columns: the lines before it are a title, or merged cells."""
    for number, written in enumerate(head[rows_at:].split(b"\n")[:SEARCHED], line + 1):
        text = written.decode(errors="replace").strip()
        if {*map(_normalised, _cells(text, _delimiter_of(text, "")))} >= {*REQUIRED}:
            raise _unreadable("no_header", f"{_no_header(line)} Line {number} names them: remove the lines before it.")


def _no_header(line: int) -> str:
    return f"Line {line} must name the columns: {', '.join(BY_NAME)}."


def _why_no_header(names: Sequence[str]) -> str:
    """What is wrong with a first line in which no cell is the name of a column."""
    if len(names) == 1 and {*map(_normalised, _cells(names[0], _delimiter_of(names[0], "")))} >= {*REQUIRED}:
        return "The whole line is in quotes, so it is one cell. Remove the quotes around whole lines."
    return "None of its cells is the name of one. The cells are separated by a comma, a semicolon, a tab or a vertical bar."


def _first_line(head: bytes) -> tuple[int, str]:
    """Where the line with the column names begins, and the delimiter from a `sep=` line before it (empty if there is none)."""
    start, declared = 0, ""
    blank = re.compile(rb"[ \t\r\n]*\n")
    while True:
        if head.startswith(BYTE_ORDER_MARK, start):  # there may be several, for example after files were joined
            start += len(BYTE_ORDER_MARK)
        elif found := blank.match(head, start):
            start = found.end()
        elif found := _SEP.match(head, start):
            start, declared = found.end(), found["delimiter"].decode("latin-1")
        else:
            return start, declared


def _delimiter_of(text: str, declared: str) -> str:
    """The delimiter that gives the most known columns. If none gives a known column: the `declared` one, or the one that gives
    the most cells.
    """

    def score(delimiter: str) -> tuple[int, bool, int]:
        cells = _cells(text, delimiter)
        return sum(_normalised(cell) in BY_NAME for cell in cells), delimiter == declared, len(cells)

    return max(DELIMITERS, key=score)


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one line. If the CSV reader refuses the line, as one with a carriage return inside, the whole line is one cell."""
    try:
        return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return [text]


def _normalised(name: str) -> str:
    """`Flight Number` and `flight-number` are `flight_number`."""
    return re.sub(r"[\s-]+", "_", strip_invisible(name).strip().lower())


def _require_known(names: Sequence[str]) -> None:
    errors: list[FieldError] = []
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in dict.fromkeys(names) if name not in BY_NAME and not name.startswith("_")]
    suggestions = _suggestions([name for name in unknown if name][:LISTED], missing)
    unlisted = 0
    for name, times in Counter(names).items():
        if name.startswith("_"):
            continue  # `_line`, `_code`, `_error` of a file of failed rows
        if name not in BY_NAME and len(errors) >= LISTED:
            unlisted += 1
        elif not name:
            errors.append(_error("", "unknown_column", f"Column {names.index(name) + 1} has no name. Name it, or remove it."))
        elif name not in BY_NAME:
            errors.append(_error(name, "unknown_column", f"There is no column {name!r}.{suggestions.get(name, '')}"))
        elif times > 1:
            errors.append(_error(name, "duplicate_column", f"The column {name!r} appears {times} times."))
    errors += [_error(name, "missing_column", f"The column {name!r} is missing.") for name in missing]
    if unlisted:
        errors.append(_error("", "unknown_column", f"There are {unlisted} more unknown columns."))
    if errors:
        raise BadHeader(" ".join(error["message"] for error in errors), errors=errors, expected=list(BY_NAME))


def _suggestions(unknown: Sequence[str], missing: Sequence[str]) -> dict[str, str]:
    """For each unknown column, the sentence that says what it probably is."""
    # An unknown column most likely stands for one of the missing columns.
    of_missing = [other for other, meant in MEANT.items() if meant in missing]
    found = {name: likely_meant(name, of_missing) or likely_meant(name, MEANT) for name in unknown}
    meant = {name: MEANT[close] for name, close in found.items() if close}
    times = Counter(meant.values())
    return {name: f" {_suggestion(column, together=times[column] > 1)}" for name, column in meant.items()}


def _suggestion(column: str, *, together: bool) -> str:
    """`together`: several columns probably mean this one."""
    if not together:
        return f"Did you mean {column!r}?"
    if column in _TIMES:
        return f"Write the day and the time of it together, in the column {column!r}."
    return f"Did you mean {column!r}? Only one column can be it."


def _error(column: str, code: str, message: str) -> FieldError:
    return {"pointer": f"/{column[:64]}", "code": code, "message": message}


def _unreadable(code: str, message: str) -> BadHeader:
    return BadHeader(message, errors=[{"pointer": "", "code": code, "message": message}], expected=list(BY_NAME))
