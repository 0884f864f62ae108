"""A season with other times: flights of the same number, route and day are listed, and moved if the option is set."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.support.flights import sell
from tests.support.imports import ImportSteps, counts, csv_of, faults, in_chunks_of, row
from tests.support.rows import insert_booking

LATER = {"departure_ts": "2030-01-01T07:10:00Z", "arrival_ts": "2030-01-01T09:10:00Z"}
"""Ten minutes after the first flight."""


def changes(import_steps: ImportSteps, job: UUID, **parameters: Any) -> list[dict[str, Any]]:
    page: list[dict[str, Any]] = import_steps.admin.get(f"/admin/flights/bulk-upload/{job}/changes", params=parameters).json()[
        "data"
    ]
    return page


def run(import_steps: ImportSteps, data: bytes, **options: Any) -> tuple[UUID, dict[str, Any]]:
    job = import_steps.send(data, **options)
    import_steps.work(job)
    return job, import_steps.status(job)


@pytest.fixture
def booked(import_steps: ImportSteps) -> UUID:
    """Two flights; the first has a booking of four."""
    import_steps.take(csv_of([row(1), row(2)]))
    ((flight,),) = import_steps.rows("SELECT id FROM flights WHERE flight_number = 'AI-1'")
    sell(import_steps.db, flight, sold=4)
    with import_steps.db.transaction() as connection:
        user = connection.execute("SELECT id FROM users LIMIT 1").fetchone()
        assert user is not None
        insert_booking(connection, user[0], flight, seats=4, status="CONFIRMED")
    return UUID(str(flight))


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_flight_that_is_added_beside_another_is_named_with_its_bookings(
    import_steps: ImportSteps, booked: UUID, dry_run: bool
) -> None:
    job, status = run(import_steps, csv_of([row(1, flight_number="AI001", **LATER), row(2), row(3)]), dry_run=dry_run)
    assert counts(status) == {"created": 2, "updated": 0, "skipped": 1, "failed": 0}
    assert (status["beside"], status["changes_url"]) == (1, f"/admin/flights/bulk-upload/{job}/changes")
    (named,) = changes(import_steps, job)
    assert (named["effect"], named["line"], named["flight_id"]) == ("added_beside", 2, str(booked))
    assert (named["bookings"], named["seats"]) == (1, 4)
    assert {"field": "departure_ts", "before": "2030-01-01T07:00:00Z", "after": "2030-01-01T07:10:00Z"} in named["changes"]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_flight_is_moved_by_its_day_with_its_bookings(import_steps: ImportSteps, booked: UUID, dry_run: bool) -> None:
    data = csv_of([row(1, price="8000.00", **LATER), row(2)])
    job, status = run(import_steps, data, match="day", dry_run=dry_run)
    assert counts(status) == {"created": 0, "updated": 1, "skipped": 1, "failed": 0}
    assert (status["beside"], status["affected_bookings"]) == (0, 1)
    (named,) = changes(import_steps, job)
    assert (named["effect"], named["flight_id"]) == ("changed", str(booked))
    assert [each["field"] for each in named["changes"]] == ["arrival_ts", "departure_ts", "price"]
    assert import_steps.rows("SELECT count(*) FROM flights") == [(2,)]
    moved = import_steps.rows("SELECT to_char(new_departure_ts, 'HH24:MI'), action FROM schedule_changes")
    assert moved == ([] if dry_run else [("07:10", None)])
    ((departure, price),) = import_steps.rows(
        f"SELECT to_char(departure_ts, 'HH24:MI'), price::text FROM flights WHERE id = '{booked}'"
    )
    assert (departure, price) == (("07:00", "7500.00") if dry_run else ("07:10", "8000.00"))
    if not dry_run:
        assert counts(import_steps.take(data))["skipped"] == 2, "sent again, it changes nothing"


def test_a_season_that_moved_every_day_moves_every_flight(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(7, monkeypatch)

    def season(clock: str) -> bytes:
        days = (f"2030-02-{day:02}" for day in range(1, 29))
        return csv_of(
            row(1, departure_ts=f"{day}T{clock}:00Z", arrival_ts=f"{day}T16:00:00Z", destination=place)
            for day in days
            for place in ["Mumbai"]
        )

    import_steps.take(season("10:00"))
    assert counts(import_steps.take(season("10:25"), match="day")) == {"created": 0, "updated": 28, "skipped": 0, "failed": 0}
    assert import_steps.rows("SELECT DISTINCT to_char(departure_ts, 'HH24:MI') FROM flights") == [("10:25",)]
    assert import_steps.rows("SELECT count(*) FROM flights") == [(28,)]
    assert import_steps.take(season("11:00"))["beside"] == 28


def test_what_is_moved_must_be_clear_and_allowed(import_steps: ImportSteps, booked: UUID) -> None:
    two = {"departure_ts": "2030-01-01T07:20:00Z", "arrival_ts": "2030-01-01T09:20:00Z"}
    status = import_steps.take(csv_of([row(1, **LATER), row(1, **two)]), match="day")
    assert faults(status) == [(2, "departure_ts", "ambiguous_flight"), (3, "departure_ts", "ambiguous_flight")]
    status = import_steps.take(csv_of([row(1, total_seats="3", **LATER)]), match="day")
    assert faults(status) == [(2, "total_seats", "capacity_below_sold")]
    assert import_steps.rows("SELECT count(*) FROM flights") == [(2,)]


@pytest.mark.parametrize(
    "other",
    [
        {"destination": "Pune"},
        {"flight_number": "AI-77"},
        {"departure_ts": "2030-01-02T07:10:00Z", "arrival_ts": "2030-01-02T09:10:00Z"},
    ],
)
def test_another_route_number_or_day_is_another_flight(import_steps: ImportSteps, booked: UUID, other: dict[str, str]) -> None:
    status = import_steps.take(csv_of([row(1, **{**LATER, **other})]), match="day")
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 0}
    assert status["beside"] == 0


def test_two_flights_of_a_day_in_one_file_are_two(import_steps: ImportSteps) -> None:
    data = csv_of([row(1), row(1, **LATER)])
    assert import_steps.take(data, match="day")["created"] == 2
    assert counts(import_steps.take(data, match="day"))["skipped"] == 2
    evening = {"departure_ts": "2030-01-01T17:00:00Z", "arrival_ts": "2030-01-01T19:00:00Z"}
    status = import_steps.take(csv_of([row(1), row(1, **LATER), row(1, **evening)]), match="day")
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 2, "failed": 0}


def test_options_that_contradict_each_other_are_refused(import_steps: ImportSteps) -> None:
    response = import_steps.admin.post(
        "/admin/flights/bulk-upload", params={"match": "day", "mode": "create"}, files={"file": ("a.csv", csv_of([row(1)]))}
    )
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "?match")
