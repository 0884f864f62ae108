"""The database and the code agree on what search compares."""

from __future__ import annotations

from core.db import Database
from core.places import registry


def test_lower_case_means_the_same_in_python_and_in_postgres(db: Database) -> None:
    letters = [letter for letter in map(chr, range(1, 0x2FFFF)) if not 0xD800 <= ord(letter) <= 0xDFFF]
    with db.transaction() as connection:
        rows = connection.execute("SELECT letter, lower(letter) FROM unnest(%s::text[]) letter", (letters,)).fetchall()
    assert [letter for letter, lowered in rows if registry.lower(letter) != lowered] == []


def test_a_generated_key_is_the_key_that_search_computes(db: Database) -> None:
    names = ["Delhi", "Atlantis Harbour", "ÅRHUS-ØST", "ΟΔΟΣ", "İzmit Körfezi"]
    with db.transaction() as connection:
        for number, name in enumerate(names):
            place = registry.resolve(name)
            row = connection.execute(
                "INSERT INTO flights (id, flight_number, source, source_iata, destination, departure_ts, arrival_ts, departure_date,"
                " total_seats, price, currency)"
                " VALUES (gen_random_uuid(), %s, %s, %s, 'Elsewhere', '2030-01-01Z', '2030-01-01 01:00Z', '2030-01-01', 1, 1, 'INR')"
                " RETURNING source_key",
                (f"XX-{number}", name, place.iata if place else None),
            ).fetchone()
            assert row == (registry.place_key(name),)
