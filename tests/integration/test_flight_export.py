"""The export of flights: an unchanged file can be imported again without a change."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest

from core.imports import export
from tests.support.flights import add_flight, noon_in, sell
from tests.support.imports import ImportSteps, ImportStepsFactory, counts


@pytest.fixture
def import_steps(open_import_steps: ImportStepsFactory) -> ImportSteps:
    """Where a place that no registry knows is taken as it is written."""
    return open_import_steps(UNKNOWN_PLACES="accept")


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def exported(import_steps: ImportSteps, **parameters: Any) -> bytes:
    response = import_steps.admin.get("/admin/flights/export.csv", params=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="flights.csv"'
    return response.content


def versions(import_steps: ImportSteps) -> list[tuple[Any, ...]]:
    return import_steps.rows("SELECT id, version, total_seats, seats_held, seats_sold, price, currency FROM flights ORDER BY id")


@pytest.fixture
def strange_flights(import_steps: ImportSteps) -> list[str]:
    """Flights with everything in them that a file, or a spreadsheet, could take for something else."""
    names = [
        "=SUM(A1) Harbour",
        "+49 Strand",
        "-5 Ice Field",
        "@home",
        "'=quoted",
        "''@twice",
        "'s-Gravenhage",
        'The "Old" Town, East',
        "São Paulo",
        "NULL Island",
        "nan nan",
        "1;2;3",
    ]
    for number, name in enumerate(names):
        departure = noon_in(10, hours=number / 7)
        flight = add_flight(
            import_steps.admin,
            flight_number=f"AI-{number}",
            source=name,
            departure_ts=departure,
            arrival_ts=noon_in(10, hours=9),
            price=f"{number}.{number:02}",
            currency="INR" if number % 2 else "EUR",
            total_seats=20 + number,
        )
        sell(import_steps.db, flight["id"], sold=number, held=3)
    back = add_flight(import_steps.admin, flight_number="AI-99", source="Mumbai", destination="@home")
    import_steps.rows(
        f"UPDATE flights SET status = 'CANCELLED', version = version + 1 WHERE id = '{UUID(back['id'])}' RETURNING 1"
    )
    return names


def test_what_is_exported_imports_back_unchanged(import_steps: ImportSteps, strange_flights: list[str]) -> None:
    before = versions(import_steps)
    data = exported(import_steps)

    again = import_steps.take(data)

    everything = len(strange_flights) + 1
    assert counts(again) == {"created": 0, "updated": 0, "skipped": everything, "failed": 0}, again["errors"]
    assert versions(import_steps) == before


def test_flight_numbers_that_a_spreadsheet_would_change_import_back_unchanged(import_steps: ImportSteps) -> None:
    numbers = ["0123", "MAR-1", "12-10", "1E5", "6E-123"]
    for hours, number in enumerate(numbers):
        add_flight(
            import_steps.admin, flight_number=number, departure_ts=noon_in(10, hours=hours), arrival_ts=noon_in(10, hours=9)
        )
    data = exported(import_steps)
    assert [row["flight_number"] for row in rows_of(data)] == [f"'{number}" for number in numbers]
    again = import_steps.take(data)
    assert counts(again) == {"created": 0, "updated": 0, "skipped": len(numbers), "failed": 0}, again["errors"]


def test_no_cell_is_a_formula(import_steps: ImportSteps, strange_flights: list[str]) -> None:
    for row in rows_of(exported(import_steps)):
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))], row


def test_an_exported_file_brings_everything_back(import_steps: ImportSteps, strange_flights: list[str]) -> None:
    listed = import_steps.admin.get("/admin/flights").json()["data"]
    data = exported(import_steps)
    import_steps.rows("DELETE FROM flights RETURNING 1")

    assert import_steps.take(data)["created"] == len(listed)
    columns = ("flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats", "price", "currency")
    again = import_steps.admin.get("/admin/flights").json()["data"]
    assert [[flight[name] for name in columns] for flight in again] == [[flight[name] for name in columns] for flight in listed]


def test_an_export_has_the_filter_and_the_order_of_the_list(import_steps: ImportSteps, strange_flights: list[str]) -> None:
    for parameters in (
        {"source": "sao paulo"},
        {"destination": "@home"},
        {"status": "CANCELLED"},
        {"q": "ai-1", "sort": "-price"},
        {"q": "harbour"},
        {"date": noon_in(10).date().isoformat(), "sort": "-flight_number"},
        {"date": noon_in(12).date().isoformat()},
        {"sort": "created_at"},
    ):
        listed = import_steps.admin.get("/admin/flights", params=parameters).json()["data"]
        numbers = [row["flight_number"] for row in rows_of(exported(import_steps, **parameters))]
        assert numbers == [flight["flight_number"] for flight in listed], parameters


def test_a_file_larger_than_memory_may_hold_is_sent_whole(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MEMORY_BYTES", 10_000)
    lines = [
        f"AI-{n},Delhi,Mumbai,2030-01-01T{n % 24:02}:{n // 24 % 60:02}:{n % 60:02}.{n:06}Z,2030-01-03T00:00:00+05:30,{1 + n % 900},{n}.5"
        for n in range(3_000)
    ]
    header = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"
    assert import_steps.take("\n".join([header, *lines, ""]).encode())["created"] == 3_000

    data = exported(import_steps)
    assert len(rows_of(data)) == 3_000
    assert counts(import_steps.take(data)) == {"created": 0, "updated": 0, "skipped": 3_000, "failed": 0}


def test_an_export_refuses_like_the_list(import_steps: ImportSteps) -> None:
    for parameters in ({"sort": "seats_sold"}, {"date": "tomorrow"}, {"status": "LATE"}):
        response = import_steps.admin.get("/admin/flights/export.csv", params=parameters)
        assert (response.status_code, response.json()["code"]) == (422, "validation"), parameters
    assert rows_of(exported(import_steps)) == []


def test_exports_wait_for_their_turn(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    with export._turns, export._turns:
        refused = import_steps.admin.get("/admin/flights/export.csv")
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "unavailable", "5")
    exported(import_steps)
