"""Imports of CSV files, from the upload to the flights."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from core import keys
from core.seats.inventory import Inventory, take_snapshots
from launcher.sample import schedule
from tests.support.flights import TODAY, sell
from tests.support.imports import HEADER, ImportSteps, ImportStepsFactory, counts, csv_of, faults, row
from workers.imports.protocol import Ending

FLIGHTS = (
    "SELECT flight_number, source_key, destination_key, departure_date::text, total_seats, seats_held, seats_sold, round(price, 2)::text, currency,"
    " version FROM flights ORDER BY departure_ts"
)


def test_a_file_becomes_flights(import_steps: ImportSteps) -> None:
    job = import_steps.send(csv_of([row(1), row(2, source="BOM", destination="Pune"), row(3, source="Agra", price="0.5")]))
    waiting = import_steps.status(job)
    assert (waiting["status"], waiting["progress"]["total"], waiting["failed_rows_url"]) == ("PENDING", None, None)

    assert import_steps.work(job) is Ending.COMPLETED
    done = import_steps.status(job)
    assert done["status"] == "COMPLETED"
    assert done["progress"] == {"processed": 3, "total": 3, "percent": 100.0}
    assert counts(done) == {"created": 3, "updated": 0, "skipped": 0, "failed": 0}
    assert done["errors"] == []
    assert done["started_at"] <= done["finished_at"]
    assert import_steps.rows(FLIGHTS) == [
        ("AI-1", "DEL", "BOM", "2030-01-01", 150, 0, 0, "7500.00", "INR", 1),
        ("AI-2", "BOM", "PNQ", "2030-01-01", 150, 0, 0, "7500.00", "INR", 1),
        ("AI-3", "AGR", "BOM", "2030-01-01", 150, 0, 0, "0.50", "INR", 1),
    ]
    assert list(import_steps.folder.iterdir()) == [], "the file is not kept once it is worked"


def test_bad_rows_never_stop_good_ones(import_steps: ImportSteps) -> None:
    status = import_steps.take(
        csv_of(
            [
                row(1),
                row(2, total_seats="many", price="-1"),
                "AI-3,Delhi",
                row(4, destination="New Delhi"),
                row(5, arrival_ts="2030-01-01T00:00:00Z"),
                row(1, price="9"),
                '"unclosed,quote',
                row(7),
                row(8, departure_ts="2030-03-01T10:00:00Z", arrival_ts="2031-03-01T12:00:00Z"),
            ]
        )
    )
    assert status["status"] == "COMPLETED"
    assert counts(status) == {"created": 2, "updated": 0, "skipped": 0, "failed": 7}
    assert status["progress"] == {"processed": 9, "total": 9, "percent": 100.0}
    assert faults(status) == [
        (3, "price", "negative"),
        (3, "total_seats", "not_a_number"),
        (4, None, "wrong_columns"),
        (5, "destination", "same_place"),
        (6, "arrival_ts", "arrives_before_departure"),
        (7, "flight_number", "duplicate_in_file"),
        (8, None, "unclosed_quote"),
        (10, "arrival_ts", "arrives_too_late"),
    ]
    assert status["errors"][0] == {
        "line": 3, "column": "price", "value": "-1", "code": "negative", "message": "A price cannot be negative."
    }  # fmt: skip


def test_every_way_to_write_a_file_is_read(import_steps: ImportSteps) -> None:
    files = {
        "byte order mark": b"\xef\xbb\xbf" + csv_of([row(1)]),
        "CRLF": csv_of([row(2)]).replace(b"\n", b"\r\n"),
        "semicolons": csv_of([row(3)]).replace(b",", b";"),
        "tabs": csv_of([row(4)]).replace(b",", b"\t"),
        "quotes": csv_of([",".join(f'"{cell}"' for cell in row(5).split(","))]),
        "no newline at the end": csv_of([row(6)]).rstrip(b"\n"),
        "spaces and blank lines": csv_of(["", row(7).replace(",", " , "), " ", ",,,,,,"]),
        "another order": csv_of([",".join(reversed(row(8).split(",")))], header=",".join(reversed(HEADER.split(",")))),
        "currency": csv_of([row(9) + ",usd"], header=f"{HEADER},Currency"),
        "a quoted newline in an ignored column": csv_of([row(10) + ',"it\nwas wrong"'], header=f"{HEADER},_error"),
    }
    for what, data in files.items():
        status = import_steps.take(data)
        assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 0}, (what, status)
    assert [currency for *_, currency, _ in import_steps.rows(FLIGHTS)] == ["INR"] * 8 + ["USD", "INR"]


def test_a_row_that_is_hostile_is_one_bad_row(import_steps: ImportSteps) -> None:
    rows = {
        b"AI-1,De\0lhi,Mumbai,x,x,1,1": "nul_character",
        b"AI-2,D\xe9lhi,Mumbai,x,x,1,1": "not_utf8",
        row(3, total_seats="1_000").encode(): "not_a_number",
        row(4, total_seats="١٥٠").encode(): "not_a_number",
        row(5, price="nan").encode(): "not_a_number",
        row(6, source="D" * 5000).encode(): "not_a_place",
        b"AI-7," + b"D" * 20_000 + b",Mumbai,x,x,1,1": "line_too_long",
        row(8, source='"Del\nhi"').encode(): "not_a_place",
        row(9, flight_number="=cmd()").encode(): "not_a_flight_number",
        row(10, total_seats="São").encode(): "not_a_number",
    }
    data = b"\n".join([HEADER.encode(), *(line for good, bad in enumerate(rows, 100) for line in (bad, row(good).encode())), b""])
    status = import_steps.take(data)
    assert [code for _, _, code in faults(status) if code != "not_a_time"] == list(rows.values())
    assert status["failed"] == len(rows)
    assert status["created"] == len(rows)
    assert max(len(error["value"]) for error in status["errors"]) <= 201


def test_a_second_upload_changes_nothing(import_steps: ImportSteps) -> None:
    data = csv_of(row(number) for number in range(1, 51))
    assert counts(import_steps.take(data)) == {"created": 50, "updated": 0, "skipped": 0, "failed": 0}
    before = import_steps.rows("SELECT xmin::text, * FROM flights ORDER BY id")
    assert counts(import_steps.take(data)) == {"created": 0, "updated": 0, "skipped": 50, "failed": 0}
    assert import_steps.rows("SELECT xmin::text, * FROM flights ORDER BY id") == before, "unchanged rows are not written"


def test_a_changed_row_is_updated_once_and_keeps_its_seats(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1), row(2), row(3)]))
    (sold_out,) = import_steps.rows("SELECT id FROM flights WHERE flight_number = 'AI-1'")
    sell(import_steps.db, sold_out[0], sold=140, held=10)

    status = import_steps.take(csv_of([row(1, price="1.00"), row(2, total_seats="90"), row(3), row(4)]))
    assert counts(status) == {"created": 1, "updated": 2, "skipped": 1, "failed": 0}
    assert [flight[4:] for flight in import_steps.rows(FLIGHTS)] == [
        (150, 10, 140, "1.00", "INR", 2),
        (90, 0, 0, "7500.00", "INR", 2),
        (150, 0, 0, "7500.00", "INR", 1),
        (150, 0, 0, "7500.00", "INR", 1),
    ]


def test_an_update_without_a_currency_keeps_the_flight_s_own(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1) + ",USD"], header=f"{HEADER},currency"))
    assert counts(import_steps.take(csv_of([row(1, price="8.00")])))["updated"] == 1
    assert counts(import_steps.take(csv_of([row(1, price="8.00") + ","], header=f"{HEADER},currency")))["skipped"] == 1
    assert import_steps.rows("SELECT price::text, currency FROM flights") == [("8.00", "USD")]


def test_a_capacity_below_held_and_sold_is_a_bad_row(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1), row(2)]))
    (flight,) = import_steps.rows("SELECT id FROM flights WHERE flight_number = 'AI-1'")
    sell(import_steps.db, flight[0], sold=100, held=20)

    status = import_steps.take(csv_of([row(1, total_seats="119"), row(2, total_seats="119")]))
    assert counts(status) == {"created": 0, "updated": 1, "skipped": 0, "failed": 1}
    assert faults(status) == [(2, "total_seats", "capacity_below_sold")]
    assert "20 seats are held and 100 are sold" in status["errors"][0]["message"]
    assert counts(import_steps.take(csv_of([row(1, total_seats="120")])))["updated"] == 1


def test_create_mode_refuses_flights_that_exist(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1)]))
    status = import_steps.take(csv_of([row(1, price="1.00"), row(2)]), mode="create")
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 1}
    assert faults(status) == [(2, "flight_number", "flight_exists")]
    assert [flight[7] for flight in import_steps.rows(FLIGHTS)] == ["7500.00", "7500.00"]


def test_a_dry_run_counts_the_same_and_writes_no_flight(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1), row(2)]))
    (flight,) = import_steps.rows("SELECT id FROM flights WHERE flight_number = 'AI-2'")
    sell(import_steps.db, flight[0], sold=100)
    before = import_steps.rows("SELECT xmin::text, * FROM flights ORDER BY id")
    data = csv_of([row(1, price="1.00"), row(2, total_seats="5"), row(3), row(4, price="x"), row(3)])

    tried = import_steps.take(data, dry_run=True)
    assert counts(tried) == {"created": 1, "updated": 1, "skipped": 0, "failed": 3}
    assert import_steps.rows("SELECT xmin::text, * FROM flights ORDER BY id") == before
    real = import_steps.take(data)
    assert (counts(real), faults(real)) == (counts(tried), faults(tried))


def test_a_cancelled_flight_is_not_changed(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1)]))
    with import_steps.db.transaction() as connection:
        connection.execute("UPDATE flights SET status = 'CANCELLED'")
    status = import_steps.take(csv_of([row(1, price="1.00")]))
    assert faults(status) == [(2, "flight_number", "flight_cancelled")]
    assert counts(import_steps.take(csv_of([row(1)])))["skipped"] == 1


def test_failed_rows_come_back_ready_to_be_mended(open_import_steps: ImportStepsFactory) -> None:
    import_steps = open_import_steps(UNKNOWN_PLACES="accept")
    names = ",".join(reversed(HEADER.split(",")))
    rows = [
        row(1, price="-1", flight_number="=1+1"),
        row(2),
        row(3, source='"Delhi, India"', total_seats="0"),
        "just,two",
        row(5, source="+Town"),
    ]
    mirrored = [",".join(reversed(next(csv.reader([line])))).replace("Delhi, India", '"Delhi, India"') for line in rows]
    mirrored[4] = mirrored[4].replace("150", "0")
    job = import_steps.send(csv_of(mirrored, header=names))
    import_steps.work(job)
    status = import_steps.status(job)
    assert status["failed"] == 4

    response = import_steps.admin.get(status["failed_rows_url"])
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    header, *failed = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert header == [*names.split(","), "_line", "_code", "_error"]
    assert [(cells[-3], cells[-2]) for cells in failed] == [
        ("2", "not_a_flight_number; negative"),
        ("4", "out_of_range"),
        ("5", "wrong_columns"),
        ("6", "out_of_range"),
    ]
    assert failed[0][0] == "'-1", "a spreadsheet must not compute it"
    assert failed[0][6] == "'=1+1"
    assert failed[1][5] == "Delhi, India"
    assert failed[2][:7] == ["two", "just", "", "", "", "", ""]

    failed[0][0], failed[0][6], failed[1][1], failed[3][1] = "1.00", "AI-1", "150", "150"
    mended = io.StringIO()
    csv.writer(mended).writerows([header, *failed])
    again = import_steps.take(mended.getvalue().encode())
    assert counts(again) == {"created": 3, "updated": 0, "skipped": 0, "failed": 1}
    assert import_steps.rows("SELECT source FROM flights WHERE flight_number = 'AI-5'") == [("+Town",)]


def test_cells_that_a_spreadsheet_would_change_are_kept_in_failed_rows(import_steps: ImportSteps) -> None:
    """Also in a row that came from a file of ours, whose cell has its apostrophe already."""
    status = import_steps.take(csv_of([row(1, flight_number="0123", price="-1"), row(2, flight_number="'MAR-1", price="-1")]))
    header, *failed = csv.reader(io.StringIO(import_steps.admin.get(status["failed_rows_url"]).text.removeprefix("\ufeff")))
    number, price = header.index("flight_number"), header.index("price")
    assert [cells[number] for cells in failed] == ["'0123", "'MAR-1"]

    for cells in failed:
        cells[price] = "7.5"
    mended = io.StringIO()
    csv.writer(mended).writerows([header, *failed])
    assert counts(import_steps.take(mended.getvalue().encode()))["created"] == 2
    assert import_steps.rows("SELECT flight_number FROM flights ORDER BY 1") == [("0123",), ("MAR-1",)]


def test_the_template_is_a_file_that_can_be_imported(import_steps: ImportSteps) -> None:
    template = import_steps.admin.get("/admin/flights/bulk-upload/template.csv")
    assert template.text.splitlines()[0] == f"\ufeff{HEADER},currency,cabin"
    assert counts(import_steps.take(template.content))["created"] == 1


def test_the_sample_schedule_is_a_file_without_a_fault(import_steps: ImportSteps, tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    flights = schedule.write_csv(path, start=TODAY, days=2)
    assert counts(import_steps.take(path.read_bytes())) == {"created": flights, "updated": 0, "skipped": 0, "failed": 0}
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    found = import_steps.admin.get(
        "/api/v1/search", params={"source": "Delhi", "destination": "Mumbai", "date": tomorrow, "sort": "price"}
    )
    prices = [float(flight["price"]) for flight in found.json()]
    assert prices == sorted(prices)
    assert len(prices) >= 3
    assert len(import_steps.admin.get("/api/v1/airports").json()) >= 80


def test_a_search_sees_the_end_of_an_import(import_steps: ImportSteps) -> None:
    def search(destination: str = "Mumbai") -> list[str]:
        found = import_steps.admin.get(
            "/api/v1/search", params={"source": "Delhi", "destination": destination, "date": "2030-01-01"}
        )
        return [flight["price"] for flight in found.json()]

    assert (search(), search("Pune")) == ([], [])
    import_steps.take(csv_of([row(1)]))
    assert (search(), search("Pune")) == (["7500.00"], [])
    import_steps.take(csv_of([row(1, price="1.00")]))
    assert search() == ["1.00"]
    import_steps.take(csv_of([row(1, destination="Pune")]))
    assert (search(), search("Pune")) == ([], ["7500.00"])
    assert "Pune" in import_steps.admin.get("/api/v1/airports").json()


def test_a_new_capacity_makes_redis_load_the_flight_again(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1), row(2)]))
    flights: list[UUID] = [flight for (flight,) in import_steps.rows("SELECT id FROM flights ORDER BY departure_ts")]
    with import_steps.db.snapshot() as connection:
        Inventory(import_steps.redis).load(take_snapshots(connection, flights))
    import_steps.take(csv_of([row(1, total_seats="99"), row(2, price="1.00")]))
    assert [import_steps.redis.exists(keys.inventory(flight)) for flight in flights] == [0, 1]
