"""The files that clients download: the failed rows of an import, ready to be corrected and sent again, and a template."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice, repeat
from typing import Final
from uuid import UUID

from core.db import Snapshot
from core.imports.csv.columns import COLUMNS
from core.imports.csv.encoding import BYTE_ORDER_MARK
from core.imports.csv.spreadsheet import guarded_again
from core.imports.reports.failed_rows import read_failed_rows

FAULT_COLUMNS: Final = ("_line", "_code", "_error")
"""Added to the columns of the file. The importer ignores columns whose names begin with an underscore."""
_ROWS: Final = 500


def failed_rows(snapshot: Snapshot, import_id: UUID, columns: list[str], *, failed: int) -> Iterator[bytes]:
    """The failed rows in the columns of their file, with line number, codes and messages. `failed`: how many failed, stored or
    not.
    """
    rows = read_failed_rows(snapshot, import_id)
    yield BYTE_ORDER_MARK + _csv([[*columns, *FAULT_COLUMNS]])
    given = 0
    while piece := list(islice(rows, _ROWS)):
        given += len(piece)
        yield _csv(
            [
                *map(guarded_again, chain(columns, repeat("")), row.cells),  # a broken row may have more cells than columns
                str(row.line),
                "; ".join(dict.fromkeys(code for code, _ in row.faults)),
                " ".join(message for _, message in row.faults),
            ]
            for row in piece
        )
    if failed > given:  # this row has no cells of a flight, so an import of the file skips it
        yield _csv([[*("" for _ in columns), "", "not_kept", f"{failed - given} more rows failed and are not in this file."]])


def template() -> bytes:
    """A file with the header and one example flight."""
    return BYTE_ORDER_MARK + _csv([[column.name for column in COLUMNS], [column.example for column in COLUMNS]])


def _csv(rows: Iterator[list[str]] | list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
