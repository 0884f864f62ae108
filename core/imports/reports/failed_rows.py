"""Read the failed rows of an import, for the file in which they are downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

import msgspec

from core.db import Snapshot, fetch
from core.imports.models import NOTE_CODES

PAGE: Final = 2_000
"""How many faults one query reads."""


class FailedRow(msgspec.Struct, frozen=True):
    """`cells`: one for each column of the file. `faults`: code and message of everything that is wrong with the row."""

    line: int
    cells: list[str]
    faults: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Fault:
    """`raw`: the cells of the row, only stored with its first fault."""

    line: int
    code: str
    column: str
    message: str
    raw: list[str] | None

    @property
    def described(self) -> str:
        return f"{self.column}: {self.message}" if self.column else self.message


def read_failed_rows(snapshot: Snapshot, import_id: UUID) -> Iterator[FailedRow]:
    """All failed rows in the order of the file. Each page is read on a connection of its own, so a slow download does not hold
    one.
    """
    after, more = 0, True
    while more:
        with snapshot() as connection:
            faults = fetch(
                connection,
                _Fault,
                """
                SELECT line, code, "column", message, raw FROM import_errors
                WHERE import_id = %s AND line > %s AND code <> ALL(%s) ORDER BY line, "column" LIMIT %s
                """,
                (import_id, after, list(NOTE_CODES), PAGE),
            )
        more = len(faults) == PAGE
        rows = [_failed_row(line, list(group)) for line, group in groupby(faults, key=attrgetter("line"))]
        yield from rows[:-1] if more else rows  # the faults of the last row of a full page may continue on the next page
        after = rows[-2].line if more else 0


def _failed_row(line: int, faults: list[_Fault]) -> FailedRow:
    cells = next((fault.raw for fault in faults if fault.raw is not None), [])
    return FailedRow(line, cells, [(fault.code, fault.described) for fault in faults])
