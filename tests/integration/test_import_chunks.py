"""One import in many transactions: with workers that crash or process it at the same time, during sales, and with rows that the database
refuses.
"""

from __future__ import annotations

import threading
from typing import Any, BinaryIO

import pytest
import redis as redis_py
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.imports import apply, progress
from core.imports.apply import Rows
from core.imports.csv.reader import read_chunk
from core.imports.csv.seen import SeenKeys
from core.imports.storage.folder import FolderStorage
from core.imports.validation import validate
from core.places.route import UnknownPlaces
from tests.support.flights import sell
from tests.support.imports import ImportSteps, counts, csv_of, faults, in_chunks_of, row
from tests.support.waiting import until
from workers.imports import run as running
from workers.imports.protocol import Ending


def test_many_chunks_are_one_import(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(7, monkeypatch)
    status = import_steps.take(csv_of([*(row(number) for number in range(1, 41)), row(3), row(41, price="x")]))
    assert counts(status) == {"created": 40, "updated": 0, "skipped": 0, "failed": 2}
    assert faults(status) == [(42, "flight_number", "duplicate_in_file"), (43, "price", "not_a_number")]


def test_a_chunk_of_old_flights_behind_one_of_new_is_updated(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a chunk of nothing but new flights the next is copied straight in, and taken back when one of its flights exists."""
    in_chunks_of(5, monkeypatch)
    import_steps.take(csv_of([row(8), row(13)]))
    sold_out, other = (flight for (flight,) in import_steps.rows("SELECT id FROM flights ORDER BY departure_ts"))
    sell(import_steps.db, sold_out, sold=150)
    sell(import_steps.db, other, held=3)
    status = import_steps.take(
        csv_of([*(row(number) for number in range(1, 13)), row(13, total_seats="2"), *map(row, range(14, 31))])
    )
    assert counts(status) == {"created": 28, "updated": 0, "skipped": 1, "failed": 1}
    assert faults(status) == [(14, "total_seats", "capacity_below_sold")]
    assert import_steps.rows("SELECT count(*), count(DISTINCT id), sum(seats_sold), sum(seats_held) FROM flights") == [
        (30, 30, 150, 3)
    ]


def test_a_refused_row_stands_alone_in_a_chunk_that_is_copied_straight_in(
    import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_chunks_of(6, monkeypatch)
    with import_steps.db.transaction() as connection:
        connection.execute("ALTER TABLE flights ADD CONSTRAINT no_thirteen CHECK (flight_number <> 'AI-13')")
    status = import_steps.take(csv_of(row(number) for number in range(1, 31)))
    assert (counts(status)["created"], faults(status)) == (29, [(14, None, "refused")])


def test_the_next_worker_has_the_keys_of_the_earlier_rows(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker dies inside its third chunk. The next one neither repeats the first two nor forgets their keys."""
    in_chunks_of(5, monkeypatch)
    job = import_steps.send(csv_of([*(row(number) for number in range(1, 21)), row(2), row(30, source="Pune")]))
    reached: list[str] = []

    class Killed(BaseException):
        pass

    def die(_: str) -> None:
        reached.append("chunk")
        if len(reached) == 3:
            raise Killed

    monkeypatch.setattr("core.failpoints.reach", die)
    with pytest.raises(Killed):
        import_steps.work(job)
    halfway = import_steps.status(job)
    assert (halfway["status"], counts(halfway)["created"]) == ("IN_PROGRESS", 10)
    assert 0 < halfway["progress"]["percent"] < 100

    monkeypatch.setattr("core.failpoints.reach", lambda _: None)
    assert import_steps.work(job) is Ending.COMPLETED
    done = import_steps.status(job)
    assert counts(done) == {"created": 21, "updated": 0, "skipped": 0, "failed": 1}
    assert faults(done) == [(22, "flight_number", "duplicate_in_file")]
    assert import_steps.work(job) is Ending.TAKEN_OVER


def test_two_workers_on_one_file_do_no_row_twice(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(5, monkeypatch)
    job = import_steps.send(csv_of(row(number) for number in range(1, 101)))
    endings: list[Ending] = []
    workers = [threading.Thread(target=lambda: endings.append(import_steps.work(job))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if Ending.COMPLETED not in endings:  # all three may have lost a race and left it to the sweep
        endings.append(import_steps.work(job))
    assert endings.count(Ending.COMPLETED) == 1
    assert counts(import_steps.status(job)) == {"created": 100, "updated": 0, "skipped": 0, "failed": 0}


@pytest.mark.parametrize("guarded", [True, False])
def test_a_worker_that_was_overtaken_stores_nothing(
    import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """It has read its chunk when another works the whole file. Without the compare-and-set on the cursor it counts every row again."""
    job_id = import_steps.send(csv_of(row(number) for number in range(1, 11)))
    with import_steps.db.transaction() as connection:
        slow = progress.claim(connection, job_id)
    assert slow is not None
    with import_steps.storage.open(slow.storage_key) as file:
        overtaken = running._Run(import_steps.db, import_steps.redis, file, slow, unknown_places=UnknownPlaces.REFUSE)
        chunk = read_chunk(file, overtaken._layout, slow.cursor)
    rows = Rows(validate(chunk, SeenKeys()))
    import_steps.work(job_id)

    if not guarded:
        monkeypatch.setattr(progress, "move_cursor", lambda *_: True)
    stored = overtaken._store(chunk, rows)
    assert (stored is None) == guarded
    assert import_steps.status(job_id)["progress"]["processed"] == (10 if guarded else 20)


def test_seats_that_are_sold_this_moment_are_waited_for(import_steps: ImportSteps) -> None:
    """A worker sells seats and has not committed; the import must not take the capacity from under them."""
    import_steps.take(csv_of([row(1, total_seats="10")]))
    job = import_steps.send(csv_of([row(1, total_seats="5")]))
    importing = threading.Thread(target=import_steps.work, args=(job,))
    with import_steps.db.transaction() as selling:
        selling.execute("UPDATE flights SET seats_sold = 9")
        importing.start()
        until(lambda: import_steps.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") == [(1,)])
    importing.join()
    assert faults(import_steps.status(job)) == [(2, "total_seats", "capacity_below_sold")]
    assert import_steps.rows("SELECT total_seats, seats_sold FROM flights") == [(10, 9)]


def test_a_flight_that_appears_meanwhile_is_updated(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question which flights are new and their INSERT, somebody else creates one of them."""
    import_steps.take(csv_of([row(9)]))
    insert = apply._Upsert._insert_all

    def overtaken(upsert: Any) -> Any:
        with import_steps.db.transaction() as connection:
            connection.execute(
                "INSERT INTO flights (id, flight_number, flight_number_key, source, destination, departure_ts, arrival_ts, departure_date,"
                " total_seats, price, currency) SELECT gen_random_uuid(), 'AI-2', 'AI2', 'X1', 'X2', departure_ts - interval '7 h', arrival_ts, departure_date, 5, 5,"
                " 'INR' FROM flights WHERE flight_number = 'AI-9'"
            )
        return insert(upsert)

    monkeypatch.setattr(apply._Upsert, "_insert_all", overtaken)
    status = import_steps.take(csv_of([row(1), row(2)]))
    assert counts(status) == {"created": 1, "updated": 1, "skipped": 0, "failed": 0}
    assert import_steps.rows("SELECT source, total_seats FROM flights WHERE flight_number = 'AI-2'") == [("Delhi", 150)]


def test_a_row_that_the_database_refuses_stands_alone(import_steps: ImportSteps) -> None:
    with import_steps.db.transaction() as connection:
        connection.execute("ALTER TABLE flights ADD CONSTRAINT no_thirteen CHECK (flight_number <> 'AI-13')")
    status = import_steps.take(csv_of(row(number) for number in range(1, 31)))
    assert counts(status) == {"created": 29, "updated": 0, "skipped": 0, "failed": 1}
    assert faults(status) == [(14, None, "refused")]


def test_an_import_that_never_gets_on_is_given_up(import_steps: ImportSteps) -> None:
    job = import_steps.send(csv_of([row(1)]))
    with import_steps.db.transaction() as connection:
        connection.execute("UPDATE imports SET attempts = %s", (running.LAST_ATTEMPT,))
    assert import_steps.work(job) is Ending.FAILED
    assert (import_steps.status(job)["status"], import_steps.status(job)["failure"]["code"]) == ("FAILED", "internal")

    gone = import_steps.send(csv_of([row(2)]))
    for file in import_steps.folder.iterdir():
        file.unlink()
    assert import_steps.work(gone) is Ending.FAILED
    assert import_steps.status(gone)["failure"]["code"] == "file_missing"


class Away(FolderStorage):
    """A bucket that cannot be reached."""

    def open(self, key: str) -> BinaryIO:
        raise OSError(f"{key}: connection refused")

    def delete(self, key: str) -> None:
        raise OSError(f"{key}: connection refused")


def test_an_import_waits_for_a_storage_that_is_away(import_steps: ImportSteps) -> None:
    """However often it is tried: that is no fault of the file."""
    job = import_steps.send(csv_of([row(1)]))
    for _ in range(running.LAST_ATTEMPT + 2):
        with pytest.raises(OSError, match="refused"):
            running.run_import(import_steps.db, import_steps.redis, Away(import_steps.folder), job)
    assert import_steps.status(job)["status"] == "IN_PROGRESS"
    assert import_steps.work(job) is Ending.COMPLETED
    assert counts(import_steps.status(job))["created"] == 1


def test_an_import_whose_storage_stays_away_is_given_up(import_steps: ImportSteps) -> None:
    job = import_steps.send(csv_of([row(1)]))
    with import_steps.db.transaction() as connection:
        connection.execute("UPDATE imports SET created_at = now() - interval '25 hours'")
    assert running.run_import(import_steps.db, import_steps.redis, Away(import_steps.folder), job) is Ending.FAILED
    assert (import_steps.status(job)["status"], import_steps.status(job)["failure"]["code"]) == ("FAILED", "file_unreadable")


@pytest.mark.parametrize(("found", "code"), [(b"\x00\x00\x00\n", "bad_header"), (b"PK\x03\x04", "not_csv")])
def test_an_import_whose_file_was_damaged_fails(import_steps: ImportSteps, found: bytes, code: str) -> None:
    job = import_steps.send(csv_of([row(1)]))
    (file,) = import_steps.folder.iterdir()
    file.write_bytes(found)
    assert import_steps.work(job) is Ending.FAILED
    assert (import_steps.status(job)["status"], import_steps.status(job)["failure"]["code"]) == ("FAILED", code)


def test_an_import_works_while_redis_is_away(import_steps: ImportSteps) -> None:
    job = import_steps.send(csv_of([row(1)]))
    with redis_py.Redis(port=1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0)) as nowhere:
        assert running.run_import(import_steps.db, nowhere, import_steps.storage, job) is Ending.COMPLETED
    assert counts(import_steps.status(job))["created"] == 1
