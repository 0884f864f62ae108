"""What is wrong with the rows of an import, grouped by cause: one fault that 100,000 rows have is one group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

import msgspec

from core.db import RawConnection, fetch
from core.imports.models import NOTE_CODES

EXAMPLES: Final = 5
"""The number of example values of each group."""
MOST_GROUPS: Final = 200
"""The most groups. There are never more groups than columns times codes, which is less than this."""


class FaultExample(msgspec.Struct, frozen=True):
    """One value with this fault: how many rows have it, and the first line of them."""

    value: str
    rows: int
    line: int
    message: str


class FaultGroup(msgspec.Struct, frozen=True):
    """All faults of one code in one column. `values`: how many different values have it. `examples`: the most frequent ones first."""

    code: str
    column: str | None
    rows: int
    values: int
    first_line: int
    examples: list[FaultExample]


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    column: str
    rows: int
    values: int
    first_line: int
    value: str
    value_rows: int
    line: int
    message: str


# Counted by value first: a group is then as small as its different values.
_GROUPS: Final = """
    WITH by_value AS (
        SELECT code, "column", value, count(*)::int AS value_rows, min(line) AS line, min(message) AS message
        FROM import_errors WHERE import_id = %(import_id)s AND code <> ALL(%(notes)s) GROUP BY code, "column", value
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY code, "column" ORDER BY value_rows DESC, line) AS place,
               (sum(value_rows) OVER by_group)::int AS rows, (count(*) OVER by_group)::int AS values,
               min(line) OVER by_group AS first_line
        FROM by_value WINDOW by_group AS (PARTITION BY code, "column")
    )
    SELECT code, "column", rows, values, first_line, value, value_rows, line, message
    FROM ranked WHERE place <= %(examples)s ORDER BY rows DESC, code, "column", place LIMIT %(most)s
"""


def list_groups(connection: RawConnection, import_id: UUID) -> list[FaultGroup]:
    """The groups of an import's faults, the one with the most rows first."""
    wanted = {"import_id": import_id, "examples": EXAMPLES, "most": MOST_GROUPS * EXAMPLES, "notes": list(NOTE_CODES)}
    rows = fetch(connection, _Row, _GROUPS, wanted)
    return [_group(list(group)) for _, group in groupby(rows, key=lambda row: (row.code, row.column))]


def _group(rows: list[_Row]) -> FaultGroup:
    first = rows[0]
    examples = [FaultExample(row.value, row.value_rows, row.line, row.message) for row in rows]
    return FaultGroup(first.code, first.column or None, first.rows, first.values, first.first_line, examples)
