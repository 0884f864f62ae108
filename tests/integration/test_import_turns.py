"""No file delays the files of other users: a file without flights ends early, and long files take turns."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from core.imports import chunks, progress
from core.messaging.messages import Message
from tests.support.imports import HEADER, ImportSteps, counts, csv_of, in_chunks_of, row
from workers.context import Context
from workers.health.progress import Progress
from workers.imports import process
from workers.imports.handler import import_files
from workers.imports.protocol import Ended, Ending, Interrupted, Stored
from workers.imports.run import run_claimed
from workers.sweeps import imports as sweep_of_imports
from workers.sweeps.findings import Findings
from workers.sweeps.imports import ImportStep


def quotes(rows: int) -> bytes:
    return HEADER.encode() + b"\n" + b'"\n' * rows


@pytest.mark.parametrize("line", [b'"\n', b"x\n", b'a,"b"c\n', b",,x,,,,\n"])
def test_a_file_of_nothing_but_faults_ends_early(import_steps: ImportSteps, line: bytes) -> None:
    job = import_steps.send(HEADER.encode() + b"\n" + line * 200_000)
    assert import_steps.work(job) is Ending.REFUSED
    status = import_steps.status(job)
    assert (status["status"], status["failure"]["code"]) == ("FAILED", "nothing_but_faults")
    assert progress.ROWS_BEFORE_REFUSAL <= status["failed"] == status["progress"]["processed"] <= 30_000
    assert status["errors"]
    assert import_steps.rows("SELECT count(*) FROM dead_letters") == [(0,)]


def test_one_good_row_lets_a_file_go_on(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "ROWS_BEFORE_REFUSAL", 10)
    in_chunks_of(10, monkeypatch)
    status = import_steps.take(csv_of([row(1), *('"' for _ in range(50))]))
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 50}


def test_of_failed_rows_so_many_are_kept_and_the_others_counted(
    import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "KEPT_ROWS", 25)
    in_chunks_of(10, monkeypatch)
    status = import_steps.take(csv_of([row(1), *(row(number, price="x") for number in range(2, 60))]))
    assert status["failed"] == 58
    failed = import_steps.admin.get(status["failed_rows_url"]).text
    assert len(failed.splitlines()) == 1 + 25 + 1
    assert failed.splitlines()[-1].endswith("33 more rows failed and are not in this file.")
    again = import_steps.take(failed.encode())
    assert (again["failed"], again["progress"]["total"]) == (25, 25)


@pytest.fixture
def worker(import_steps: ImportSteps) -> Any:
    """The worker's handler and its import process in the test's own process; `sent` are the imports that it sends messages for."""
    sent: list[UUID] = []

    def send(message: Message) -> bool:
        sent.extend(message.ids)
        return True

    def import_next(report: Callable[[Stored], None]) -> Ended | Interrupted:
        return process.import_next(import_steps.db, import_steps.redis, import_steps.storage, import_steps.unknown_places, report)

    context = cast(
        "Context",
        SimpleNamespace(
            db=import_steps.db,
            redis=import_steps.redis,
            storage=import_steps.storage,
            dispatcher=SimpleNamespace(send=send),
            import_processes=SimpleNamespace(import_next=import_next),
            progress=Progress(),
            findings=Findings(),
        ),
    )
    sweep = ImportStep(context).run
    return SimpleNamespace(work=lambda *ids: import_files(context, ids), sweep=sweep, sent=sent)


def owned(import_steps: ImportSteps, job: UUID, user: UUID) -> UUID:
    import_steps.rows(f"UPDATE imports SET user_id = '{user}' WHERE id = '{job}' RETURNING 1")
    return job


def statuses(import_steps: ImportSteps, *jobs: UUID) -> list[str]:
    return [import_steps.status(job)["status"] for job in jobs]


def test_who_has_nothing_at_work_comes_first(import_steps: ImportSteps, open_import_steps: Any, worker: Any) -> None:
    first, second = (import_steps.send(csv_of([row(number)])) for number in (1, 2))
    ((somebody,),) = import_steps.rows(
        "INSERT INTO users (id, username, password_hash, role) VALUES (gen_random_uuid(), 'bo', '-', 'admin') RETURNING id"
    )
    third = owned(import_steps, import_steps.send(csv_of([row(3)])), somebody)
    import_steps.rows(
        f"UPDATE imports SET status = 'IN_PROGRESS', next_at = now() + interval '1 minute' WHERE id = '{first}' RETURNING 1"
    )
    worker.work(second)
    assert statuses(import_steps, second, third) == ["PENDING", "COMPLETED"]
    worker.work(third)
    assert statuses(import_steps, first, second) == ["IN_PROGRESS", "COMPLETED"], "what another worker has is left to it"


def test_of_several_files_in_one_message_the_others_are_sent_on(import_steps: ImportSteps, worker: Any) -> None:
    jobs = [import_steps.send(csv_of([row(number)])) for number in range(1, 4)]
    worker.work(*jobs)
    assert worker.sent == jobs[1:]
    assert statuses(import_steps, *jobs) == ["COMPLETED", "PENDING", "PENDING"]


def test_a_long_file_makes_room_for_a_short_one_and_goes_on(
    import_steps: ImportSteps, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_chunks_of(10, monkeypatch)
    monkeypatch.setattr(process, "SLICE_SECONDS", 0.0)
    long, short = import_steps.send(csv_of(row(number) for number in range(1, 101))), import_steps.send(csv_of([row(200)]))
    worker.work(long)
    assert import_steps.status(long)["progress"]["processed"] == 10
    assert worker.sent == [long]
    worker.work(short)
    assert statuses(import_steps, long, short) == ["IN_PROGRESS", "COMPLETED"]
    worker.work(long)
    assert counts(import_steps.status(long)) == {"created": 100, "updated": 0, "skipped": 0, "failed": 0}
    assert statuses(import_steps, long) == ["COMPLETED"]


def test_chunks_that_are_read_again_are_reported(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(10, monkeypatch)
    monkeypatch.setattr(process, "SLICE_SECONDS", 0.0)
    import_steps.send(csv_of(row(number) for number in range(1, 31)))
    import_steps.send(csv_of([row(200)]))
    rows: list[int] = []

    def import_next() -> None:
        process.import_next(
            import_steps.db,
            import_steps.redis,
            import_steps.storage,
            import_steps.unknown_places,
            lambda stored: rows.append(stored.rows),
        )

    import_next()
    import_next()
    assert rows == [10, 1]
    import_next()
    assert rows[2:] == [0, 10, 10]


def test_an_import_whose_worker_crashed_is_sent_once_and_continued(import_steps: ImportSteps, worker: Any) -> None:
    job = import_steps.send(csv_of([row(1)]))
    with import_steps.db.transaction() as connection:
        assert progress.claim_in_turn(connection) is not None
    worker.sweep()
    worker.work(job)
    assert (worker.sent, statuses(import_steps, job)) == ([], ["IN_PROGRESS"]), "its lease is not over"
    import_steps.rows(f"UPDATE imports SET next_at = now() - interval '1 second' WHERE id = '{job}' RETURNING 1")
    worker.sweep()
    worker.sweep()
    assert worker.sent == [job]
    worker.work(*worker.sent)
    assert statuses(import_steps, job) == ["COMPLETED"]


def test_what_waits_for_long_is_sent_again(import_steps: ImportSteps, worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_of_imports, "AGAIN_SECONDS", 0.0)
    job = import_steps.send(csv_of([row(1)]))
    import_steps.rows(f"UPDATE imports SET next_at = now() - interval '1 second' WHERE id = '{job}' RETURNING 1")
    worker.sweep()
    worker.sweep()
    assert worker.sent == [job, job]


def test_without_turns_the_short_one_waits(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(10, monkeypatch)
    long, short = import_steps.send(csv_of(row(number) for number in range(1, 101))), import_steps.send(csv_of([row(200)]))
    with import_steps.db.transaction() as connection:
        job = progress.claim(connection, long)
    assert job is not None
    assert run_claimed(import_steps.db, import_steps.redis, import_steps.storage, job) is Ending.COMPLETED
    assert statuses(import_steps, long, short) == ["COMPLETED", "PENDING"]
