"""The record of the sweep's passes, and how operators read it; and how much the workers process."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from core.clock import new_id, now
from core.heartbeats import work
from core.heartbeats.work import Amount
from core.sweeps import passes
from core.sweeps.passes import SweepPasses
from tests.support.pipeline import Pipeline
from tests.support.waiting import until
from workers.sweeps import record
from workers.sweeps.sweeper import Sweeper


def sweeper_of(pipeline: Pipeline) -> Sweeper:
    return Sweeper(pipeline.context, threading.Event())


def read(admin: httpx.Client, **wanted: Any) -> dict[str, Any]:
    response = admin.get("/admin/sweep", params=wanted)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_a_pass_records_what_it_found_and_repaired(pipeline: Pipeline, admin: httpx.Client) -> None:
    late = pipeline.accept_many(3, pipeline.flight(5))
    sweeper = sweeper_of(pipeline)
    sweeper.sweep_once()
    pipeline.end_leases()
    sweeper.sweep_once()
    newest = read(admin, limit=1)["data"][0]
    assert (newest["passes"], newest["found"], newest["repaired"]) == (1, {"late_bookings": 3}, {"late_bookings": 3})
    assert (newest["failed"], newest["without_redis"]) == ([], False)
    pipeline.work(*late)
    assert [each["found"] for each in read(admin, only_findings=True)["data"]] == [{"late_bookings": 3}]


def test_passes_that_find_nothing_share_a_row(pipeline: Pipeline, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "QUIET_SECONDS", 0.0)
    sweeper = sweeper_of(pipeline)
    sweeper.sweep_once()  # what an empty Redis is taken for is repaired in the first pass
    before = [each["id"] for each in read(admin)["data"]]
    for _ in range(5):
        sweeper.sweep_once()
    quiet = read(admin)["data"]
    assert len(quiet) <= len(before) + 1
    assert (quiet[0]["passes"] >= 5, quiet[0]["found"], quiet[0]["longest_ms"] > 0) == (True, {}, True)
    assert read(admin)["worker"] is None
    assert read(admin, only_findings=True)["data"] == [each for each in quiet if each["found"] or each["failed"]]


def test_a_step_that_breaks_is_named(pipeline: Pipeline, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("core.payments.refunds.lease_due", broken)
    sweeper_of(pipeline).sweep_once()
    assert read(admin, limit=1)["data"][0]["failed"] == ["refunds"]


def test_the_record_is_bounded(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "KEPT", 3)
    ids = [new_id() for _ in range(6)]
    for each in ids:
        row = SweepPasses(
            id=each,
            host="here",
            pid=1,
            began_at=now(),
            ended_at=now(),
            passes=1,
            longest_ms=1.0,
            found={"late_bookings": 1},
            repaired={},
            failed=[],
            without_redis=False,
        )
        with pipeline.db.transaction() as connection:
            passes.record(connection, row)
    with pipeline.db.snapshot() as connection:
        assert [each.id for each in passes.list_passes(connection, only_findings=False, limit=200)] == sorted(ids, reverse=True)[
            :3
        ]


def test_the_heartbeat_shows_which_worker_runs_the_sweep(pipeline: Pipeline, admin: httpx.Client) -> None:
    worker = pipeline.worker()
    until(lambda: read(admin)["worker"] is not None)
    assert read(admin)["worker"]["pid"] == worker.pid


def queue(admin: httpx.Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in admin.get("/admin/queues").json()["data"] if each["name"] == name)
    return found


def test_rates_are_averages_over_three_spans(pipeline: Pipeline, admin: httpx.Client) -> None:
    idle = {"last_5s": 0, "last_1min": 0, "last_15min": 0}
    assert (queue(admin, "bookings")["messages_per_second"], queue(admin, "bookings")["items_per_second"]) == (idle, idle)
    with pipeline.db.transaction() as connection:
        work.add(connection, {"bookings": Amount(30, 900), "imports": Amount(1, 1)})
        work.add(connection, {"bookings": Amount(30, 900)})  # another worker, in the same second or the next
        connection.execute("UPDATE queue_work SET second = second - interval '30 seconds'")
        work.add(connection, {"bookings": Amount(60, 60)})
        connection.execute(
            "INSERT INTO queue_work (queue, second, messages, items) VALUES ('bookings', now() - interval '10 min', 780, 780)"
        )
        connection.execute(
            "INSERT INTO queue_work (queue, second, messages, items) VALUES ('bookings', now() - interval '16 min', 99999, 99999)"
        )
    seen = queue(admin, "bookings")
    assert seen["messages_per_second"] == {"last_5s": 12.0, "last_1min": 2.0, "last_15min": 1.0}
    assert seen["items_per_second"] == {"last_5s": 12.0, "last_1min": 31.0, "last_15min": 2.933}
    with pipeline.db.transaction() as connection:
        work.delete_old(connection)
        row = connection.execute("SELECT max(messages) FROM queue_work").fetchone()
    assert row == (780,)


def test_a_worker_reports_how_much_it_processed_and_what_it_is_doing(pipeline: Pipeline, admin: httpx.Client) -> None:
    bookings = pipeline.accept_many(6, pipeline.flight(9))
    pipeline.send(*bookings, together=2)
    pipeline.worker(FAILPOINTS="before_ack:sleep=2500")

    def at_work() -> list[dict[str, Any]]:
        return [each for worker in admin.get("/admin/workers").json()["data"] for each in worker["at_work"]]

    until(lambda: bool(at_work()))
    (activity,) = at_work()
    assert (activity["actor"], activity["items"]) == ("reserve_bookings", 6)
    until(lambda: queue(admin, "bookings")["messages_per_second"]["last_1min"] > 0)
    worked = queue(admin, "bookings")
    assert worked["messages_per_second"]["last_1min"] >= 0.05, "three messages in a minute, and what the sweep sends besides"
    assert worked["items_per_second"]["last_1min"] >= 0.1
    until(lambda: at_work() == [])
