"""The reports about an import: its changes, earlier imports, and the failed rows."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import SQLModel

from core.imports.csv.columns import COLUMNS, Column
from tests.support.flights import sell
from tests.support.imports import HEADER, ImportSteps, ImportStepsFactory, counts, csv_of, in_chunks_of, row
from tests.support.rows import insert_booking


def changes(import_steps: ImportSteps, job: object, **parameters: Any) -> dict[str, Any]:
    response = import_steps.admin.get(f"/admin/flights/bulk-upload/{job}/changes", params=parameters)
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def test_a_dry_run_lists_the_changes_of_each_row_and_the_bookings(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1), row(2), row(3), row(4)]))
    for number, seats in ((1, 4), (4, 2)):
        (flight,) = import_steps.rows(f"SELECT id FROM flights WHERE flight_number = 'AI-{number}'")
        sell(import_steps.db, flight[0], sold=seats)
        book(import_steps, flight[0], seats)
    before = import_steps.rows("SELECT xmin::text, * FROM flights ORDER BY id")
    data = csv_of(
        [
            row(1, arrival_ts="2030-01-01T10:15:00Z", total_seats="160"),
            row(2, source="Pune", price="1"),
            row(3),
            row(4, total_seats="1"),
            row(5),
        ]
    )
    job = import_steps.send(data, dry_run=True)
    import_steps.work(job)
    status = import_steps.status(job)
    assert counts(status) == {"created": 1, "updated": 2, "skipped": 1, "failed": 1}
    assert (status["affected_bookings"], status["changes_url"]) == (1, f"/admin/flights/bulk-upload/{job}/changes")
    first, second = changes(import_steps, job)["data"]
    assert (first["line"], first["flight_number"], first["bookings"], first["seats"]) == (2, "AI-1", 1, 4)
    assert first["changes"] == [
        {"field": "arrival_ts", "before": "2030-01-01T09:00:00Z", "after": "2030-01-01T10:15:00Z"},
        {"field": "total_seats", "before": 150, "after": 160},
    ]
    assert (second["line"], second["bookings"], second["seats"]) == (3, 0, 0)
    assert second["changes"] == [
        {"field": "price", "before": "7500.00", "after": "1.00"},
        {"field": "source", "before": "Delhi", "after": "Pune"},
    ]
    assert import_steps.rows("SELECT xmin::text, * FROM flights ORDER BY id") == before
    assert [each["line"] for each in changes(import_steps, job, booked=True)["data"]] == [2]

    real = import_steps.send(data)
    import_steps.work(real)
    assert import_steps.status(real)["affected_bookings"] == 1
    assert [each["line"] for each in changes(import_steps, real)["data"]] == [2, 3], "one has bookings, one left its route"


@pytest.mark.parametrize("column", [column for column in COLUMNS if not column.required], ids=lambda column: column.name)
def test_a_value_in_an_optional_column_can_be_listed_as_a_change(import_steps: ImportSteps, column: Column) -> None:
    """The flight had no value, or another one if it must have one."""
    required = [each for each in COLUMNS if each.required]
    names, cells = [each.name for each in required], [each.example for each in required]
    import_steps.take(csv_of([",".join(cells)], header=",".join(names)))
    before = "NULL" if SQLModel.metadata.tables["flights"].c[column.name].nullable else "'EUR'"
    import_steps.rows(f"UPDATE flights SET {column.name} = {before} RETURNING 1")
    status = import_steps.take(csv_of([",".join([*cells, column.example])], header=",".join([*names, column.name])), dry_run=True)
    assert status["updated"] == 1, status["errors"]
    (change,) = changes(import_steps, status["job_id"])["data"]
    assert column.name in [each["field"] for each in change["changes"]]


def test_changes_come_page_by_page(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(4, monkeypatch)
    import_steps.take(csv_of(row(number) for number in range(1, 11)))
    job = import_steps.send(csv_of(row(number, price=number) for number in range(1, 11)), dry_run=True)
    import_steps.work(job)
    seen: list[int] = []
    cursor: int | None = 0
    while cursor is not None:
        page = changes(import_steps, job, limit=3, cursor=cursor)
        seen += [each["line"] for each in page["data"]]
        cursor = page["next_cursor"]
    assert seen == list(range(2, 12))
    nothing = "019a0000-0000-7000-8000-000000000000"
    assert import_steps.admin.get(f"/admin/flights/bulk-upload/{nothing}/changes").json()["code"] == "import_not_found"


def book(import_steps: ImportSteps, flight: UUID, seats: int) -> None:
    with import_steps.db.transaction() as connection:
        user = connection.execute("SELECT id FROM users LIMIT 1").fetchone()
        assert user is not None
        insert_booking(connection, user[0], flight, seats=seats, status="CONFIRMED")


def test_the_history_can_be_narrowed(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1)]))
    import_steps.take(csv_of([row(2)]), dry_run=True)
    stopped = import_steps.send(csv_of([row(3)]))
    import_steps.admin.post(f"/admin/imports/{stopped}/cancel")

    def found(**parameters: Any) -> list[tuple[str, bool]]:
        page = import_steps.admin.get("/admin/imports", params=parameters).json()
        return [(each["status"], each["dry_run"]) for each in page["data"]]

    assert found(status="CANCELLED") == [("CANCELLED", False)]
    assert found(status="COMPLETED") == [("COMPLETED", True), ("COMPLETED", False)]
    assert found(status="COMPLETED", dry_run=False) == [("COMPLETED", False)]
    assert import_steps.admin.get("/admin/imports", params={"status": "DONE"}).status_code == 422


def test_failed_rows_come_in_order_and_all_pass_once_they_are_mended(
    open_import_steps: ImportStepsFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of bad rows over many chunks, each bad in its own way. Cells that nobody mends come back as they were, names that a
    spreadsheet would compute among them; only places that no registry knows have such names.
    """
    import_steps = open_import_steps(UNKNOWN_PLACES="accept")
    in_chunks_of(40, monkeypatch)
    names = [f"-Town {number}" if number % 3 else f'=Town "{number}"; {number}' for number in range(300)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*HEADER.split(","), "_note"])
    for number, name in enumerate(names):
        cells = row(number).split(",")
        cells[1], cells[6] = name, "1,5" if number % 2 else "7.5"
        writer.writerow([*cells, "ok"])
    job = import_steps.send(text.getvalue().encode())
    import_steps.work(job)
    assert counts(import_steps.status(job)) == {"created": 150, "updated": 0, "skipped": 0, "failed": 150}

    header, *failed = csv.reader(
        io.StringIO(import_steps.admin.get(import_steps.status(job)["failed_rows_url"]).text.removeprefix("\ufeff"))
    )
    lines = [int(cells[header.index("_line")]) for cells in failed]
    assert lines == [number + 2 for number in range(300) if number % 2]
    assert all(cells[1].startswith("'") for cells in failed)
    for cells in failed:
        cells[header.index("price")] = "7.5"
    mended = io.StringIO()
    csv.writer(mended).writerows([header, *failed])
    assert counts(import_steps.take(mended.getvalue().encode())) == {"created": 150, "updated": 0, "skipped": 0, "failed": 0}
    assert [name for (name,) in import_steps.rows("SELECT source FROM flights ORDER BY departure_ts")] == names


def test_how_places_were_read_is_said_where_a_person_should_look(
    import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_chunks_of(2, monkeypatch)
    data = csv_of(
        [
            row(1, source="Bombay", destination="Delhi"),
            row(2, source="DEL", destination="Leningrad"),
            row(3, source="Bombay", destination="Saigon"),
            row(4, source="Madras", destination="Madras"),  # its fault is about the same cell as a note would be
            row(5, source="London", destination="Bombay"),
            row(6, source="Portland", destination="Heathrow"),
            row(7, source="London (LHR)", destination="Goa Dabolim"),
        ]
    )
    for dry_run in (True, False):
        status = import_steps.take(data, dry_run=dry_run)
        assert counts(status) == {"created": 5, "updated": 0, "skipped": 0, "failed": 2}
        assert [(each["line"], each["value"], each["iata"], each["city"]) for each in status["places"]] == [
            (2, "Bombay", "BOM", "Mumbai"),
            (3, "Leningrad", "LED", "St. Petersburg"),
            (4, "Saigon", "SGN", "Ho Chi Minh City"),
            (5, "Madras", "MAA", "Chennai"),
            (7, "Portland", "PDX", "Portland"),
        ]
        assert {error["code"] for error in status["errors"]} == {"same_place", "ambiguous_place"}
        failed = import_steps.admin.get(status["failed_rows_url"]).content.decode("utf-8-sig")
        assert [line["_code"] for line in csv.DictReader(io.StringIO(failed))] == ["same_place", "ambiguous_place"]
        assert import_steps.rows("SELECT count(*) FROM flights") == [(0 if dry_run else 5,)]


def test_local_times_that_were_sent_as_utc_are_doubted(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(2, monkeypatch)
    day = {"departure_ts": "2030-03-01T14:00:00Z", "arrival_ts": "2030-03-01T18:30:00Z"}
    data = csv_of(
        [
            row(1, source="DEL", destination="LHR", **day),
            row(2, source="DEL", destination="BOM", **day),
            row(3, source="DEL", destination="LHR", **day),
            row(4, source="DEL", destination="LHR", **{**day, "arrival_ts": "2030-03-01T23:00:00Z"}),
            row(5, source="LHR", destination="SYD", **day, price="x"),
            row(6, source="LHR", destination="JFK", **{**day, "arrival_ts": "2030-03-01T18:00:00Z"}),
        ]
    )
    for dry_run in (True, False):
        status = import_steps.take(data, dry_run=dry_run)
        assert counts(status) == {"created": 5, "updated": 0, "skipped": 0, "failed": 1}
        assert [(each["line"], each["column"], each["value"], each["code"]) for each in status["doubts"]] == [
            (2, "arrival_ts", "2030-03-01T18:30:00Z", "too_fast"),
            (7, "arrival_ts", "2030-03-01T18:00:00Z", "too_fast"),
        ]
        assert "from DEL to LHR" in status["doubts"][0]["message"]
        assert [error["code"] for error in status["errors"]] == ["not_a_number"]
        groups = import_steps.admin.get(f"/admin/flights/bulk-upload/{status['job_id']}/faults").json()["data"]
        assert [group["code"] for group in groups] == ["not_a_number"]
        failed = import_steps.admin.get(status["failed_rows_url"]).content.decode("utf-8-sig")
        assert [line["_line"] for line in csv.DictReader(io.StringIO(failed))] == ["6"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("winter 2030.csv", "winter 2030.csv"),
        ("C:\\\\data\\\\winter.csv", "winter.csv"),
        ("../../etc/winter.csv", "winter.csv"),
        ("Zürich Flüge.csv", "Zürich Flüge.csv"),
    ],
)
def test_an_import_has_its_file_name_and_its_sender(import_steps: ImportSteps, sent: str, shown: str) -> None:
    response = import_steps.admin.post("/admin/flights/bulk-upload", files={"file": (sent, csv_of([row(1)]), "text/csv")})
    job = response.raise_for_status().json()["job_id"]
    status = import_steps.status(job)
    assert status["file_name"] == shown
    assert status["username"]
    listed = import_steps.admin.get("/admin/imports").json()["data"][0]
    assert (listed["file_name"], listed["username"]) == (shown, status["username"])


def test_a_file_without_a_name_has_none(import_steps: ImportSteps) -> None:
    response = import_steps.admin.post(
        "/admin/flights/bulk-upload", content=csv_of([row(1)]), headers={"content-type": "text/csv"}
    )
    assert import_steps.status(response.raise_for_status().json()["job_id"])["file_name"] is None
