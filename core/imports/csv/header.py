"""The first line of a file: is it text, which delimiter, which columns, where the rows begin."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus
from typing import Final

from core.errors import AppError
from core.imports.csv.columns import BY_NAME, REQUIRED

HEAD_BYTES: Final = 64 * 1024
"""The header must end within these."""
LISTED: Final = 20
"""Unknown columns that are named in an answer, each with what it may mean: more is no list of columns, and takes long to compare."""
DELIMITERS: Final = (",", ";", "\t")
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

_OTHER_FORMATS: Final = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-zip archive",
    b"\x28\xb5\x2f\xfd": "a zstandard archive",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
}


class NotText(AppError):
    """The bytes are of another format. It is never unpacked."""

    code = "not_csv"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class BadHeader(AppError):
    """The file cannot be read as rows of flights. `errors`: list of `{pointer, code, message}`."""

    code = "bad_header"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read the rows.

    `columns`: a name for each column of the file, None for a column that is ignored. `rows_at`: the offset of the first row in
    bytes; `first_line`: its line number.
    """

    delimiter: str
    columns: tuple[str | None, ...]
    rows_at: int
    first_line: int

    @property
    def names(self) -> list[str]:
        """The columns that are read, in the file's order."""
        return [name for name in self.columns if name is not None]


def read_layout(head: bytes) -> Layout:
    """Read the layout from the first bytes of a file (all of it, or at least `HEAD_BYTES`).

    Raises:
        NotText: a zip archive, a workbook or the like.
        BadHeader: empty, not UTF-8, or the columns are not those of flights.
    """
    for magic, what in _OTHER_FORMATS.items():
        if head.startswith(magic):
            raise NotText(f"This is {what}. Send a CSV file; spreadsheets can save one as 'CSV UTF-8'.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable("not_utf8", "The file is UTF-16. Save it as UTF-8; spreadsheets call that 'CSV UTF-8'.")
    start = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    blank = re.compile(rb"[ \t\r\n]*\n").match(head, start)
    rows_before = head.count(b"\n", 0, blank.end()) if blank else 0
    start = blank.end() if blank else start
    line, newline, _ = head[start:].partition(b"\n")
    if not line.strip():
        raise _unreadable("empty_file", "The file is empty. Its first line must name the columns.")
    if b"\0" in line:
        raise _unreadable("not_utf8", "The first line contains NUL characters. Save the file as UTF-8.")
    if not newline and len(head) >= HEAD_BYTES:
        raise _unreadable("line_too_long", "The first line is longer than any list of columns.")
    if b"\r" in line.rstrip(b"\r"):
        raise _unreadable("bare_carriage_return", "Lines must end with LF or CRLF; this file uses bare carriage returns.")
    try:
        text = line.rstrip(b"\r").decode()
    except UnicodeDecodeError as error:
        raise _unreadable("not_utf8", "The first line is not UTF-8. Save the file as 'CSV UTF-8'.") from error
    delimiter = _delimiter_of(text)
    names = [_normalised(name) for name in _cells(text, delimiter)]
    _require_known(names)
    return Layout(
        delimiter=delimiter,
        columns=tuple(None if name.startswith("_") else name for name in names),
        rows_at=start + len(line) + len(newline),
        first_line=rows_before + 2,
    )


def _delimiter_of(text: str) -> str:
    """The delimiter that yields the most known columns; the most cells where none does."""

    def score(delimiter: str) -> tuple[int, int]:
        cells = _cells(text, delimiter)
        return sum(_normalised(cell) in BY_NAME for cell in cells), len(cells)

    return max(DELIMITERS, key=score)


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one line; all of it is one where the reader refuses, because a cell is longer than this process reads."""
    try:
        return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return [text]


def _normalised(name: str) -> str:
    """`Flight Number` and `flight-number` are `flight_number`."""
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _require_known(names: Sequence[str]) -> None:
    errors: list[dict[str, str]] = []
    unlisted = 0
    missing = [name for name in REQUIRED if name not in names]
    for name, times in Counter(names).items():
        if name.startswith("_"):
            continue  # `_line`, `_code`, `_error` of a file of failed rows
        if name not in BY_NAME and len(errors) >= LISTED:
            unlisted += 1
        elif name not in BY_NAME:
            errors.append(_error(name, "unknown_column", f"There is no column {name!r}.{_suggestion(name, missing)}"))
        elif times > 1:
            errors.append(_error(name, "duplicate_column", f"The column {name!r} is there {times} times."))
    errors += [_error(name, "missing_column", f"The column {name!r} is missing.") for name in missing]
    if unlisted:
        errors.append(_error("", "unknown_column", f"There are {unlisted} more columns that no flight has."))
    if errors:
        raise BadHeader(" ".join(error["message"] for error in errors), errors=errors, expected=list(BY_NAME))


def _suggestion(name: str, missing: Sequence[str]) -> str:
    # What is missing is the likelier meaning of what is unknown.
    close = get_close_matches(name, missing, n=1, cutoff=0.5) or get_close_matches(name, BY_NAME, n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def _error(column: str, code: str, message: str) -> dict[str, str]:
    return {"pointer": f"/{column[:64]}", "code": code, "message": message}


def _unreadable(code: str, message: str) -> BadHeader:
    return BadHeader(message, errors=[{"pointer": "", "code": code, "message": message}], expected=list(BY_NAME))
