"""The id of a request is on the log lines of the worker that does its work."""

from __future__ import annotations

import json

import httpx

from core.telemetry import correlation
from tests.support import shared_installation
from tests.support.pipeline import Pipeline
from tests.support.processes import Worker
from tests.support.waiting import until

pipeline, api, client, account = (
    shared_installation.pipeline,
    shared_installation.api,
    shared_installation.client,
    shared_installation.account,
)
LOCKED = "a flight is locked, so the sweep will reserve"


def ids_of(worker: Worker, event: str) -> set[str]:
    """The correlation ids of all lines of this event."""
    found: set[str] = set()
    for line in worker.log.read_text().splitlines() if worker.log.exists() else ():
        fields = json.loads(line) if line.startswith("{") else {}
        if fields.get("event") == event:
            found |= {fields["correlation_id"]} if "correlation_id" in fields else set(fields.get("correlation_ids", []))
    return found


def test_a_worker_logs_the_ids_of_the_requests_that_a_batch_is_for(pipeline: Pipeline, client: httpx.Client) -> None:
    flight = pipeline.flight(10)
    names = {"first-request", "second-request"}
    for name in names:
        body = {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}
        client.post("/api/v1/booking", json=body, headers={"X-Request-Id": name}).raise_for_status()
    with pipeline.db.transaction() as connection:
        connection.execute("SELECT FROM flights WHERE id = %s FOR UPDATE", (flight,))
        worker = pipeline.worker()
        until(lambda: ids_of(worker, LOCKED) == names)


def test_ids_are_merged_once_each_and_never_without_end() -> None:
    assert correlation.merged(["a", "b", "a", "", "two words", None, 7]) == ("a", "b")
    assert len(correlation.merged(f"id-{n}" for n in range(1000))) == correlation.MAX_IDS


def test_work_has_no_correlation_ids_after_its_end() -> None:
    with correlation.resumed(["a"]):
        assert correlation.current() == ("a",)
    assert correlation.current() == ()
