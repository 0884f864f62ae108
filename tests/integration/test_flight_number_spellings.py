"""`AI 301`, `AI301`, `AI-301` and `AI0301` are one flight number, in requests, in files and in a database of a former release."""

from __future__ import annotations

import psycopg
import pytest

from core.migrations.upgrade import upgrade
from launcher.embedded.postgres import EmbeddedPostgres
from tests.support import servers
from tests.support.flights import add_flight, body
from tests.support.imports import ImportSteps, counts, csv_of, faults, row

SPELLINGS = ["AI 301", "AI301", "AI-301", "AI0301", "ai 0301", "AI\u2011301"]


def test_a_flight_is_the_same_in_requests_and_files_and_in_every_spelling(import_steps: ImportSteps) -> None:
    first = add_flight(import_steps.admin, flight_number="AI 301")
    assert first["flight_number"] == "AI 301", "as it was written"
    for spelling in SPELLINGS:
        again = import_steps.admin.post("/admin/flights", json=body(flight_number=spelling))
        assert (again.status_code, again.json()["code"], again.json()["flight_id"]) == (409, "flight_exists", first["id"]), (
            spelling
        )
        replaced = import_steps.admin.put(f"/admin/flights/{first['id']}", json=body(flight_number=spelling))
        assert (replaced.json()["flight_number"], replaced.json()["version"]) == ("AI 301", 1), spelling
        for typed in (spelling, spelling[:-1]):
            found = import_steps.admin.get("/admin/flights", params={"q": typed}).json()["data"]
            assert [flight["id"] for flight in found] == [first["id"]], typed


def test_a_file_finds_a_flight_in_any_spelling_of_its_number(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1, flight_number="AI 301")]))
    for spelling in SPELLINGS:
        assert counts(import_steps.take(csv_of([row(1, flight_number=spelling)])))["skipped"] == 1, spelling
    assert counts(import_steps.take(csv_of([row(1, flight_number="AI0301", price="1.00")])))["updated"] == 1
    assert import_steps.rows("SELECT flight_number FROM flights") == [("AI 301",)]
    status = import_steps.take(csv_of(row(2, flight_number=spelling) for spelling in SPELLINGS))
    assert faults(status) == [(line, "flight_number", "duplicate_in_file") for line in range(3, 8)]
    assert faults(import_steps.take(csv_of([row(1, flight_number="AI-301")]), mode="create")) == [
        (2, "flight_number", "flight_exists")
    ]


@pytest.fixture
def former(postgres: EmbeddedPostgres) -> str:
    with servers.empty_database(postgres) as url:
        upgrade(url, "0015")
        with psycopg.connect(url, autocommit=True) as connection:
            for number, sold in (("AI301", 0), ("AI-301", 4), ("AI0301", 0), ("AI-302", 0), ("=x", 0)):
                connection.execute(
                    "INSERT INTO flights (id, flight_number, source, destination, departure_ts, arrival_ts, departure_date, total_seats,"
                    " seats_sold, price, currency) VALUES (gen_random_uuid(), %s, 'Delhi', 'Mumbai', '2030-01-01Z', '2030-01-01 02:00Z',"
                    " '2030-01-01', 9, %s, 7500, 'INR')",
                    (number, sold),
                )
        upgrade(url)
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT flight_number, flight_number_key FROM flights ORDER BY flight_number").fetchall()
    return repr(dict(rows))


def test_flights_of_a_former_release_that_are_one_number_now_all_stay(former: str) -> None:
    assert former == repr({"=x": "=x", "AI-301": "AI301", "AI-302": "AI302", "AI0301": "AI301~3", "AI301": "AI301~2"})
