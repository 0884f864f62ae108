"""What an administrator may learn of an import: what it would change, what came before it, and which rows are to be mended."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest

from tests.support.flights import sell
from tests.support.imports import HEADER, Office, OfficeFactory, counts, csv_of, in_chunks_of, row
from tests.support.rows import insert_booking


def changes(office: Office, job: object, **parameters: Any) -> dict[str, Any]:
    answer = office.admin.get(f"/admin/flights/bulk-upload/{job}/changes", params=parameters)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def test_a_dry_run_says_what_each_row_would_change_and_who_travels(office: Office) -> None:
    office.take(csv_of([row(1), row(2), row(3), row(4)]))
    for number, seats in ((1, 4), (4, 2)):
        (flight,) = office.rows(f"SELECT id FROM flights WHERE flight_number = 'AI-{number}'")
        sell(office.db, flight[0], sold=seats)
        book(office, flight[0], seats)
    before = office.rows("SELECT xmin::text, * FROM flights ORDER BY id")
    data = csv_of(
        [
            row(1, arrival_ts="2030-01-01T10:15:00Z", total_seats="160"),
            row(2, source="Pune", price="1"),
            row(3),
            row(4, total_seats="1"),
            row(5),
        ]
    )
    job = office.send(data, dry_run=True)
    office.work(job)
    status = office.status(job)
    assert counts(status) == {"created": 1, "updated": 2, "skipped": 1, "failed": 1}
    assert (status["affected_bookings"], status["changes_url"]) == (1, f"/admin/flights/bulk-upload/{job}/changes")
    first, second = changes(office, job)["data"]
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
    assert office.rows("SELECT xmin::text, * FROM flights ORDER BY id") == before
    assert [each["line"] for each in changes(office, job, booked=True)["data"]] == [2]

    real = office.send(data)
    office.work(real)
    assert office.status(real)["affected_bookings"] == 1
    assert [each["line"] for each in changes(office, real)["data"]] == [2, 3], "one has bookings, one left its route"


def test_changes_come_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(4, monkeypatch)
    office.take(csv_of(row(number) for number in range(1, 11)))
    job = office.send(csv_of(row(number, price=number) for number in range(1, 11)), dry_run=True)
    office.work(job)
    seen: list[int] = []
    cursor: int | None = 0
    while cursor is not None:
        page = changes(office, job, limit=3, cursor=cursor)
        seen += [each["line"] for each in page["data"]]
        cursor = page["next_cursor"]
    assert seen == list(range(2, 12))
    nothing = "019a0000-0000-7000-8000-000000000000"
    assert office.admin.get(f"/admin/flights/bulk-upload/{nothing}/changes").json()["code"] == "import_not_found"


def book(office: Office, flight: UUID, seats: int) -> None:
    with office.db.transaction() as connection:
        user = connection.execute("SELECT id FROM users LIMIT 1").fetchone()
        assert user is not None
        insert_booking(connection, user[0], flight, seats=seats, status="CONFIRMED")


def test_the_history_can_be_narrowed(office: Office) -> None:
    office.take(csv_of([row(1)]))
    office.take(csv_of([row(2)]), dry_run=True)
    stopped = office.send(csv_of([row(3)]))
    office.admin.post(f"/admin/imports/{stopped}/cancel")

    def found(**parameters: Any) -> list[tuple[str, bool]]:
        page = office.admin.get("/admin/imports", params=parameters).json()
        return [(each["status"], each["dry_run"]) for each in page["data"]]

    assert found(status="CANCELLED") == [("CANCELLED", False)]
    assert found(status="COMPLETED") == [("COMPLETED", True), ("COMPLETED", False)]
    assert found(status="COMPLETED", dry_run=False) == [("COMPLETED", False)]
    assert office.admin.get("/admin/imports", params={"status": "DONE"}).status_code == 422


def test_failed_rows_come_in_order_and_all_pass_once_they_are_mended(
    open_office: OfficeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of bad rows over many chunks, each bad in its own way. Cells that nobody mends come back as they were, names that a
    spreadsheet would compute among them; only places that no registry knows have such names.
    """
    office = open_office(UNKNOWN_PLACES="accept")
    in_chunks_of(40, monkeypatch)
    names = [f"-Town {number}" if number % 3 else f'=Town "{number}"; {number}' for number in range(300)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*HEADER.split(","), "_note"])
    for number, name in enumerate(names):
        cells = row(number).split(",")
        cells[1], cells[6] = name, "1,5" if number % 2 else "7.5"
        writer.writerow([*cells, "ok"])
    job = office.send(text.getvalue().encode())
    office.work(job)
    assert counts(office.status(job)) == {"created": 150, "updated": 0, "skipped": 0, "failed": 150}

    header, *failed = csv.reader(io.StringIO(office.admin.get(office.status(job)["failed_rows_url"]).text.removeprefix("\ufeff")))
    lines = [int(cells[header.index("_line")]) for cells in failed]
    assert lines == [number + 2 for number in range(300) if number % 2]
    assert all(cells[1].startswith("'") for cells in failed)
    for cells in failed:
        cells[header.index("price")] = "7.5"
    mended = io.StringIO()
    csv.writer(mended).writerows([header, *failed])
    assert counts(office.take(mended.getvalue().encode())) == {"created": 150, "updated": 0, "skipped": 0, "failed": 0}
    assert [name for (name,) in office.rows("SELECT source FROM flights ORDER BY departure_ts")] == names


def test_how_places_were_read_is_said_where_they_are_called_otherwise(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    in_chunks_of(2, monkeypatch)
    data = csv_of(
        [
            row(1, source="Bombay", destination="Delhi"),
            row(2, source="DEL", destination="Leningrad"),
            row(3, source="Bombay", destination="Saigon"),
            row(4, source="Madras", destination="Madras"),  # its fault is about the same cell as a note would be
            row(5, source="London", destination="Bombay"),
        ]
    )
    for dry_run in (True, False):
        status = office.take(data, dry_run=dry_run)
        assert counts(status) == {"created": 3, "updated": 0, "skipped": 0, "failed": 2}
        assert [(each["line"], each["value"], each["iata"], each["city"]) for each in status["places"]] == [
            (2, "Bombay", "BOM", "Mumbai"),
            (3, "Leningrad", "LED", "St. Petersburg"),
            (4, "Saigon", "SGN", "Ho Chi Minh City"),
            (5, "Madras", "MAA", "Chennai"),
        ]
        assert {error["code"] for error in status["errors"]} == {"same_place", "ambiguous_place"}
        failed = office.admin.get(status["failed_rows_url"]).content.decode("utf-8-sig")
        assert [line["_code"] for line in csv.DictReader(io.StringIO(failed))] == ["same_place", "ambiguous_place"]
        assert office.rows("SELECT count(*) FROM flights") == [(0 if dry_run else 3,)]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("winter 2030.csv", "winter 2030.csv"),
        ("C:\\\\data\\\\winter.csv", "winter.csv"),
        ("../../etc/winter.csv", "winter.csv"),
        ("Zürich Flüge.csv", "Zürich Flüge.csv"),
    ],
)
def test_an_import_tells_its_file_and_who_sent_it(office: Office, sent: str, told: str) -> None:
    answer = office.admin.post("/admin/flights/bulk-upload", files={"file": (sent, csv_of([row(1)]), "text/csv")})
    job = answer.raise_for_status().json()["job_id"]
    status = office.status(job)
    assert status["file_name"] == told
    assert status["username"]
    listed = office.admin.get("/admin/imports").json()["data"][0]
    assert (listed["file_name"], listed["username"]) == (told, status["username"])


def test_a_file_without_a_name_has_none(office: Office) -> None:
    answer = office.admin.post("/admin/flights/bulk-upload", content=csv_of([row(1)]), headers={"content-type": "text/csv"})
    assert office.status(answer.raise_for_status().json()["job_id"])["file_name"] is None
