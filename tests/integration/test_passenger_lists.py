"""Passenger lists as JSON and as a page to print; and the times of jobs, searched by age and by text."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core.bookings.reading.views import Stage
from core.clock import now
from core.jobs import times
from core.jobs.times import JobTimes
from tests.support.api import problem
from tests.support.pipeline import Pipeline

NOBODYS = "/admin/flights/01990000-0000-7000-8000-000000000000/passengers"


def test_the_list_names_who_is_named_and_counts_the_seats(pipeline: Pipeline, admin: httpx.Client) -> None:
    flight = pipeline.flight(10)
    booking = pipeline.accept_many(1, flight, seats=2)[0]
    pipeline.work(booking)
    with pipeline.db.transaction() as connection:
        connection.execute(
            "INSERT INTO passengers (booking_id, position, name, surname_key) VALUES (%s, 1, %s, 'x')",
            (booking, "<script>alert(1)</script> & Co"),
        )
    listed = admin.get(f"/admin/flights/{flight}/passengers").json()
    assert (listed["seats"], listed["named"], listed["flight"]["id"]) == (2, 1, str(flight))
    assert [(each["position"], each["status"], each["name"]) for each in listed["data"]] == [
        (1, "CONFIRMED", "<script>alert(1)</script> & Co"),
        (2, "CONFIRMED", None),
    ]
    page = admin.get(f"/admin/flights/{flight}/passengers.html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in page.text
    assert "<script" not in page.text
    assert ("2 of 10 seats are taken, 1 travellers are named" in page.text, page.text.count('class="box"')) == (True, 2)
    for address in (NOBODYS, f"{NOBODYS}.html"):
        problem(admin.get(address), 404, "flight_not_found")


def found(admin: httpx.Client, **wanted: Any) -> list[str]:
    response = admin.get("/admin/jobs", params=wanted)
    assert response.status_code == 200, response.text
    return [job["job_id"] for job in response.json()["data"]]


def test_jobs_are_found_by_age_and_by_text(pipeline: Pipeline, admin: httpx.Client) -> None:
    flight = pipeline.flight(1)
    won, lost = sorted(pipeline.accept_many(2, flight))
    pipeline.work(won)
    pipeline.work(lost)
    number = admin.get(f"/admin/flights/{flight}").json()["flight_number"]
    reference = admin.get("/admin/jobs", params={"status": "CONFIRMED"}).json()["data"][0]["booking"]["reference"]
    cancelled = admin.post(f"/admin/flights/{flight}/cancel", json={"reason": "Fog at 100%_of places"}).json()["job_id"]
    assert found(admin, q=reference.lower()) == [str(won)]
    assert found(admin, q="SOLD_OUT") == [str(lost)]
    assert found(admin, q=number.replace("-", " ").lower()) == [str(lost), str(won)]
    assert found(admin, q="100%_OF") == [cancelled]
    assert found(admin, q="%") == [cancelled]
    assert found(admin, q="nothing like it") == []
    assert found(admin, max_age=600) == [cancelled, str(lost), str(won)]
    assert found(admin, min_age=600) == []
    assert found(admin, min_age=0, max_age=600, kind="booking") == [str(lost), str(won)]
    problem(admin.get("/admin/jobs", params={"max_age": -1}), 422, "validation")
    problem(admin.get("/admin/jobs", params={"max_age": 10**12}), 422, "validation")


def test_a_job_has_the_times_that_it_waited_and_ran(pipeline: Pipeline, admin: httpx.Client) -> None:
    worked, waiting = sorted(pipeline.accept_many(2, pipeline.flight(9)))
    pipeline.work(worked)
    by_id = {job["job_id"]: job["times"] for job in admin.get("/admin/jobs").json()["data"]}
    assert by_id[str(waiting)] == {"wait_ms": None, "run_ms": None, "total_ms": None}
    entry = by_id[str(worked)]
    assert entry["wait_ms"] >= 0
    assert entry["run_ms"] >= 0
    assert entry["wait_ms"] + entry["run_ms"] == pytest.approx(entry["total_ms"], abs=0.01)


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ({"accepted": 0.0}, JobTimes(None, None, None)),
        ({"accepted": 0.0, "picked_up": 5.0}, JobTimes(5.0, None, None)),
        ({"accepted": 0.0, "picked_up": 5.0, "reserved": 7.0, "held": 9.5, "confirmed": 900.0}, JobTimes(5.0, 4.5, 9.5)),
        ({"accepted": 0.0, "started": 2.0, "completed": 12.0}, JobTimes(2.0, 10.0, 12.0)),
        ({"accepted": 0.0, "failed": 400.0}, JobTimes(None, None, 400.0)),
        ({"accepted": 0.0, "expired": 400.0}, JobTimes(None, None, None)),
    ],
)
def test_times_are_read_from_the_stages(stages: dict[str, float], expected: JobTimes) -> None:
    assert times.read([Stage(stage, now(), ms) for stage, ms in stages.items()]) == expected
