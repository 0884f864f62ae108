"""The report of a load run, and the line of a flight: sequence numbers, receipts, inversions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from core.users.models import Role
from tests.support.api import RunningApi
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

RUN = {"X-Load-Run": "rush-1"}


@pytest.fixture
def admin(api: RunningApi) -> Iterator[httpx.Client]:
    with api.client(api.admit(Role.ADMIN).headers) as client:
        yield client


def book(api: RunningApi, flight: UUID, headers: dict[str, str], **more: Any) -> UUID:
    with api.client(api.admit().headers) as client:
        response = client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1, **more}, headers=headers)
        assert response.status_code == 202, response.text
        return UUID(response.json()["booking_id"])


def report(admin: httpx.Client) -> dict[str, Any]:
    response = admin.get("/admin/load-runs/rush-1")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_the_report_of_a_run_is_about_its_own_bookings_only(api: RunningApi, pipeline: Pipeline, admin: httpx.Client) -> None:
    flight = pipeline.flight(2)
    # The header takes both ways: the content type of the second is not known to the short one.
    bookings = [book(api, flight, RUN), book(api, flight, RUN | {"Content-Type": "application/json; charset=utf-8"})]
    last = book(api, flight, RUN)
    pipeline.work(*bookings, last, book(api, flight, {}))
    admin.get(f"/api/v1/jobs/{last}", headers=RUN)
    until(lambda: report(admin)["polls"] == 1)

    found = report(admin)
    counts = [found[name] for name in ("accepted", "pending", "confirmed", "failed", "ended")]
    assert counts == [3, 0, 2, 1, 0]
    promises = ("oversold", "lost", "duplicated", "charged_wrong", "inversions")
    assert {name: found[name] for name in promises} == dict.fromkeys(promises, 0)
    assert found["polls_per_booking"] == 0.33
    assert next((each["stage"], each["bookings"]) for each in found["stages"]) == ("picked_up", 3)
    failure = admin.get(f"/api/v1/jobs/{last}").json()["failure"]
    winner = admin.get(f"/api/v1/jobs/{bookings[1]}").json()["booking"]
    loser = admin.get(f"/api/v1/jobs/{last}").json()["booking"]
    assert failure["receipt"]["last_served"] == winner["sequence"] < failure["receipt"]["sequence"] == loser["sequence"]
    assert failure["receipt"]["sold_out_at"] == winner["timeline"][-1]["at"]


def test_the_report_counts_each_violation(api: RunningApi, pipeline: Pipeline, admin: httpx.Client) -> None:
    flight = pipeline.flight(1)
    first, second, third = (book(api, flight, RUN) for _ in range(3))
    pipeline.work(second)
    pipeline.work(first)
    pipeline.work(third)
    assert report(admin)["inversions"] == 1
    with pipeline.db.transaction() as connection:
        connection.execute("ALTER TABLE flights DROP CONSTRAINT ck_flights_not_oversold")
        connection.execute(
            "UPDATE bookings SET status = 'CONFIRMED', payment_mode = 'hold' WHERE id = ANY(%s)", ([first, second],)
        )
        connection.execute("UPDATE bookings SET user_id = (SELECT user_id FROM bookings WHERE id = %s)", (first,))
        connection.execute("DELETE FROM booking_segments WHERE booking_id = %s", (third,))
        connection.execute("DELETE FROM bookings WHERE id = %s", (third,))
    found = report(admin)
    wrong = [found[name] for name in ("oversold", "lost", "duplicated", "charged_wrong")]
    assert wrong == [1, 1, 1, 2]


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_a_name_that_is_none_is_refused(api: RunningApi, pipeline: Pipeline, admin: httpx.Client, content_type: str) -> None:
    body = f'{{"flight_id":"{pipeline.flight(1)}","seats":1}}'
    headers = {"X-Load-Run": "no spaces", "Content-Type": content_type}
    refused = admin.post("/api/v1/booking", content=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "validation")
    assert admin.get("/admin/load-runs/rush-2").json()["code"] == "load_run_not_found"


def test_bookings_of_one_batch_are_served_in_the_order_in_which_they_came(pipeline: Pipeline) -> None:
    flight = pipeline.flight(20)
    # Ids of one millisecond are in no order, so this order is that of the numbers.
    bookings = pipeline.accept_many(40, flight)
    pipeline.work(*reversed(bookings))
    with pipeline.db.snapshot() as connection:
        rows = connection.execute("SELECT id, status FROM bookings ORDER BY sequence").fetchall()
    assert [row[0] for row in rows] == bookings
    assert [row[1] for row in rows] == ["CONFIRMED"] * 20 + ["FAILED"] * 20
