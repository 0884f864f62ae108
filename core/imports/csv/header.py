"""The first line of a file: is it text, which delimiter, which columns, where the rows begin."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from core.errors import AppError
from core.imports.csv.columns import BY_NAME, REQUIRED
from core.imports.csv.encoding import BYTE_ORDER_MARK, Encoding, wide_encoding
from core.text.spelling import likely_meant

HEAD_BYTES: Final = 64 * 1024
"""The header must end within these."""
LISTED: Final = 20
"""Unknown columns that are named in an answer, each with what it may mean: more is no list of columns, and takes long to compare."""
DELIMITERS: Final = (",", ";", "\t", "|")
END_MARK: Final = b"\x1a"
"""U+001A: some programs end a file with one or several of these."""
OTHER_NAMES: Final = {
    "flight_number": ("flight", "flight_no", "flightno", "flt", "number", "flight_id"),
    "source": ("from", "origin", "departure_airport", "dep", "departure_place"),
    "destination": ("to", "dest", "arrival_airport", "arr", "arrival_place"),
    "departure_ts": ("departure", "departs", "departure_time", "std", "etd", "depart"),
    "arrival_ts": ("arrival", "arrives", "arrival_time", "sta", "eta", "arrive"),
    "total_seats": ("seats", "capacity", "seat_count"),
    "price": ("fare", "amount", "cost"),
    "currency": ("ccy", "currency_code", "cur"),
}
"""Names that other programs use for these columns. They are suggested, and not accepted, because a guess may be wrong."""
_MEANT: Final = {other: name for name, others in OTHER_NAMES.items() for other in (name, *others)}

_SEP: Final = re.compile(rb'"?sep=(?P<delimiter>[^\r\n])"?[,;|\t ]*\r*\n', re.IGNORECASE)
"""The line with which Excel is told the delimiter."""

_OTHER_FORMATS: Final = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-zip archive",
    b"\x28\xb5\x2f\xfd": "a zstandard archive",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
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

    `columns`: a name for each column of the file up to the last that has one, None for a column that is ignored. `rows_at`: the
    offset of the first row in bytes; `first_line`: its line number.
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
        """How many cells a row has at least: what is optional may be left out at its end."""
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
    start, told = _first_line(head)
    rows_before = head.count(b"\n", 0, start)
    line, newline, _ = head[start:].partition(b"\n")
    written = line.rstrip(b"\r" if newline else b"\r" + END_MARK)
    if not written.strip():
        raise _unreadable("empty_file", "The file is empty. Its first line must name the columns.")
    if b"\0" in line:
        raise _unreadable("not_utf8", "The first line contains NUL characters. Save the file as UTF-8.")
    if not newline and len(head) >= HEAD_BYTES:
        raise _unreadable("line_too_long", "The first line is longer than any list of columns.")
    if b"\r" in written:
        raise _unreadable("bare_carriage_return", "Lines must end with LF or CRLF; this file uses bare carriage returns.")
    try:
        text = written.decode()
    except UnicodeDecodeError as error:
        advice = "Save the file as 'CSV UTF-8', or name its encoding, as in ?encoding=windows-1252."
        raise _unreadable("not_utf8", f"The first line is not UTF-8. {advice}") from error
    delimiter = _delimiter_of(text, told)
    names = [_normalised(name) for name in _cells(text, delimiter)]
    while names and not names[-1]:
        names.pop()  # spreadsheets write the empty columns at the right edge as well
    _require_known(names)
    return Layout(
        delimiter=delimiter,
        columns=tuple(None if name.startswith("_") else name for name in names),
        rows_at=start + len(line) + len(newline),
        first_line=rows_before + 2,
    )


def require_text(head: bytes) -> None:
    """Refuse what begins like another format.

    Raises:
        NotText
    """
    for magic, what in _OTHER_FORMATS.items():
        if head.startswith(magic):
            raise NotText(f"This is {what}. Send a CSV file; spreadsheets can save one as 'CSV UTF-8'.")


def _first_line(head: bytes) -> tuple[int, str]:
    """Where the line with the names begins, and the delimiter that a line before it tells (empty for none)."""
    start, told = 0, ""
    blank = re.compile(rb"[ \t\r\n]*\n")
    while True:
        if head.startswith(BYTE_ORDER_MARK, start):  # programs that join or rewrite files leave several
            start += len(BYTE_ORDER_MARK)
        elif found := blank.match(head, start):
            start = found.end()
        elif found := _SEP.match(head, start):
            start, told = found.end(), found["delimiter"].decode("latin-1")
        else:
            return start, told


def _delimiter_of(text: str, told: str) -> str:
    """The delimiter that yields the most known columns; the one that was `told`, or the one with the most cells, where none does."""

    def score(delimiter: str) -> tuple[int, bool, int]:
        cells = _cells(text, delimiter)
        return sum(_normalised(cell) in BY_NAME for cell in cells), delimiter == told, len(cells)

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
        elif not name:
            errors.append(_error("", "unknown_column", f"Column {names.index(name) + 1} has no name, and one behind it has."))
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
    of_missing = [other for other, meant in _MEANT.items() if meant in missing]
    close = likely_meant(name, of_missing) or likely_meant(name, _MEANT)
    return f" Did you mean {_MEANT[close]!r}?" if close else ""


def _error(column: str, code: str, message: str) -> dict[str, str]:
    return {"pointer": f"/{column[:64]}", "code": code, "message": message}


def _unreadable(code: str, message: str) -> BadHeader:
    return BadHeader(message, errors=[{"pointer": "", "code": code, "message": message}], expected=list(BY_NAME))
