"""The endpoints for operators: the overview, queues, workers, bookings of all accounts, and the seats in Redis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from redis import RedisError

from api.operations import overview
from api.operations.installation import DriftComparison
from core import keys
from core.bookings.reading import sold
from core.clock import now
from core.jobs import minutes
from core.lifecycle import give_up as giving_up
from core.messaging.messages import Queue
from tests.support.api import RunningApi, problem
from tests.support.imports import csv_of, row
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

SHOWN_SECONDS = 10
"""Within which the product promises to name a trouble."""


def get(admin: httpx.Client, address: str, **params: Any) -> dict[str, Any]:
    response = admin.get(address, params=params)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def codes(admin: httpx.Client) -> set[str]:
    return {cause["code"] for cause in get(admin, "/admin/overview")["causes"]}


def queue(admin: httpx.Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in get(admin, "/admin/queues")["data"] if each["name"] == name)
    return found


@pytest.fixture(autouse=True)
def eager_drift_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question looks anew, and nothing is known of the test before."""
    monkeypatch.setattr("api.operations.installation.DRIFT_SECONDS", -1.0)
    monkeypatch.setattr(overview, "_drift", DriftComparison())


# The overview


def test_the_overview_counts_the_last_minute(pipeline: Pipeline, admin: httpx.Client) -> None:
    bookings = pipeline.accept_many(6, pipeline.flight(4))
    pipeline.work(*bookings[:5])
    seen = get(admin, "/admin/overview")
    counted = seen["bookings_per_minute"]
    assert {name: counted[name] for name in ("accepted", "confirmed", "failed", "pending")} == {
        "accepted": 6,
        "confirmed": 4,
        "failed": 1,
        "pending": 1,
    }
    assert counted["p50_ms"] <= counted["p99_ms"]
    assert (seen["status"], seen["drift"], seen["dead_letters"]) == ("degraded", [], {})
    assert {cause["code"] for cause in seen["causes"]} >= {"no_worker"}


def test_seats_sold_today_are_those_of_bookings_confirmed_since_midnight(pipeline: Pipeline, admin: httpx.Client) -> None:
    bookings = pipeline.accept_many(4, pipeline.flight(7), seats=2)
    pipeline.work(*bookings)
    assert get(admin, "/admin/overview")["seats_sold_today"] == 6, "three have seats"
    with pipeline.db.transaction() as connection:
        midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
        connection.execute(
            "UPDATE bookings SET finished_at = %s WHERE id = %s", (midnight - timedelta(microseconds=1), bookings[0])
        )
        connection.execute("UPDATE bookings SET finished_at = %s WHERE id = %s", (midnight, bookings[1]))
    assert get(admin, "/admin/overview")["seats_sold_today"] == 4, "and one of them since yesterday"


def test_seats_sold_today_are_read_from_an_index_alone(pipeline: Pipeline) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute("SET LOCAL enable_seqscan = off")  # which a table without rows would be read by
        plan = connection.execute(f"EXPLAIN {sold.SOLD}".encode(), (now(),)).fetchall()
    assert "Index Only Scan using ix_bookings_confirmed" in str(plan)


def test_drift_is_named_when_two_looks_agree_and_can_be_repaired(pipeline: Pipeline, admin: httpx.Client) -> None:
    flight = pipeline.flight(10)
    pipeline.work(*pipeline.accept_many(1, flight, seats=3))
    assert get(admin, "/admin/audit/inventory") == {"flights": 1, "drift": []}
    pipeline.redis.hset(keys.inventory(flight), "free", 9)
    assert "drift" not in codes(admin)
    until(lambda: "drift" in codes(admin))
    wrong = [{"flight_id": str(flight), "seats": 2}]
    assert get(admin, "/admin/audit/inventory")["drift"] == wrong
    assert admin.post("/admin/audit/inventory/repair").json()["drift"] == wrong
    assert get(admin, "/admin/audit/inventory") == {"flights": 0, "drift": []}
    (entry,) = get(admin, "/admin/audit", entity="inventory")["data"]
    assert (entry["action"], entry["after"]) == ("inventory.repaired", {"flights": {str(flight): 2}})


def test_work_that_was_given_up_is_named(pipeline: Pipeline, admin: httpx.Client) -> None:
    with pipeline.db.transaction() as connection:
        giving_up.give_up(connection, pipeline.accept_many(2, pipeline.flight(10)))
    seen = get(admin, "/admin/overview")
    assert seen["dead_letters"] == {"booking": 2}
    (cause,) = [cause for cause in seen["causes"] if cause["code"] == "dead_letters"]
    assert cause["message"] == "Work was given up and waits for a decision: 2 bookings."


def test_the_overview_answers_without_redis(api: RunningApi, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise RedisError("gone")

    monkeypatch.setattr("core.messaging.queue_stats.read_all", away)
    monkeypatch.setattr("core.invariants.inventory_drift.list_loaded", away)
    seen = get(admin, "/admin/overview")
    assert (seen["drift"], seen["queues"][0]["waiting"]) == (None, None)
    assert seen["workers"] == []
    problem(admin.get("/admin/audit/inventory"), 503, "unavailable")


def test_the_overview_answers_without_postgres(api: RunningApi, admin: httpx.Client) -> None:
    api.services.db.hangs = True
    until(lambda: get(admin, "/admin/overview")["workers"] is None or not api.services.db.hangs)


# The history


def test_a_minute_is_written_and_corrected_when_its_bookings_have_ended(pipeline: Pipeline, admin: httpx.Client) -> None:
    bookings = pipeline.accept_many(3, pipeline.flight(10))
    minute = now() - timedelta(seconds=30)

    def write() -> dict[str, Any]:
        with pipeline.db.transaction() as connection:
            minutes.write(connection, minute)
        (found,) = get(admin, "/admin/overview")["history"]
        return {name: found[name] for name in ("accepted", "pending", "confirmed", "waiting")}

    assert write() == {"accepted": 3, "pending": 3, "confirmed": 0, "waiting": 3}
    pipeline.work(*bookings)
    assert write() == {"accepted": 3, "pending": 0, "confirmed": 3, "waiting": 3}


def test_minutes_are_kept_for_a_day(pipeline: Pipeline, admin: httpx.Client) -> None:
    with pipeline.db.transaction() as connection:
        minutes.write(connection, now() - timedelta(days=2))
        minutes.write(connection, now() - timedelta(minutes=2))
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM operations_minutes").fetchone() == (1,)


# Queues


@pytest.fixture
def paused(admin: httpx.Client) -> None:
    assert admin.post("/admin/queues/bookings/pause").status_code == 200


def test_a_paused_queue_keeps_its_messages_until_it_goes_on(pipeline: Pipeline, admin: httpx.Client, paused: None) -> None:
    worker = pipeline.worker()
    until(lambda: worker.said("worker ready"))
    until(lambda: queue(admin, "bookings")["workers"] == 1)
    bookings = pipeline.accept_many(3, pipeline.flight(10))
    pipeline.send(*bookings)
    # What is sent to another queue is taken, so the worker is at work; what is sent to this one waits.
    until(lambda: queue(admin, "bookings")["oldest_seconds"] is not None)
    seen = queue(admin, "bookings")
    assert (seen["waiting"], seen["taken"], seen["paused_by"] is not None) == (1, 0, True)
    assert pipeline.endings(bookings) == {"PENDING": 3}
    assert "queue_paused" in codes(admin)

    assert admin.post("/admin/queues/bookings/resume").json()["paused_at"] is None
    pipeline.await_the_end()
    assert pipeline.endings(bookings) == {"CONFIRMED": 3}
    entries = get(admin, "/admin/audit", entity="queue")["data"]
    assert [(each["action"], each["after"]) for each in entries] == [
        ("queue.resumed", {"queue": "bookings"}),
        ("queue.paused", {"queue": "bookings"}),
    ]


def test_pausing_twice_is_one_pause(admin: httpx.Client, paused: None) -> None:
    first = queue(admin, "bookings")["paused_at"]
    assert admin.post("/admin/queues/bookings/pause").json()["paused_at"] == first
    assert len(get(admin, "/admin/audit", entity="queue")["data"]) == 1


def test_an_unknown_queue_is_none(admin: httpx.Client) -> None:
    assert problem(admin.post("/admin/queues/cakes/pause"), 404, "queue_not_found")["queues"] == list(Queue)


# Bookings and passengers


def test_bookings_are_found_by_reference_name_flight_and_account(pipeline: Pipeline, admin: httpx.Client) -> None:
    flight, other = pipeline.flight(10), pipeline.flight(10)
    first, second = sorted(pipeline.accept_many(2, flight))
    (third,) = pipeline.accept_many(1, other)
    pipeline.work(first)
    with pipeline.db.transaction() as connection:
        connection.execute(
            "INSERT INTO passengers (booking_id, position, name, surname_key) VALUES (%s, 1, 'Ada Lovelace', 'lovelace')",
            (first,),
        )
        (reference, username), *_ = connection.execute(
            "SELECT b.reference, u.username FROM bookings b JOIN users u ON u.id = b.user_id WHERE b.id = %s", (first,)
        ).fetchall()

    def found(**wanted: Any) -> list[str]:
        return [each["booking"]["id"] for each in get(admin, "/admin/bookings", **wanted)["data"]]

    assert found() == [str(third), str(second), str(first)]
    assert found(reference=reference.lower()) == [str(first)]
    assert found(name="Countess LOVELACE") == [str(first)]
    assert found(flight_id=str(flight)) == [str(second), str(first)]
    assert found(user=username.upper()) == [str(second), str(first)]
    assert found(flight_id=str(flight), status="CONFIRMED") == [str(first)]
    page = get(admin, "/admin/bookings", limit=2)
    assert found(cursor=page["next_cursor"]) == [str(first)]


def test_the_passenger_list_has_a_row_for_each_seat_and_runs_nothing(pipeline: Pipeline, admin: httpx.Client) -> None:
    flight = pipeline.flight(10)
    (booking, _failed) = (pipeline.accept_many(1, flight, seats=2)[0], pipeline.accept_many(1, flight)[0])
    pipeline.work(booking)
    with pipeline.db.transaction() as connection:
        connection.execute(
            "INSERT INTO passengers (booking_id, position, name, surname_key, contact) VALUES (%s, 1, '=cmd()', 'cmd', 'a@b.example')",
            (booking,),
        )
    response = admin.get(f"/admin/flights/{flight}/passengers.csv")
    assert response.headers["content-type"].startswith("text/csv")
    header, first, second = response.text.splitlines()
    assert header == "reference,status,seat,name,date_of_birth,contact,seat_number"
    assert first.endswith(",CONFIRMED,1,'=cmd(),,a@b.example,")
    assert second.endswith(",CONFIRMED,2,,,,")
    problem(admin.get("/admin/flights/01990000-0000-7000-8000-000000000000/passengers.csv"), 404, "flight_not_found")


# Jobs


def test_jobs_of_every_kind_are_listed_newest_first(pipeline: Pipeline, admin: httpx.Client) -> None:
    flight = pipeline.flight(10)
    first, second = sorted(pipeline.accept_many(2, flight))
    pipeline.work(first)
    upload = admin.post("/admin/flights/bulk-upload", files={"file": ("flights.csv", csv_of([row(1)]), "text/csv")})
    imported = upload.json()["job_id"]
    cancelled = admin.post(f"/admin/flights/{flight}/cancel", json={"reason": "fog"}).json()["job_id"]

    def listed(**wanted: Any) -> list[str]:
        return [job["job_id"] for job in get(admin, "/admin/jobs", **wanted)["data"]]

    assert listed() == [cancelled, imported, str(second), str(first)]
    assert listed(kind="import") == [imported]
    assert listed(status="CONFIRMED") == [str(first)]
    assert listed(status="PENDING", kind="booking") == [str(second)]
    assert listed(flight_id=str(flight)) == [cancelled, str(second), str(first)]
    me = admin.get("/api/v1/auth/me").json()["username"]
    assert listed(user=me) == [imported]
    page = get(admin, "/admin/jobs", limit=3)
    assert listed(cursor=page["next_cursor"]) == [str(first)]
    problem(admin.get("/admin/jobs", params={"kind": "cakes"}), 422, "validation")


@pytest.mark.parametrize(
    "address",
    [
        "/admin/jobs",
        "/admin/overview",
        "/admin/queues",
        "/admin/workers",
        "/admin/sweep",
        "/admin/bookings",
        "/admin/audit/inventory",
    ],
)
def test_travellers_see_none_of_it(traveller: httpx.Client, client: httpx.Client, address: str) -> None:
    problem(traveller.get(address), 403, "forbidden")
    assert client.get(address).status_code == 401
