"""A database of the former schema gets cabins and seat numbers, and its flights and bookings do not change."""

from __future__ import annotations

import psycopg

from core.migrations.upgrade import upgrade
from launcher.embedded.postgres import EmbeddedPostgres
from tests.support import servers

BEFORE = "0023"
FLIGHTS = """
    INSERT INTO flights (id, flight_number, flight_number_key, source, destination, departure_ts, arrival_ts, departure_date, total_seats,
                         price, currency)
    SELECT gen_random_uuid(), 'AI-' || n, 'AI' || n, 'Delhi', 'Mumbai', '2030-01-01Z', '2030-01-01 02:00Z', '2030-01-01', 9, 100, 'INR'
    FROM generate_series(1, 3) AS n
"""
BOOKING = """
    WITH owner AS (
        INSERT INTO users (id, username, password_hash, role) VALUES (gen_random_uuid(), 'asha', '-', 'traveller') RETURNING id
    ), booked AS (
        INSERT INTO bookings (id, user_id, seats, status, price_total, currency, reference)
        SELECT gen_random_uuid(), id, 2, 'CONFIRMED', 200, 'INR', 'K7QX2M' FROM owner RETURNING id
    )
    INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total)
    SELECT b.id, 0, b.id, f.id, 200 FROM booked b, flights f WHERE f.flight_number = 'AI-1'
"""
PICK = """
    INSERT INTO seat_numbers (booking_id, position, traveller, flight_id, seat_number)
    SELECT booking_id, position, %s, flight_id, %s FROM booking_segments
"""


def test_flights_have_no_cabin_and_their_travellers_may_pick_seats(postgres: EmbeddedPostgres) -> None:
    with servers.empty_database(postgres) as url:
        upgrade(url, BEFORE)
        with psycopg.connect(url) as connection:
            connection.execute(FLIGHTS)
            connection.execute(BOOKING)
            before = connection.execute("SELECT * FROM flights ORDER BY id").fetchall()
        upgrade(url)
        with psycopg.connect(url) as connection:
            after = connection.execute("SELECT * FROM flights ORDER BY id").fetchall()
            assert [row[: len(kept)] for row, kept in zip(after, before, strict=True)] == before
            assert connection.execute("SELECT count(*) FROM flights WHERE cabin IS NOT NULL").fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM seat_numbers").fetchone() == (0,)
            connection.execute(PICK, (1, "1A"))
        with psycopg.connect(url) as connection:
            try:
                connection.execute(PICK, (2, "1A"))
                taken = ""
            except psycopg.errors.UniqueViolation as error:
                taken = error.diag.constraint_name or ""
        assert taken == "ux_seat_numbers_seat"
