"""Read the header of a file: check that the file is text, and find its delimiter, its columns and the beginning of its rows."""

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
"""The header must end within so many bytes."""
LISTED: Final = 20
"""How many unknown columns an error lists, each with a suggestion. A file with more is probably not a list of flights, and
comparing takes time.
"""
DELIMITERS: Final = (",", ";", "\t", "|")
END_MARK: Final = b"\x1a"
"""U+001A (end of file): some programs write one or several of them at the end of a file."""
OTHER_NAMES: Final = {
    "flight_number": ("flight", "flight_no", "flightno", "flt", "number", "flight_id"),
    "source": ("from", "origin", "departure_airport", "dep", "departure_place"),
    "destination": ("to", "dest", "arrival_airport", "arr", "arrival_place"),
    "departure_ts": ("departure", "departs", "departure_time", "std", "etd", "depart"),
    "arrival_ts": ("arrival", "arrives", "arrival_time", "sta", "eta", "arrive"),
    "total_seats": ("seats", "capacity", "seat_count"),
    "price": ("fare", "amount", "cost"),
    "currency": ("ccy", "currency_code", "cur"),
    "cabin": ("layout", "cabin_layout", "seat_map"),
}
"""Names that other programs use for these columns. They are suggested in the error, and not accepted, because the guess may be
wrong.
"""
_MEANT: Final = {other: name for name, others in OTHER_NAMES.items() for other in (name, *others)}

_SEP: Final = re.compile(rb'"?sep=(?P<delimiter>[^\r\n])"?[,;|\t ]*\r*\n', re.IGNORECASE)
"""The line `sep=;`, by which Excel recognises the delimiter."""

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
    """The file has another format, such as a workbook or an archive. It is refused, never unpacked."""

    code = "not_csv"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


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
    line, newline, _ = head[start:].partition(b"\n")
    written = line.rstrip(b"\r" if newline else b"\r" + END_MARK)
    if not written.strip():
        raise _unreadable("empty_file", "The file is empty. Its first line must name the columns.")
    if b"\0" in line:
        raise _unreadable("not_utf8", "The first line contains NUL characters. Save the file as UTF-8.")
    if not newline and len(head) >= HEAD_BYTES:
        raise _unreadable(
            "line_too_long", f"The first line is longer than {HEAD_BYTES // 1024} KB. It must name the columns of the file."
        )
    if b"\r" in written:
        raise _unreadable(
            "bare_carriage_return", "Lines must end with LF or CRLF, but this file uses CR alone. Save it again as 'CSV UTF-8'."
        )
    try:
        text = written.decode()
    except UnicodeDecodeError as error:
        advice = "Save the file as 'CSV UTF-8', or name its encoding, as in ?encoding=windows-1252."
        raise _unreadable("not_utf8", f"The first line is not UTF-8. {advice}") from error
    delimiter = _delimiter_of(text, declared)
    names = [_normalised(name) for name in _cells(text, delimiter)]
    while names and not names[-1]:
        names.pop()  # spreadsheet programs also write empty columns after the last one
    _require_known(names)
    return Layout(
        delimiter=delimiter,
        columns=tuple(None if name.startswith("_") else name for name in names),
        rows_at=start + len(line) + len(newline),
        first_line=rows_before + 2,
    )


def require_text(head: bytes) -> None:
    """Refuse a file that begins like another format.

    Raises:
        NotText
    """
    for magic, what in _OTHER_FORMATS.items():
        if head.startswith(magic):
            raise NotText(f"This is {what}. Send a CSV file; spreadsheets can save one as 'CSV UTF-8'.")


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
    """The cells of one line. If the CSV reader refuses the line because a cell is too long, the whole line is one cell."""
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
            errors.append(_error("", "unknown_column", f"Column {names.index(name) + 1} has no name. Name it, or remove it."))
        elif name not in BY_NAME:
            errors.append(_error(name, "unknown_column", f"There is no column {name!r}.{_suggestion(name, missing)}"))
        elif times > 1:
            errors.append(_error(name, "duplicate_column", f"The column {name!r} appears {times} times."))
    errors += [_error(name, "missing_column", f"The column {name!r} is missing.") for name in missing]
    if unlisted:
        errors.append(_error("", "unknown_column", f"There are {unlisted} more unknown columns."))
    if errors:
        raise BadHeader(" ".join(error["message"] for error in errors), errors=errors, expected=list(BY_NAME))


def _suggestion(name: str, missing: Sequence[str]) -> str:
    # An unknown column most likely stands for one of the missing columns.
    of_missing = [other for other, meant in _MEANT.items() if meant in missing]
    close = likely_meant(name, of_missing) or likely_meant(name, _MEANT)
    return f" Did you mean {_MEANT[close]!r}?" if close else ""


def _error(column: str, code: str, message: str) -> dict[str, str]:
    return {"pointer": f"/{column[:64]}", "code": code, "message": message}


def _unreadable(code: str, message: str) -> BadHeader:
    return BadHeader(message, errors=[{"pointer": "", "code": code, "message": message}], expected=list(BY_NAME))
