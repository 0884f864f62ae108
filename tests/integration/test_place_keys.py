"""The database and the code compute the same place keys, whatever the locale of the database is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest

from core.db import Database, opened
from core.db.session import RawConnection
from core.migrations.upgrade import upgrade
from core.places import letters, resolver, wanted
from core.users.models import Role
from tests.support.api import ApiFactory
from tests.support.databases import NewDatabase
from tests.support.flights import add_flight, noon_in

LOCALES: list[LiteralString] = [
    "LOCALE 'C' ENCODING 'UTF8' TEMPLATE template0",
    "LOCALE 'C.UTF-8' ENCODING 'UTF8' TEMPLATE template0",
    "LOCALE_PROVIDER icu ICU_LOCALE 'tr' LOCALE 'C' ENCODING 'UTF8' TEMPLATE template0",
]
"""Where lower case ends at ASCII, where it does not, and where `I` is written `ı`."""
NAMES = [
    "Delhi",
    "Ağrı-ЁЛКА",
    "HÀ NỘI",
    "ՍԵՒԱՆ É",
    "Atlantis Harbour",
    "ÅRHUS-ØST",
    "ΟΔΟΣ",
    "İzmit Körfezi",
    "Évry",
    "évry",
    "ÉVRY",
    "ILGIN",
]


@pytest.fixture(
    params=[
        pytest.param(LOCALES[0], id="C", marks=pytest.mark.variant),
        pytest.param(LOCALES[1], id="C.UTF-8"),
        pytest.param(LOCALES[2], id="Turkish", marks=pytest.mark.variant),
    ]
)
def url(request: pytest.FixtureRequest, new_database: NewDatabase) -> str:
    try:
        return new_database(request.param)
    except psycopg.errors.FeatureNotSupported as error:
        pytest.skip(f"this Postgres has no such locale: {error}")


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    upgrade(url)
    with opened(url, pool_size=2, application="test") as db:
        yield db


def test_lower_case_means_the_same_in_python_and_in_postgres(db: Database) -> None:
    every = [letter for letter in map(chr, range(1, 0x2FFFF)) if not 0xD800 <= ord(letter) <= 0xDFFF]
    with db.transaction() as connection:
        connection.execute("SET LOCAL statement_timeout = 0")  # every letter of Unicode takes a while
        rows = connection.execute("SELECT letter, place_name_key(letter) FROM unnest(%s::text[]) letter", (every,)).fetchall()
    assert [letter for letter, lowered in rows if letters.lower(letter) != lowered] == []


def test_a_generated_key_is_the_key_that_search_computes(db: Database) -> None:
    with db.transaction() as connection:
        for number, name in enumerate(NAMES):
            assert add(connection, number, name) == key(name)


def test_a_database_of_the_former_schema_gets_the_same_keys(url: str) -> None:
    upgrade(url, "0007")
    with psycopg.connect(url) as connection:
        for number, name in enumerate(NAMES):
            add_before_numbers_had_keys(connection, number, name)
    upgrade(url)
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT source, source_key FROM flights ORDER BY flight_number").fetchall()
    assert rows == [(name, key(name)) for name in NAMES]


def test_one_place_written_in_two_ways_is_one_place(db: Database, url: str, start_api: ApiFactory) -> None:
    api = start_api(DATABASE_URL=url, UNKNOWN_PLACES="accept")
    with api.client(api.admit(Role.ADMIN).headers) as admin:
        for number, name in enumerate(["Évryville", "ÉVRYVILLE"]):
            add_flight(admin, flight_number=f"XX-{number}", source=name, departure_ts=noon_in(5), arrival_ts=noon_in(5, hours=2))
        found = admin.get(
            "/api/v1/search", params={"source": "évryville", "destination": "Mumbai", "date": noon_in(5).date().isoformat()}
        )
        assert len(found.json()) == 2
        assert len([name for name in admin.get("/api/v1/airports").json() if name.upper() == "ÉVRYVILLE"]) == 1


def test_lower_case_of_ascii_is_that_of_python() -> None:
    text = "".join(map(chr, range(128)))
    assert letters.lower(text) == text.lower()
    assert len(letters.UPPER) == len(letters.LOWER) == len(set(letters.UPPER))


def key(name: str) -> str:
    (key,) = wanted.read(name, "Mumbai").source.keys
    return key


def add(connection: RawConnection, number: int, name: str) -> str:
    row = connection.execute(
        "INSERT INTO flights (id, flight_number, flight_number_key, source, source_iata, destination, departure_ts, arrival_ts, departure_date,"
        " total_seats, price, currency)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s, 'Elsewhere', '2030-01-01Z', '2030-01-01 01:00Z', '2030-01-01', 1, 1, 'INR')"
        " RETURNING source_key",
        (f"XX-{number:02}", f"XX{number}", name, code_of(name)),
    ).fetchone()
    assert row is not None
    return str(row[0])


def add_before_numbers_had_keys(connection: RawConnection, number: int, name: str) -> None:
    connection.execute(
        "INSERT INTO flights (id, flight_number, source, source_iata, destination, departure_ts, arrival_ts, departure_date,"
        " total_seats, price, currency)"
        " VALUES (gen_random_uuid(), %s, %s, %s, 'Elsewhere', '2030-01-01Z', '2030-01-01 01:00Z', '2030-01-01', 1, 1, 'INR')",
        (f"XX-{number:02}", name, code_of(name)),
    )


def code_of(name: str) -> str | None:
    place = resolver.end_of(name)
    return place.iata if place else None
