"""`kill -9` of a worker inside a chunk of an import, and after the last one. No row is lost or applied twice, and search caches are invalidated."""

from __future__ import annotations

from datetime import date
from typing import Any

from core import keys
from core.users.models import Role
from loadtests.bench.installation.schedule import make_dirty
from tests.support.imports import counts, csv_of, row
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

ROWS = 70_000
"""Several chunks."""


def end_leases(pipeline: Pipeline) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE imports SET next_at = now() WHERE next_at IS NOT NULL")


def test_an_import_survives_workers_that_are_killed(pipeline: Pipeline) -> None:
    """A file of several chunks, as people send them, with hundreds of bad rows."""
    dirty = make_dirty(csv_of(row(number) for number in range(1, ROWS + 1)))
    with pipeline.api().client(pipeline.account(Role.ADMIN).headers) as admin:
        job = admin.post("/admin/flights/bulk-upload", files={"file": ("flights.csv", dirty.data)}).json()["job_id"]

        def status() -> dict[str, Any]:
            response: dict[str, Any] = admin.get(f"/admin/flights/bulk-upload/status/{job}").json()
            return response

        worker = pipeline.worker(FAILPOINTS="mid_chunk:crash")
        until(lambda: not worker.is_running, seconds=60)
        assert (status()["status"], status()["progress"]["processed"]) == ("IN_PROGRESS", 0), "the chunk is undone"
        for chance in ("0.5", "0.5", "0"):
            if status()["status"] == "IN_PROGRESS":
                end_leases(pipeline)
                worker.start(FAILPOINTS=f"mid_chunk:crash:{chance}")
                until(lambda: status()["status"] == "COMPLETED" or not worker.is_running, seconds=60)
        done = status()
    assert counts(done) == {"created": dirty.good, "updated": 0, "skipped": 0, "failed": len(dirty.corrected)}
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT flight_number), max(version) FROM flights").fetchone() == (
            dirty.good,
            dirty.good,
            1,
        )
        lines = [line for (line,) in connection.execute("SELECT DISTINCT line FROM import_errors ORDER BY line")]
    assert lines == sorted(dirty.corrected)


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
        pipeline.redis.delete(*versions)

        second = send("Pune")
        worker.start(FAILPOINTS="before_announcement:crash")
        until(lambda: not worker.is_running, seconds=60)
        halfway = status(second)
        assert (halfway["status"], halfway["updated"], halfway["finished_at"]) == ("IN_PROGRESS", 1, None)
        assert pipeline.redis.exists(*versions) == 0
        refused = admin.post(f"/admin/imports/{second}/cancel").json()
        assert refused["code"] == "import_over", "every row is worked already"

        end_leases(pipeline)
        worker.start()
        until(lambda: status(second)["status"] == "COMPLETED", seconds=60)
        assert pipeline.redis.exists(*versions) == 2
        assert (status(second)["updated"], status(second)["progress"]["total"]) == (1, 1)
