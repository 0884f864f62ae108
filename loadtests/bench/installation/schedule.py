"""A CSV file of flights with any number of rows, from the sample network; without errors, or with typical ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from launcher.sample import schedule as sample

FIRST_DAY = date(2030, 1, 1)
_FIRST_DAYS = 30


def schedule(rows: int) -> bytes:
    """A CSV file of exactly `rows` flights, in the order of their departures."""
    with tempfile.TemporaryDirectory(prefix="skyqueue-bench-") as folder:
        path = Path(folder) / "schedule.csv"
        found = sample.write_csv(path, start=FIRST_DAY, days=_FIRST_DAYS)
        if found < rows:
            sample.write_csv(path, start=FIRST_DAY, days=_FIRST_DAYS * rows // found + 8)
        lines = path.read_bytes().splitlines(keepends=True)
    return b"".join(lines[: rows + 1])


@dataclass(frozen=True, slots=True)
class DirtyFile:
    """A file with bad rows. `corrected`: line -> the cells of the row without the error; None: the row is surplus."""

    data: bytes
    good: int
    corrected: dict[int, list[str] | None]


def make_dirty(clean: bytes, *, every: int = 97) -> DirtyFile:
    """The same flights as a spreadsheet writes them (byte order mark, semicolons, CRLF, some quotes). Every `every`th row has an error, of ten
    kinds in turn.
    """
    header, *lines = clean.decode().splitlines()
    written, corrected, good = [header.replace(",", ";")], dict[int, list[str] | None](), 0
    for number, line in enumerate(lines):
        cells = line.split(",")
        if number % 5 == 0:
            cells[1] = f'"{cells[1]}"'
        if number % every != every - 1:
            written.append(";".join(cells))
            good += 1
            continue
        kind = number // every % len(_ERRORS)
        corrected[len(written) + 1] = line.split(",")
        written.append(_ERRORS[kind](cells))
        if kind == 0:  # the row has no error, and another row with its key is added
            written[-1] = ";".join(cells)
            corrected[len(written) + 1] = None
            del corrected[len(written)]
            written.append(";".join([*cells[:6], "1"]))
            good += 1
    return DirtyFile(b"\xef\xbb\xbf" + "\r\n".join([*written, ""]).encode(), good, corrected)


def _with(index: int, cell: str) -> Callable[[list[str]], str]:
    return lambda cells: ";".join([*cells[:index], cell, *cells[index + 1 :]])


_ERRORS: Final[tuple[Callable[[list[str]], str], ...]] = (
    ";".join,
    _with(3, ""),
    _with(4, ""),
    _with(0, "=A1&B1"),
    _with(3, "25/12/2030 10:00"),
    _with(5, "1e2"),
    _with(6, "1,5"),
    _with(1, '"never closed'),
    _with(2, 'Mum"bai'),
    lambda cells: ";".join([*cells, "more"]),
)
