"""The time of an import grows with the number of its rows, not with rows times flights, whatever Postgres knows about its tables."""

from __future__ import annotations

from typing import Any, Final

import pytest
from psycopg.sql import SQL

from core.flights import staging
from core.imports import changes
from core.imports.models import ChangeEffect
from tests.support.imports import ImportSteps, counts, csv_of, row
from workers.imports.run import _Run

ROWS: Final = 2_000
MOST_READS: Final = 30
"""Rows that Postgres may read for each row of the file, in the two tables together. It reads 4 to 16; comparing each row with each other one
reads 2,000.
"""
PAIRS: Final = """
    SELECT s.line, f.id FROM import_stage s
    JOIN flights f ON f.flight_number_key = s.flight_number_key AND f.departure_ts = s.departure_ts
"""
OF_CHOSEN_ROWS: Final = {
    "read": staging._READ_CHOSEN,
    "lock": staging._LOCK_CHOSEN,
    "update": staging._UPDATE,
    "record": SQL(changes._RECORD),
}
READ: Final = """
    SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int FROM pg_stat_xact_user_tables WHERE relname IN ('flights', 'import_stage')
"""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows that Postgres has read for each chunk, in the order of the chunks."""
    found: list[int] = []
    store = _Run._store_in

    def counted(run: _Run, connection: Any, *chunk: Any) -> Any:
        applied = store(run, connection, *chunk)
        found.append(connection.execute(READ).fetchone()[0])
        return applied

    monkeypatch.setattr(_Run, "_store_in", counted)
    return found


def season(**changes: Any) -> bytes:
    return csv_of(row(number, **changes) for number in range(1, ROWS + 1))


def moved_season() -> bytes:
    """Each flight departs a minute later."""
    return season().replace(b":00:00Z", b":01:00Z")


OF_EVERY_ROW: Final = {
    "the same again": (season(), {}, "skipped"),
    "other prices": (season(price="8000.00"), {}, "updated"),
    "a dry run of other prices": (season(price="8000.00"), {"dry_run": True}, "updated"),
    "another capacity": (season(total_seats=180), {}, "updated"),
    "another place": (season(destination="Pune"), {}, "updated"),
    "other departures": (moved_season(), {"match": "day"}, "updated"),
    "a dry run of other departures": (moved_season(), {"match": "day", "dry_run": True}, "updated"),
    "second flights on the same day": (moved_season(), {"match": "time"}, "created"),
    "other flights": (season().replace(b"AI-", b"UK-"), {}, "created"),
    "flights that exist, with mode=create": (season(), {"mode": "create"}, "failed"),
}


@pytest.mark.parametrize("kind", OF_EVERY_ROW)
def test_a_file_after_another_reads_few_rows_for_each_of_its_own(import_steps: ImportSteps, reads: list[int], kind: str) -> None:
    """Postgres has no statistics of the flights yet, because the first file was imported a moment ago."""
    data, parameters, outcome = OF_EVERY_ROW[kind]
    import_steps.take(season())
    reads.clear()
    assert counts(import_steps.take(data, **parameters))[outcome] == ROWS
    assert 0 < sum(reads) <= MOST_READS * ROWS


def test_staged_rows_are_looked_up_by_their_line(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    """These statements get lines and flights in arrays, which the counts of rows that were read do not include."""
    plans: dict[str, str] = {}
    store = _Run._store_in

    def explained(run: _Run, connection: Any, *chunk: Any) -> Any:
        applied = store(run, connection, *chunk)
        pairs = connection.execute(PAIRS).fetchall()
        if pairs:
            parameters = {"lines": [line for line, _ in pairs], "flights": [flight for _, flight in pairs]}
            more = {"import_id": run._job.id, "effect": ChangeEffect.CHANGED}
            for name, statement in OF_CHOSEN_ROWS.items():
                lines = connection.execute(SQL("EXPLAIN {}").format(statement), {**parameters, **more}).fetchall()
                plans[name] = "\n".join(line for (line,) in lines)
        return applied

    monkeypatch.setattr(_Run, "_store_in", explained)
    import_steps.take(season())
    import_steps.take(season(price="8000.00"))
    assert plans.keys() == OF_CHOSEN_ROWS.keys()
    for name, plan in plans.items():
        assert "Index Cond: (line = p.line)" in plan, f"{name}: {plan}"
