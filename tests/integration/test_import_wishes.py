"""What an administrator may ask of an import beside having it: local times, a look at what would change, and to stop."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from core import keys
from core.imports import run as running
from core.imports.reader import read_chunk
from core.imports.run import Ending
from tests.support.flights import sell
from tests.support.imports import HEADER, Office, counts, csv_of, faults, row
from tests.support.waiting import until


def local(number: int, source: str, departure: str, destination: str, arrival: str) -> str:
    return row(number, source=source, departure_ts=departure, destination=destination, arrival_ts=arrival)


def chunks_of(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.run.read_chunk", lambda file, layout, at: read_chunk(file, layout, at, rows=rows))


def at_the_end_of_a_chunk(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], None]) -> None:
    """Do something when the transaction of the `number`-th chunk is over."""
    tell = running._Run._tell
    stored: list[int] = []

    def told(run: Any, applied: Any) -> None:
        tell(run, applied)
        stored.append(1)
        if len(stored) == number:
            act()

    monkeypatch.setattr(running._Run, "_tell", told)


# Local times


def test_a_local_time_is_what_the_clocks_show_at_each_end(office: Office) -> None:
    status = office.take(
        csv_of(
            [
                local(1, "Delhi", "2030-01-01 23:30", "London", "2030-01-02 04:30"),
                local(2, "New York", "2030-07-01T20:00:00", "JFK", "2030-07-01T23:00"),
                local(3, "London", "2030-07-01T20:00:00", "Delhi", "2030-07-02T04:00:00Z"),
            ]
        ),
        times="local",
    )
    assert faults(status) == [(3, "destination", "same_place")]
    assert status["times"] == "local"
    assert office.rows(
        "SELECT to_char(departure_ts, 'DD HH24:MI'), to_char(arrival_ts, 'DD HH24:MI'), departure_date FROM flights ORDER BY flight_number"
    ) == [("01 18:00", "02 04:30", date(2030, 1, 1)), ("01 19:00", "02 04:00", date(2030, 7, 1))]


@pytest.mark.parametrize(
    ("source", "departure", "code"),
    [
        ("London", "2030-03-31T01:30", "nonexistent_time"),
        ("London", "2030-10-27T01:30", "ambiguous_time"),
        ("Paris", "2030-03-31T02:00", "nonexistent_time"),
        ("Paris", "2030-10-27T02:59:59.999999", "ambiguous_time"),
        ("LDH", "2030-04-07T01:45", "ambiguous_time"),
        ("Atlantis", "2030-01-01T10:00", "no_time_zone"),
        ("Auckland", "2000-01-01T05:00", "out_of_range"),
        ("London", "2030-02-30T01:30", "not_a_time"),
    ],
)
def test_a_local_time_that_is_none_or_two_is_a_bad_row(office: Office, source: str, departure: str, code: str) -> None:
    status = office.take(csv_of([local(1, source, departure, "Mumbai", "2031-01-01T00:00Z"), row(2)]), times="local")
    assert (faults(status), status["created"]) == ([(2, "departure_ts", code)], 1)


@pytest.mark.parametrize(
    ("source", "departure", "utc"),
    [
        ("London", "2030-03-31T00:59:59", "00:59"),
        ("London", "2030-03-31T02:00", "01:00"),
        ("London", "2030-10-27T00:59", "23:59"),
        ("London", "2030-10-27T02:00", "02:00"),
        ("London", "2030-10-27T01:30+01:00", "00:30"),
        ("London", "2030-10-27T01:30Z", "01:30"),
        ("Atlantis", "2030-10-27T01:30Z", "01:30"),
        ("Kathmandu", "2030-06-01T10:00", "04:15"),
    ],
)
def test_a_local_time_beside_a_change_of_the_clocks_is_one_moment(office: Office, source: str, departure: str, utc: str) -> None:
    status = office.take(csv_of([local(1, source, departure, "Mumbai", "2031-01-01T00:00Z")]), times="local")
    assert status["created"] == 1, status["errors"]
    assert office.rows("SELECT to_char(departure_ts, 'HH24:MI') FROM flights") == [(utc,)]


def test_without_being_asked_for_a_local_time_is_a_bad_row(office: Office) -> None:
    data = csv_of([local(1, "Delhi", "2030-01-01T10:00", "Mumbai", "2030-01-01T12:00")])
    assert faults(office.take(data)) == [(2, "arrival_ts", "no_time_zone"), (2, "departure_ts", "no_time_zone")]
    assert office.send(data) != office.send(data, times="local"), "the same bytes, read in another way"
    assert office.admin.post("/admin/flights/bulk-upload", content=data, params={"times": "there"}).status_code == 422


def test_rows_that_name_one_moment_in_two_ways_are_one_flight(office: Office) -> None:
    data = csv_of([local(1, "Delhi", "2030-01-01T10:00", "Goa", "2030-01-01T12:00"), row(1, departure_ts="2030-01-01T04:30Z")])
    assert faults(office.take(data, times="local")) == [(3, "flight_number", "duplicate_in_file")]


# What would change


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
            row(2, source="Goa", price="1"),
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
        {"field": "source", "before": "Delhi", "after": "Goa"},
    ]
    assert office.rows("SELECT xmin::text, * FROM flights ORDER BY id") == before
    assert [each["line"] for each in changes(office, job, booked=True)["data"]] == [2]

    real = office.send(data)
    office.work(real)
    assert office.status(real)["affected_bookings"] == 1
    assert [each["line"] for each in changes(office, real)["data"]] == [2, 3], "one has bookings, one left its route"


def test_changes_come_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks_of(4, monkeypatch)
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
        connection.execute(
            """
            INSERT INTO bookings (id, trip_id, user_id, flight_id, seats, status, price_total, currency, reference)
            SELECT i, i, (SELECT id FROM users LIMIT 1), %s, %s, 'CONFIRMED', 1, 'INR', left(i::text, 6)
            FROM (SELECT gen_random_uuid() AS i) AS new
            """,
            (flight, seats),
        )


# Stopping


def cancel(office: Office, job: object) -> Any:
    return office.admin.post(f"/admin/imports/{job}/cancel")


def test_an_import_that_waits_is_cancelled_at_once(office: Office) -> None:
    job = office.send(csv_of([row(1)]))
    answer = cancel(office, job)
    assert (answer.status_code, answer.json()["status"], answer.json()["cancelling"]) == (202, "CANCELLED", False)
    assert cancel(office, job).json() == answer.json(), "asking again changes nothing"
    assert list(office.folder.iterdir()) == []
    assert office.work(job) is Ending.LEFT
    assert office.rows("SELECT count(*) FROM flights") == [(0,)]
    assert office.rows("SELECT count(*) FROM audit_log WHERE action = 'import.cancelled'") == [(1,)]


def test_a_worker_stops_after_its_chunk_and_what_is_stored_stays(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks_of(5, monkeypatch)
    data = csv_of([*(row(number) for number in range(1, 19)), "", "broken", row(20)])
    job = office.send(data)
    version = keys.route_version("DEL", "BOM", date(2030, 1, 1))
    asked: list[Any] = []
    at_the_end_of_a_chunk(monkeypatch, 2, lambda: asked.append(cancel(office, job)))
    assert office.work(job) is Ending.CANCELLED
    assert (asked[0].status_code, asked[0].json()["status"], asked[0].json()["cancelling"]) == (202, "IN_PROGRESS", True)

    status = office.status(job)
    assert (status["status"], status["cancelling"], status["unprocessed"]) == ("CANCELLED", False, 10)
    assert status["progress"]["total"] == 20
    assert counts(status) == {"created": 10, "updated": 0, "skipped": 0, "failed": 0}
    assert office.rows("SELECT count(*) FROM flights") == [(10,)]
    assert office.redis.exists(version), "search is told of the chunks that are stored"
    assert list(office.folder.iterdir()) == []
    assert office.rows("SELECT next_at FROM imports") == [(None,)]
    assert cancel(office, job).json()["status"] == "CANCELLED"
    assert counts(office.take(data))["skipped"] == 10, "the same file goes on where it was stopped"


def test_a_cancellation_waits_for_the_chunk_that_is_being_stored(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is inside a transaction when the request comes: both get what they want, in this order."""
    chunks_of(5, monkeypatch)
    job = office.send(csv_of(row(number) for number in range(1, 21)))
    canceller = threading.Thread(target=cancel, args=(office, job))

    def ask_inside(_: str) -> None:
        if not canceller.ident:
            canceller.start()
            until(lambda: office.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") == [(1,)])

    monkeypatch.setattr("core.failpoints.reach", ask_inside)
    assert office.work(job) is Ending.CANCELLED
    canceller.join()
    status = office.status(job)
    assert (status["status"], status["created"] % 5, status["created"] + status["unprocessed"]) == ("CANCELLED", 0, 20)
    assert status["created"] < 20


def test_a_cancelled_import_whose_worker_died_is_ended_by_the_next(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks_of(5, monkeypatch)
    data = csv_of(row(number) for number in range(1, 21))
    job = office.send(data)

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    at_the_end_of_a_chunk(monkeypatch, 2, die)
    with pytest.raises(Killed):
        office.work(job)
    assert cancel(office, job).json()["cancelling"] is True
    assert office.rows("SELECT next_at <= now() FROM imports") == [(True,)], "the sweep sends it at once"
    assert office.send(data) != job, "who sends the file again means it"
    assert office.work(job) is Ending.CANCELLED
    assert (office.status(job)["created"], office.status(job)["unprocessed"]) == (10, 10)
    assert office.redis.exists(keys.route_version("DEL", "BOM", date(2030, 1, 1)))


def test_an_import_that_is_over_cannot_be_cancelled(office: Office) -> None:
    job = office.send(csv_of([row(1)]))
    office.work(job)
    answer = cancel(office, job)
    assert (answer.status_code, answer.json()["code"], answer.json()["import_status"]) == (409, "import_over", "COMPLETED")
    assert cancel(office, "019a0000-0000-7000-8000-000000000000").json()["code"] == "import_not_found"


def test_the_history_can_be_narrowed(office: Office) -> None:
    office.take(csv_of([row(1)]))
    office.take(csv_of([row(2)]), dry_run=True)
    stopped = office.send(csv_of([row(3)]))
    cancel(office, stopped)

    def found(**parameters: Any) -> list[tuple[str, bool]]:
        page = office.admin.get("/admin/imports", params=parameters).json()
        return [(each["status"], each["dry_run"]) for each in page["data"]]

    assert found(status="CANCELLED") == [("CANCELLED", False)]
    assert found(status="COMPLETED") == [("COMPLETED", True), ("COMPLETED", False)]
    assert found(status="COMPLETED", dry_run=False) == [("COMPLETED", False)]
    assert office.admin.get("/admin/imports", params={"status": "DONE"}).status_code == 422


# Mending


def test_failed_rows_come_in_order_and_all_pass_once_they_are_mended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of bad rows over many chunks, each bad in its own way. Cells that nobody mends come back as they were."""
    chunks_of(40, monkeypatch)
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

    header, *failed = csv.reader(io.StringIO(office.admin.get(office.status(job)["failed_rows_url"]).text))
    lines = [int(cells[header.index("_line")]) for cells in failed]
    assert lines == [number + 2 for number in range(300) if number % 2]
    assert all(cells[1].startswith("'") for cells in failed)
    for cells in failed:
        cells[header.index("price")] = "7.5"
    mended = io.StringIO()
    csv.writer(mended).writerows([header, *failed])
    assert counts(office.take(mended.getvalue().encode())) == {"created": 150, "updated": 0, "skipped": 0, "failed": 0}
    assert [name for (name,) in office.rows("SELECT source FROM flights ORDER BY departure_ts")] == names
