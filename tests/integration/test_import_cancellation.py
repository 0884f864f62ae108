"""An import is cancelled: stored rows are kept, and no further rows are stored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core import keys
from tests.support.imports import ImportSteps, counts, csv_of, in_chunks_of, row
from tests.support.waiting import until
from workers.imports import run as running
from workers.imports.protocol import Ending


def at_the_end_of_a_chunk(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], None]) -> None:
    """Do something when the transaction of the `number`-th chunk is over."""
    publish = running._Run._publish
    stored: list[int] = []

    def publish_and_cancel(run: Any, applied: Any) -> None:
        publish(run, applied)
        stored.append(1)
        if len(stored) == number:
            act()

    monkeypatch.setattr(running._Run, "_publish", publish_and_cancel)


def cancel(import_steps: ImportSteps, job: object) -> Any:
    return import_steps.admin.post(f"/admin/imports/{job}/cancel")


def test_an_import_that_waits_is_cancelled_at_once(import_steps: ImportSteps) -> None:
    job = import_steps.send(csv_of([row(1)]))
    response = cancel(import_steps, job)
    assert (response.status_code, response.json()["status"], response.json()["cancelling"]) == (202, "CANCELLED", False)
    assert cancel(import_steps, job).json() == response.json(), "asking again changes nothing"
    assert list(import_steps.folder.iterdir()) == []
    assert import_steps.work(job) is Ending.TAKEN_OVER
    assert import_steps.rows("SELECT count(*) FROM flights") == [(0,)]
    assert import_steps.rows("SELECT count(*) FROM audit_log WHERE action = 'import.cancelled'") == [(1,)]


def test_a_worker_stops_after_its_chunk_and_what_is_stored_stays(
    import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_chunks_of(5, monkeypatch)
    data = csv_of([*(row(number) for number in range(1, 19)), "", "broken", row(20)])
    job = import_steps.send(data)
    version = keys.route_version("DEL", "BOM", date(2030, 1, 1))
    import_steps.redis.set(version, "of an earlier search")
    cancelled: list[Any] = []
    at_the_end_of_a_chunk(monkeypatch, 2, lambda: cancelled.append(cancel(import_steps, job)))
    assert import_steps.work(job) is Ending.CANCELLED
    assert (cancelled[0].status_code, cancelled[0].json()["status"], cancelled[0].json()["cancelling"]) == (
        202,
        "IN_PROGRESS",
        True,
    )

    status = import_steps.status(job)
    assert (status["status"], status["cancelling"], status["unprocessed"]) == ("CANCELLED", False, 10)
    assert status["progress"]["total"] == 20
    assert counts(status) == {"created": 10, "updated": 0, "skipped": 0, "failed": 0}
    assert import_steps.rows("SELECT count(*) FROM flights") == [(10,)]
    assert not import_steps.redis.exists(version), "the search caches of the stored chunks are invalidated"
    assert list(import_steps.folder.iterdir()) == []
    assert import_steps.rows("SELECT next_at FROM imports") == [(None,)]
    assert cancel(import_steps, job).json()["status"] == "CANCELLED"
    assert counts(import_steps.take(data))["skipped"] == 10, "the same file goes on where it was stopped"


def test_a_cancellation_waits_for_the_chunk_that_is_being_stored(
    import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is inside a transaction when the request comes: both get what they want, in this order."""
    in_chunks_of(5, monkeypatch)
    job = import_steps.send(csv_of(row(number) for number in range(1, 21)))
    canceller = threading.Thread(target=cancel, args=(import_steps, job))

    def ask_inside(_: str) -> None:
        if not canceller.ident:
            canceller.start()
            until(lambda: import_steps.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") == [(1,)])

    monkeypatch.setattr("core.failpoints.reach", ask_inside)
    assert import_steps.work(job) is Ending.CANCELLED
    canceller.join()
    status = import_steps.status(job)
    assert (status["status"], status["created"] % 5, status["created"] + status["unprocessed"]) == ("CANCELLED", 0, 20)
    assert status["created"] < 20


def test_a_cancelled_import_whose_worker_crashed_is_ended_by_the_next(
    import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_chunks_of(5, monkeypatch)
    data = csv_of(row(number) for number in range(1, 21))
    job = import_steps.send(data)

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    at_the_end_of_a_chunk(monkeypatch, 2, die)
    with pytest.raises(Killed):
        import_steps.work(job)
    version = keys.route_version("DEL", "BOM", date(2030, 1, 1))
    import_steps.redis.set(version, "of an earlier search")
    assert cancel(import_steps, job).json()["cancelling"] is True
    assert import_steps.rows("SELECT next_at <= now() FROM imports") == [(True,)], "the sweep sends it at once"
    assert import_steps.send(data) != job, "who sends the file again means it"
    assert import_steps.work(job) is Ending.CANCELLED
    assert (import_steps.status(job)["created"], import_steps.status(job)["unprocessed"]) == (10, 10)
    assert not import_steps.redis.exists(version)


def test_an_import_that_is_over_cannot_be_cancelled(import_steps: ImportSteps) -> None:
    job = import_steps.send(csv_of([row(1)]))
    import_steps.work(job)
    response = cancel(import_steps, job)
    assert (response.status_code, response.json()["code"], response.json()["import_status"]) == (409, "import_over", "COMPLETED")
    assert cancel(import_steps, "019a0000-0000-7000-8000-000000000000").json()["code"] == "import_not_found"
