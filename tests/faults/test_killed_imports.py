"""`kill -9` of an import process, or of its worker, inside a chunk of an import and after the last one. No row is lost or applied twice, search
caches are invalidated, and bookings go on.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import psutil

from core import keys
from core.users.models import Role
from loadtests.bench.installation.schedule import make_dirty
from tests.support.imports import counts, csv_of, row
from tests.support.pipeline import Pipeline
from tests.support.processes import Worker
from tests.support.waiting import until
from workers.imports.process import NICENESS

ROWS = 45_000
"""Several chunks."""


def end_leases(pipeline: Pipeline) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE imports SET next_at = now() WHERE next_at IS NOT NULL")


def crashes(worker: Worker) -> int:
    """How often an import process of this worker has ended before its import; at most 1 for each start of the worker within a minute."""
    return worker.log.read_text(errors="replace").count("an import process ended before its import") if worker.log.exists() else 0


def stores_a_chunk(pipeline: Pipeline) -> bool:
    """Whether an import process has an open transaction."""
    with pipeline.db.snapshot() as connection:
        row = connection.execute(
            "SELECT FROM pg_stat_activity WHERE application_name LIKE 'skyqueue-import%%' AND state = 'idle in transaction'"
            " AND datname = current_database()"
        ).fetchone()
    return row is not None


def test_an_import_survives_processes_that_are_killed(pipeline: Pipeline) -> None:
    """A file of several chunks, as people send them, with hundreds of bad rows."""
    dirty = make_dirty(csv_of(row(number) for number in range(1, ROWS + 1)))
    with pipeline.api().client(pipeline.account(Role.ADMIN).headers) as admin:
        job = admin.post("/admin/flights/bulk-upload", files={"file": ("flights.csv", dirty.data)}).json()["job_id"]

        def status() -> dict[str, Any]:
            response: dict[str, Any] = admin.get(f"/admin/flights/bulk-upload/status/{job}").json()
            return response

        def stopped_again(before: int) -> bool:
            return status()["status"] == "COMPLETED" or crashes(worker) > before

        worker = pipeline.worker(FAILPOINTS="mid_chunk:crash")
        until(lambda: crashes(worker) == 1, seconds=60)
        assert (status()["status"], status()["progress"]["processed"]) == ("IN_PROGRESS", 0), "the chunk is undone"
        booking = pipeline.accept_many(1, pipeline.flight(1))
        pipeline.send(*booking)
        pipeline.await_the_end()
        assert (pipeline.endings(booking), worker.is_running) == ({"CONFIRMED": 1}, True), "bookings go on"
        for chance in ("0.5", "0.5", "0"):
            if status()["status"] == "IN_PROGRESS":
                before = crashes(worker)
                end_leases(pipeline)
                worker.start(FAILPOINTS=f"mid_chunk:crash:{chance}")
                until(partial(stopped_again, before), seconds=60)
        done = status()
    assert counts(done) == {"created": dirty.good, "updated": 0, "skipped": 0, "failed": len(dirty.corrected)}
    with pipeline.db.snapshot() as connection:
        assert connection.execute(
            "SELECT count(*), count(DISTINCT flight_number), max(version) FROM flights WHERE seats_sold = 0"
        ).fetchone() == (
            dirty.good,
            dirty.good,
            1,
        )
        lines = [line for (line,) in connection.execute("SELECT DISTINCT line FROM import_errors ORDER BY line")]
    assert lines == sorted(dirty.corrected)


def test_an_import_process_ends_with_its_worker(pipeline: Pipeline) -> None:
    """The worker is killed while its import process stores a chunk. That process ends at once, and the next worker continues."""
    with pipeline.api().client(pipeline.account(Role.ADMIN).headers) as admin:
        worker = pipeline.worker(FAILPOINTS="mid_chunk:sleep=100000")
        data = csv_of(row(number) for number in range(1, 11))
        job = admin.post("/admin/flights/bulk-upload", files={"file": ("flights.csv", data)}).json()["job_id"]
        until(lambda: stores_a_chunk(pipeline), seconds=60)
        (process,) = psutil.Process(worker.pid).children()
        assert process.nice() == NICENESS
        worker.kill()
        until(lambda: not process.is_running() and not stores_a_chunk(pipeline), seconds=8)
        end_leases(pipeline)
        worker.start()
        status = f"/admin/flights/bulk-upload/status/{job}"
        until(lambda: admin.get(status).json()["status"] == "COMPLETED", seconds=60)
        assert counts(admin.get(status).json()) == {"created": 10, "updated": 0, "skipped": 0, "failed": 0}


def test_a_killed_import_process_is_replaced(pipeline: Pipeline) -> None:
    """It is killed while it waits for a file. The next file gets a new process, and is imported at once."""
    with pipeline.api().client(pipeline.account(Role.ADMIN).headers) as admin:
        worker = pipeline.worker()

        def import_one(number: int) -> psutil.Process:
            files = {"file": ("flights.csv", csv_of([row(number)]))}
            job = admin.post("/admin/flights/bulk-upload", files=files).json()["job_id"]
            until(lambda: admin.get(f"/admin/flights/bulk-upload/status/{job}").json()["status"] == "COMPLETED", seconds=60)
            (process,) = psutil.Process(worker.pid).children()
            return process

        first = import_one(1)
        assert import_one(2) == first
        first.kill()
        until(lambda: not psutil.Process(worker.pid).children())
        assert import_one(3) != first
        assert crashes(worker) == 0


def test_the_next_worker_invalidates_the_search_caches_if_the_first_crashes_before(pipeline: Pipeline) -> None:
    """The last row is stored, and the search caches are not invalidated. The old route of the moved flight is read from the changes of the
    import.
    """
    versions = [keys.route_version("DEL", place, date(2030, 1, 1)) for place in ("BOM", "PNQ")]
    with pipeline.api().client(pipeline.account(Role.ADMIN).headers) as admin:

        def send(destination: str) -> str:
            data = csv_of([row(1, destination=destination)])
            return str(admin.post("/admin/flights/bulk-upload", files={"file": ("flights.csv", data)}).json()["job_id"])

        def status(job: str) -> dict[str, Any]:
            response: dict[str, Any] = admin.get(f"/admin/flights/bulk-upload/status/{job}").json()
            return response

        first = send("Mumbai")
        worker = pipeline.worker()
        until(lambda: status(first)["status"] == "COMPLETED", seconds=60)
        worker.kill()
        pipeline.redis.mset(dict.fromkeys(versions, "of an earlier search"))

        second = send("Pune")
        worker.start(FAILPOINTS="before_announcement:crash")
        until(lambda: crashes(worker) == 1, seconds=60)
        halfway = status(second)
        assert (halfway["status"], halfway["updated"], halfway["finished_at"]) == ("IN_PROGRESS", 1, None)
        assert pipeline.redis.exists(*versions) == 2
        refused = admin.post(f"/admin/imports/{second}/cancel").json()
        assert refused["code"] == "import_over", "every row is worked already"

        end_leases(pipeline)
        worker.start()
        until(lambda: status(second)["status"] == "COMPLETED", seconds=60)
        assert pipeline.redis.exists(*versions) == 0
        assert (status(second)["updated"], status(second)["progress"]["total"]) == (1, 1)
