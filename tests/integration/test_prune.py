"""`skyqueue prune` deletes old rows that nobody needs, and nothing else."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

import pytest

from core.clock import new_id
from launcher import cli, prune
from tests.support.pipeline import Pipeline

OLD: LiteralString = "now() - interval '91 days'"


@pytest.fixture(autouse=True)
def servers(monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline) -> None:
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", pipeline.database_url)
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", pipeline.redis_url)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["prune", *arguments])
    assert ended.value.code == 0
    return capsys.readouterr().out.splitlines()


def execute(pipeline: Pipeline, statement: LiteralString, *values: object) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute(statement, values)


def count(pipeline: Pipeline, table: LiteralString) -> int:
    with pipeline.db.snapshot() as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    return int(found)


def leave(pipeline: Pipeline, flight: UUID) -> None:
    """The flight has left, long ago."""
    execute(
        pipeline,
        "UPDATE flights SET departure_ts = now() - interval '100 days', arrival_ts = now() - interval '99 days' WHERE id = %s",
        flight,
    )


def test_flights_without_bookings_are_deleted_and_others_are_kept(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    booked, unbooked, waited, coming = (pipeline.flight(5) for _ in range(4))
    pipeline.work(*pipeline.accept_many(1, booked))
    execute(
        pipeline,
        "INSERT INTO waitlist (id, flight_id, user_id, party_size, status) VALUES (%s, %s, %s, 1, 'LEFT')",
        new_id(),
        waited,
        pipeline.account().id,
    )
    for flight in (booked, unbooked, waited):
        leave(pipeline, flight)
    assert "1 flights that nobody booked would be removed." in run(capsys, "--dry-run")
    assert count(pipeline, "flights") == 4
    assert "1 flights that nobody booked were removed." in run(capsys)
    with pipeline.db.snapshot() as connection:
        assert {row[0] for row in connection.execute("SELECT id FROM flights")} == {booked, waited, coming}
    assert "0 flights that nobody booked were removed." in run(capsys)


def test_an_import_goes_with_its_faults_unless_it_may_be_replayed(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    ended, replayable, young = new_id(), new_id(), new_id()
    for each, at in ((ended, OLD), (replayable, OLD), (young, "now()")):
        execute(
            pipeline,
            "INSERT INTO imports (id, storage_key, content_hash, total_bytes, columns, status, created_at, finished_at)"
            f" VALUES (%s, %s, %s, 1, '[]', 'FAILED', {at}, {at})",
            each,
            f"{each}.csv",
            each.bytes,
        )
        execute(
            pipeline,
            'INSERT INTO import_errors (import_id, line, "column", value, code, message) VALUES (%s, 2, %s, %s, %s, %s)',
            each,
            "price",
            "x",
            "not_a_price",
            "No price.",
        )
    execute(
        pipeline,
        "INSERT INTO dead_letters (id, queue, kind, subject_id, error) VALUES (%s, 'imports', 'import', %s, 'broke')",
        new_id(),
        replayable,
    )
    assert "1 imports were removed." in run(capsys)
    assert (count(pipeline, "imports"), count(pipeline, "import_errors")) == (2, 2)
    execute(pipeline, f"UPDATE dead_letters SET discarded_at = {OLD}")
    output = run(capsys)
    assert "1 dead letters that were replayed or discarded were removed." in output
    assert "1 imports were removed." in output
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT id FROM imports").fetchall() == [(young,)]


def test_mails_and_load_runs(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    user = pipeline.account().id
    for status, at in (("SENT", OLD), ("WAITING", OLD), ("SENT", "now()")):
        execute(
            pipeline,
            "INSERT INTO mails (id, user_id, kind, version, address, subject, body, status, created_at)"
            f" VALUES (%s, %s, 'confirmed', %s, 'a@example.com', 's', 'b', %s, {at})",
            new_id(),
            user,
            str(new_id()),
            status,
        )
    execute(pipeline, f"INSERT INTO load_runs (id, created_at) VALUES ('old', {OLD}), ('young', now())")
    execute(
        pipeline,
        "INSERT INTO load_run_bookings (booking_id, run_id, allow_duplicate) VALUES (%s, 'old', false), (%s, 'young', false)",
        new_id(),
        new_id(),
    )
    output = run(capsys)
    assert "1 mails were removed." in output
    assert "1 load runs were removed." in output
    assert (count(pipeline, "mails"), count(pipeline, "load_runs"), count(pipeline, "load_run_bookings")) == (2, 1, 1)


def test_more_than_fits_in_one_transaction(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune, "BATCH", 2)
    for flight in [pipeline.flight(5) for _ in range(5)]:
        leave(pipeline, flight)
    assert "5 flights that nobody booked were removed." in run(capsys, "--days", "30")


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "many", "100000", ""])
def test_a_number_of_days_that_is_none(capsys: pytest.CaptureFixture[str], days: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["prune", "--days", days])
    assert ended.value.code == 2
    assert "--days" in capsys.readouterr().err
