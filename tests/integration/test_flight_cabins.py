"""Cabins of flights: set by a request or a file, and changed after travellers have picked seats."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from core.clock import new_id
from tests.support.api import problem
from tests.support.flights import add_flight, body
from tests.support.imports import HEADER, ImportSteps, ImportStepsFactory, counts, csv_of, faults, row

WITH_CABIN = f"{HEADER},cabin"


def line(number: int = 1, cabin: str = "", **changes: Any) -> str:
    return f"{row(number, **changes)},{cabin}"


def cabins(import_steps: ImportSteps) -> list[str | None]:
    return [cabin for (cabin,) in import_steps.rows("SELECT cabin FROM flights ORDER BY departure_ts")]


def pick(import_steps: ImportSteps, seat: str) -> None:
    """Somebody picks a seat of the first flight."""
    (flight,) = import_steps.rows("SELECT id FROM flights ORDER BY departure_ts LIMIT 1")[0]
    pick_of(import_steps, flight, seat)


def pick_of(import_steps: ImportSteps, flight: UUID, seat: str) -> None:
    booking = new_id()
    with import_steps.db.transaction() as connection:
        connection.execute(
            """
            WITH booked AS (
                INSERT INTO bookings (id, user_id, seats, status, price_total, currency, reference)
                SELECT %(booking)s, id, 1, 'PENDING', 1, 'INR', left(md5(%(booking)s::text), 6) FROM users LIMIT 1
            ), flown AS (
                INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total)
                VALUES (%(booking)s, 0, %(booking)s, %(flight)s, 1)
            )
            INSERT INTO seat_numbers VALUES (%(booking)s, 0, 1, %(flight)s, %(seat)s)
            """,
            {"booking": booking, "flight": flight, "seat": seat},
        )


def put(admin: httpx.Client, flight: str, **changes: Any) -> httpx.Response:
    return admin.put(f"/admin/flights/{flight}", json=body(**changes))


def test_the_cabins_are_listed_for_administrators(import_steps: ImportSteps) -> None:
    listed = import_steps.admin.get("/admin/cabins").json()
    assert {"A320-180", "B77W-354"} <= {cabin["name"] for cabin in listed}


def test_a_flight_keeps_its_cabin_until_another_one_is_named(import_steps: ImportSteps) -> None:
    flight = add_flight(import_steps.admin, total_seats=180, cabin="a320-180")
    assert flight["cabin"] == "A320-180"
    changed = put(import_steps.admin, flight["id"], total_seats=180, price="1.00").json()
    assert (changed["cabin"], changed["price"], changed["version"]) == ("A320-180", "1.00", 2)
    without = put(import_steps.admin, flight["id"], total_seats=180, price="1.00", cabin=None).json()
    assert (without["cabin"], without["version"]) == (None, 3)
    (last, *_) = import_steps.admin.get("/admin/audit", params={"entity": "flight"}).json()["data"]
    assert (last["before"]["cabin"], last["after"]["cabin"]) == ("A320-180", None)
    assert add_flight(import_steps.admin, flight_number="AI-203")["cabin"] is None


def test_a_cabin_with_another_number_of_seats_is_a_clear_fault(import_steps: ImportSteps) -> None:
    response = import_steps.admin.post("/admin/flights", json=body(total_seats=150, cabin="A320-180"))
    (error,) = problem(response, 422, "validation")["errors"]
    assert (error["pointer"], error["code"]) == ("/cabin", "cabin_mismatch")
    assert "A320-180 has 180 seats, and the flight has 150" in error["message"]
    unknown = problem(import_steps.admin.post("/admin/flights", json=body(cabin="Concorde")), 422, "validation")["errors"]
    assert [(error["pointer"], error["code"]) for error in unknown] == [("/cabin", "unknown_cabin")]
    flight = add_flight(import_steps.admin, total_seats=180, cabin="A320-180")
    (mismatch,) = problem(put(import_steps.admin, flight["id"], total_seats=150), 422, "validation")["errors"]
    assert (mismatch["pointer"], mismatch["code"]) == ("/total_seats", "cabin_mismatch")
    assert put(import_steps.admin, flight["id"], total_seats=150, cabin="A319-150").status_code == 200


def test_another_cabin_takes_no_seat_from_a_traveller(import_steps: ImportSteps) -> None:
    flight = add_flight(import_steps.admin, total_seats=186, cabin="A320-186")
    pick_of(import_steps, UUID(flight["id"]), "31F")
    for changes in ({"total_seats": 180, "cabin": "A320-180"}, {"total_seats": 186, "cabin": None}):
        problem_body = problem(put(import_steps.admin, flight["id"], **changes), 409, "seats_picked")
        assert problem_body["seats"] == ["31F"]
    assert put(import_steps.admin, flight["id"], total_seats=222, cabin="A321-222").json()["cabin"] == "A321-222"


def test_a_file_gives_keeps_and_takes_cabins(import_steps: ImportSteps) -> None:
    first = csv_of([line(1, "a320-180", total_seats="180"), line(2, "none"), line(3)], header=WITH_CABIN)
    assert counts(import_steps.take(first)) == {"created": 3, "updated": 0, "skipped": 0, "failed": 0}
    assert cabins(import_steps) == ["A320-180", None, None]
    assert (
        counts(import_steps.take(csv_of([line(1, total_seats="180"), line(2), line(3, "none")], header=WITH_CABIN)))["skipped"]
        == 3
    )
    assert counts(import_steps.take(csv_of([row(1, total_seats="180")])))["skipped"] == 1
    exported = import_steps.admin.get("/admin/flights/export.csv").content
    assert counts(import_steps.take(exported))["skipped"] == 3
    job = import_steps.send(csv_of([line(1, "NONE", total_seats="180"), line(2, "A319-150")], header=WITH_CABIN), dry_run=True)
    import_steps.work(job)
    listed = import_steps.admin.get(f"/admin/flights/bulk-upload/{job}/changes").json()["data"]
    assert [change["changes"] for change in listed] == [
        [{"field": "cabin", "before": "A320-180", "after": "none"}],
        [{"field": "cabin", "before": "none", "after": "A319-150"}],
    ]
    import_steps.take(csv_of([line(1, "none", total_seats="180"), line(2, "A319-150")], header=WITH_CABIN))
    assert cabins(import_steps) == [None, "A319-150", None]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_with_a_wrong_cabin_has_a_fault_in_that_row(
    open_import_steps: ImportStepsFactory, chunked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_steps = open_import_steps()
    import_steps.take(csv_of([line(1, "A320-180", total_seats="180"), line(5, "A320-186", total_seats="186")], header=WITH_CABIN))
    pick(import_steps, "30F")
    rows = [
        line(1, "B738-189", total_seats="189"),
        line(2, "A320-180"),
        line(3, "Concorde"),
        line(4, "A319-150"),
        line(5, total_seats="150"),
        line(1, "A319-150") if chunked else line(6),
    ]
    status = import_steps.take(csv_of(rows, header=WITH_CABIN))
    expected = [(3, "cabin", "cabin_mismatch"), (4, "cabin", "unknown_cabin"), (6, "total_seats", "cabin_mismatch")]
    assert [fault for fault in faults(status) if fault[2] != "duplicate_in_file"] == expected
    assert cabins(import_steps)[0] == "B738-189", "30F is in both"
    refused = import_steps.take(csv_of([line(1, "A319-150")], header=WITH_CABIN))
    assert faults(refused) == [(2, "cabin", "seats_picked")]
    assert "30F" in refused["errors"][0]["message"]
