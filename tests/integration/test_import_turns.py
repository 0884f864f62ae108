"""No file keeps the files of others waiting: what is no file of flights ends early, and long files take turns."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from core.imports import chunks, progress
from core.messaging.messages import Message
from tests.support.imports import HEADER, Office, counts, csv_of, in_chunks_of, row
from workers import imports
from workers.context import Context
from workers.import_run import Ending, run_claimed
from workers.sweeps import imports as sweep_of_imports
from workers.sweeps.findings import Findings
from workers.sweeps.imports import ImportStep


def quotes(rows: int) -> bytes:
    return HEADER.encode() + b"\n" + b'"\n' * rows


@pytest.mark.parametrize("line", [b'"\n', b"x\n", b'a,"b"c\n', b",,x,,,,\n"])
def test_a_file_of_nothing_but_faults_ends_early(office: Office, line: bytes) -> None:
    job = office.send(HEADER.encode() + b"\n" + line * 200_000)
    assert office.work(job) is Ending.REFUSED
    status = office.status(job)
    assert (status["status"], status["failure"]["code"]) == ("FAILED", "nothing_but_faults")
    assert progress.HOPELESS_ROWS <= status["failed"] == status["progress"]["processed"] <= 30_000
    assert status["errors"]
    assert office.rows("SELECT count(*) FROM dead_letters") == [(0,)]


def test_one_good_row_lets_a_file_go_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "HOPELESS_ROWS", 10)
    in_chunks_of(10, monkeypatch)
    status = office.take(csv_of([row(1), *('"' for _ in range(50))]))
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 50}


def test_of_failed_rows_so_many_are_kept_and_the_others_counted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "KEPT_ROWS", 25)
    in_chunks_of(10, monkeypatch)
    status = office.take(csv_of([row(1), *(row(number, price="x") for number in range(2, 60))]))
    assert status["failed"] == 58
    failed = office.admin.get(status["failed_rows_url"]).text
    assert len(failed.splitlines()) == 1 + 25 + 1
    assert failed.splitlines()[-1].endswith("33 more rows failed and are not in this file.")
    again = office.take(failed.encode())
    assert (again["failed"], again["progress"]["total"]) == (25, 25)


@pytest.fixture
def desk(office: Office) -> Any:
    """The worker's handler in the test's own process; `sent` are the imports that it sends messages for."""
    sent: list[UUID] = []

    def send(message: Message) -> bool:
        sent.extend(message.ids)
        return True

    settings = SimpleNamespace(flights=SimpleNamespace(unknown_places=office.unknown_places))
    context = cast(
        "Context",
        SimpleNamespace(
            db=office.db,
            redis=office.redis,
            storage=office.storage,
            dispatcher=SimpleNamespace(send=send),
            settings=settings,
            findings=Findings(),
        ),
    )
    sweep = ImportStep(context).run
    return SimpleNamespace(work=lambda *ids: imports.import_files(context, ids), sweep=sweep, sent=sent)


def owned(office: Office, job: UUID, user: UUID) -> UUID:
    office.rows(f"UPDATE imports SET user_id = '{user}' WHERE id = '{job}' RETURNING 1")
    return job


def statuses(office: Office, *jobs: UUID) -> list[str]:
    return [office.status(job)["status"] for job in jobs]


def test_who_has_nothing_at_work_comes_first(office: Office, open_office: Any, desk: Any) -> None:
    first, second = (office.send(csv_of([row(number)])) for number in (1, 2))
    ((somebody,),) = office.rows(
        "INSERT INTO users (id, username, password_hash, role) VALUES (gen_random_uuid(), 'bo', '-', 'admin') RETURNING id"
    )
    third = owned(office, office.send(csv_of([row(3)])), somebody)
    office.rows(
        f"UPDATE imports SET status = 'IN_PROGRESS', next_at = now() + interval '1 minute' WHERE id = '{first}' RETURNING 1"
    )
    desk.work(second)
    assert statuses(office, second, third) == ["PENDING", "COMPLETED"]
    desk.work(third)
    assert statuses(office, first, second) == ["IN_PROGRESS", "COMPLETED"], "what another worker has is left to it"


def test_of_several_files_in_one_message_the_others_are_sent_on(office: Office, desk: Any) -> None:
    jobs = [office.send(csv_of([row(number)])) for number in range(1, 4)]
    desk.work(*jobs)
    assert desk.sent == jobs[1:]
    assert statuses(office, *jobs) == ["COMPLETED", "PENDING", "PENDING"]


def test_a_long_file_makes_room_for_a_short_one_and_goes_on(office: Office, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(10, monkeypatch)
    monkeypatch.setattr(imports, "SLICE_SECONDS", 0.0)
    long, short = office.send(csv_of(row(number) for number in range(1, 101))), office.send(csv_of([row(200)]))
    desk.work(long)
    assert office.status(long)["progress"]["processed"] == 10
    assert desk.sent == [long]
    desk.work(short)
    assert statuses(office, long, short) == ["IN_PROGRESS", "COMPLETED"]
    desk.work(long)
    assert counts(office.status(long)) == {"created": 100, "updated": 0, "skipped": 0, "failed": 0}
    assert statuses(office, long) == ["COMPLETED"]


def test_an_import_whose_worker_died_is_sent_once_and_taken_up(office: Office, desk: Any) -> None:
    job = office.send(csv_of([row(1)]))
    with office.db.transaction() as connection:
        assert progress.claim_in_turn(connection) is not None
    desk.sweep()
    desk.work(job)
    assert (desk.sent, statuses(office, job)) == ([], ["IN_PROGRESS"]), "its lease is not over"
    office.rows(f"UPDATE imports SET next_at = now() - interval '1 second' WHERE id = '{job}' RETURNING 1")
    desk.sweep()
    desk.sweep()
    assert desk.sent == [job]
    desk.work(*desk.sent)
    assert statuses(office, job) == ["COMPLETED"]


def test_what_waits_for_long_is_sent_again(office: Office, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_of_imports, "AGAIN_SECONDS", 0.0)
    job = office.send(csv_of([row(1)]))
    office.rows(f"UPDATE imports SET next_at = now() - interval '1 second' WHERE id = '{job}' RETURNING 1")
    desk.sweep()
    desk.sweep()
    assert desk.sent == [job, job]


def test_without_turns_the_short_one_waits(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(10, monkeypatch)
    long, short = office.send(csv_of(row(number) for number in range(1, 101))), office.send(csv_of([row(200)]))
    with office.db.transaction() as connection:
        job = progress.claim(connection, long)
    assert job is not None
    assert run_claimed(office.db, office.redis, office.storage, job) is Ending.COMPLETED
    assert statuses(office, long, short) == ["COMPLETED", "PENDING"]
