"""A season of flights as a file: the sample network, day by day, for as many rows as are wanted."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from core.flights import sample

FIRST_DAY = date(2030, 1, 1)
_DAYS_AT_FIRST = 30


def schedule(rows: int) -> bytes:
    """A CSV file of exactly `rows` flights, in the order of their departures."""
    with tempfile.TemporaryDirectory(prefix="skyqueue-bench-") as folder:
        path = Path(folder) / "schedule.csv"
        found = sample.write_csv(path, start=FIRST_DAY, days=_DAYS_AT_FIRST)
        if found < rows:
            sample.write_csv(path, start=FIRST_DAY, days=_DAYS_AT_FIRST * rows // found + 8)
        lines = path.read_bytes().splitlines(keepends=True)
    return b"".join(lines[: rows + 1])
