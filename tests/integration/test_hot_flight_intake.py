"""The time to accept a booking does not grow with the number of bookings on its flight."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from core.bookings.intake import duplicates, fair_share
from core.bookings.intake.requests import BookingRequest
from core.clock import new_id
from tests.support.pipeline import Pipeline

SOLD: Final = 2_000
TRAVELLERS: Final = 64

SELL: Final = """
    WITH sold AS (
        INSERT INTO bookings (id, user_id, seats, payment_mode, reference, price_total, currency, status)
        SELECT gen_random_uuid(), user_id, 1, 'none', upper(substr(md5(random()::text), 1, 6)), 1, 'INR', 'CONFIRMED'
        FROM unnest(%(users)s::uuid[]) AS user_id
        ON CONFLICT DO NOTHING RETURNING id
    )
    INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total, departure_ts, arrival_ts)
    SELECT sold.id, 0, sold.id, f.id, 1, f.departure_ts, f.arrival_ts FROM sold, flights f WHERE f.id = %(flight)s
"""
READ: Final = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'booking_segments'"
BY_FLIGHT: Final = """
    SELECT count(*) FROM bookings b WHERE b.user_id = ANY(%s) AND b.id IN (
        SELECT s.booking_id FROM booking_segments s WHERE s.flight_id = %s OFFSET 0
    )
"""
"""The same question, asked from the side of the flight. OFFSET 0 keeps Postgres from choosing the other side."""


def read(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
    """Rows of segments that Postgres has read in this transaction."""
    row = connection.execute(READ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_booking_reads_none_of_those_of_others_on_its_flight(pipeline: Pipeline) -> None:
    hot, other = pipeline.flight(10_000), pipeline.flight(10_000)
    busy_traveller, travellers = pipeline.account().id, [pipeline.account().id for _ in range(TRAVELLERS)]
    with pipeline.db.transaction() as connection:
        connection.execute(SELL, {"users": [busy_traveller] * SOLD, "flight": hot})
        connection.execute(SELL, {"users": travellers, "flight": other})
    requests = [BookingRequest(traveller, (hot,), 1, booking_id=new_id()) for traveller in travellers]
    with pipeline.db.transaction() as connection:
        assert duplicates.find_duplicates(connection, requests, minutes=10) == {}
        assert fair_share.find_over_limit(connection, requests, 1) == set()
        cost = read(connection)
        connection.execute(BY_FLIGHT, (travellers, hot))
        by_flight = read(connection) - cost

    assert 0 < cost <= 2 * TRAVELLERS, "each looks at their own booking, for each of the two questions"
    assert by_flight >= SOLD, "the control: asked by flight, it reads what the crowd has booked"
