"""The time of an import grows with the number of its rows, not with rows times flights, whatever Postgres knows about its tables."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from psycopg.sql import SQL

from core.flights import staging
from core.flights.changes import schedule_changes
from core.imports import changes
from core.imports.models import ChangeEffect
from tests.support.imports import ImportSteps, counts, csv_of, in_chunks_of, row
from workers.imports.run import _Run

ROWS: Final = 2_000
MOST_READS: Final = 30
"""Rows that Postgres may read for each row of the file, in the two tables together. It reads 4 to 16; comparing each row with each other one
reads 2,000.
"""
PAIRS: Final = """
    SELECT s.line, f.id, f.departure_ts FROM import_stage s
    JOIN flights f ON f.flight_number_key = s.flight_number_key AND f.departure_ts = s.departure_ts
"""
SELL: Final = """
    WITH traveller AS (
        INSERT INTO users (id, username, password_hash, role) VALUES (gen_random_uuid(), 'asha', '-', 'traveller') RETURNING id
    ), booked AS (
        INSERT INTO bookings (id, user_id, seats, payment_mode, reference, price_total, currency, status)
        SELECT f.id, traveller.id, 1, 'none', upper(substr(md5(f.id::text), 1, 12)), 1, 'INR', 'CONFIRMED' FROM flights f, traveller
        RETURNING id
    )
    INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total, departure_ts, arrival_ts)
    SELECT f.id, 0, f.id, f.id, 1, f.departure_ts, f.arrival_ts FROM booked JOIN flights f ON f.id = booked.id RETURNING 1
"""
"""A booking on each flight, with the id of the flight."""
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


OF_EVERY_ROW: Final[dict[str, tuple[bytes, dict[str, Any], str]]] = {
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


@pytest.mark.parametrize("kind", ["other prices", "other departures"])
def test_flights_that_postgres_takes_for_none_are_found_by_their_index(
    import_steps: ImportSteps, reads: list[int], kind: str
) -> None:
    """The table was empty when its statistics were made."""
    with import_steps.db.transaction() as connection:
        connection.execute("ANALYZE flights")
    data, parameters, _ = OF_EVERY_ROW[kind]
    import_steps.take(season())
    reads.clear()
    import_steps.take(data, **parameters)
    assert 0 < sum(reads) <= MOST_READS * ROWS


def test_a_first_import_does_not_read_its_own_flights(
    import_steps: ImportSteps, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise each chunk would take longer than the one before."""
    in_chunks_of(50, monkeypatch)
    import_steps.take(season())
    assert len(reads) == ROWS / 50
    assert sum(reads) <= 2 * ROWS


def test_no_statement_compares_each_row_with_each_other_one(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    """These statements get lines and flights in arrays, which the counts of rows that were read do not include. They are planned in the
    transaction of the chunk, after it was stored.
    """
    plans: dict[str, str] = {}
    store = _Run._store_in

    def explained(run: _Run, connection: Any, *chunk: Any) -> Any:
        applied = store(run, connection, *chunk)
        rows = connection.execute(PAIRS).fetchall()
        lines, flights, departures = zip(*rows, strict=True)
        chosen = {"lines": list(lines), "flights": list(flights), "import_id": run._job.id, "effect": ChangeEffect.CHANGED}
        moved = (list(flights), *[list(departures)] * 4)
        for name, (statement, parameters) in {
            "read": (staging._READ_CHOSEN, chosen),
            "lock": (staging._LOCK_CHOSEN, chosen),
            "update": (staging._UPDATE, chosen),
            "list changes": (SQL(changes._RECORD), chosen),
            "tell travellers": (SQL(schedule_changes._RECORD), moved),
        }.items():
            found = connection.execute(SQL("EXPLAIN {}").format(statement), parameters).fetchall()
            plans[name] = "\n".join(line for (line,) in found)
        return applied

    import_steps.take(season())
    import_steps.rows(SELL)
    monkeypatch.setattr(_Run, "_store_in", explained)
    import_steps.take(season(price="8000.00"))
    assert len(plans) == 5
    for name, plan in plans.items():
        assert not re.search("Join Filter.*(line|flight_id)", plan), f"{name}: {plan}"
