"""`kill -9` of a worker inside a chunk of a file. No row is lost, and none is done twice."""

from __future__ import annotations

from typing import Any

from core.users.models import Role
from tests.support.imports import counts, csv_of, faults, row
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

ROWS = 70_000
"""Three chunks."""


def wind_leases(pipeline: Pipeline) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE imports SET next_at = now() WHERE next_at IS NOT NULL")


def test_an_import_survives_workers_that_are_killed(pipeline: Pipeline) -> None:
    early, late = row(5, price="7"), row(6, total_seats="none")
    data = csv_of([*(row(number) for number in range(1, ROWS + 1)), early, late])
    with pipeline.api().client(pipeline.account(Role.ADMIN).headers) as admin:
        job = admin.post("/admin/flights/bulk-upload", files={"file": ("flights.csv", data)}).json()["job_id"]

        def status() -> dict[str, Any]:
            answer: dict[str, Any] = admin.get(f"/admin/flights/bulk-upload/status/{job}").json()
            return answer

        worker = pipeline.worker(FAILPOINTS="mid_chunk:crash")
        until(lambda: not worker.is_running, seconds=60)
        assert (status()["status"], status()["progress"]["processed"]) == ("IN_PROGRESS", 0), "the chunk is undone"
        for chance in ("0.5", "0.5", "0"):
            if status()["status"] == "IN_PROGRESS":
                wind_leases(pipeline)
                worker.start(FAILPOINTS=f"mid_chunk:crash:{chance}")
                until(lambda: status()["status"] == "COMPLETED" or not worker.is_running, seconds=60)
        done = status()
    assert counts(done) == {"created": ROWS, "updated": 0, "skipped": 0, "failed": 2}
    assert faults(done) == [(ROWS + 2, "flight_number", "duplicate_in_file"), (ROWS + 3, "total_seats", "not_a_number")]
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT flight_number), max(version) FROM flights").fetchone() == (
            ROWS,
            ROWS,
            1,
        )
