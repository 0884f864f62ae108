"""How the cost grows with the amount of data: bookings of a flight with many open ones, searches among many flights, files of many rows."""

from __future__ import annotations

from uuid import UUID

from loadtests.bench import imports, search
from loadtests.bench.installation.stack import Stack, running
from loadtests.goals.bench import SEATS, Bench
from loadtests.goals.goal import Figure, Row, RunLength

OPEN_BOOKINGS = (10, 10_000, 200_000)
"""The numbers of HELD bookings on the flight that is booked."""
FLIGHTS = (10_000, 1_000_000)
MIN_RATIO = 0.8
"""The rate with the most open bookings has to be at least so many times the rate with the fewest."""


def row_16(run_length: RunLength) -> Row:
    row = Row(16, "cost as work grows")
    rates: dict[int, float] = {}
    with running("loadtests.bench.installation.app:create_app") as stack:
        bench = Bench(stack)
        bench.book(64, 1.0)
        flight = stack.flight(SEATS)
        existing = 0
        for count in OPEN_BOOKINGS:
            _insert_held(stack, flight, count - existing)
            existing = count
            rates[count] = bench.book(64, run_length.seconds, [flight]).per_second
            _make_a_day_older(stack, flight)
    fewest, most = rates[min(rates)], rates[max(rates)]
    row.figures.append(
        Figure(
            f"bookings/s on a flight with {max(OPEN_BOOKINGS):,} open ones / {min(OPEN_BOOKINGS)}",
            most / fewest,
            MIN_RATIO,
            sides=f"{most:,.0f} / {fewest:,.0f} a second",
        )
    )
    with running(search.APP, workers=0, environment={"SKYQUEUE_SEARCH_CACHE_SECONDS": "2"}) as stack:
        searched = {size: search.measure_misses(stack, size).p50 for size in FLIGHTS}
    row.notes.append(
        "a search that is not cached, p50: " + ", ".join(f"{size:,} flights {ms:.1f} ms" for size, ms in searched.items())
    )
    row.data = {"bookings": rates, "search_ms": searched, "import_rows": imports.MEMORY_ROWS}
    return row


def _insert_held(stack: Stack, flight: UUID, count: int) -> None:
    """Insert `count` HELD bookings, each of another traveller."""
    with stack.connect() as connection:
        connection.execute(
            """
            WITH people AS (
                INSERT INTO users (id, username, password_hash, role)
                SELECT gen_random_uuid(), 'open-' || gen_random_uuid(), '-', 'traveller' FROM generate_series(1, %(count)s) RETURNING id
            ), made AS (
                INSERT INTO bookings (id, user_id, seats, status, payment_mode, reference, price_total, currency, next_at, hold_expires_at)
                SELECT uuidv7(), id, 1, 'HELD', 'hold', 'O' || substr(md5(id::text), 1, 14), 7500, 'INR', now() + interval '1 day',
                       now() + interval '1 day' FROM people RETURNING id
            ), moved AS (
                INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total) SELECT id, 0, id, %(flight)s, 7500 FROM made
            ) UPDATE flights SET seats_held = seats_held + %(count)s WHERE id = %(flight)s
            """,
            {"count": count, "flight": flight},
        )
        connection.execute("VACUUM ANALYZE bookings, booking_segments, users")


def _make_a_day_older(stack: Stack, flight: UUID) -> None:
    """Make the confirmed bookings a day older. They are no duplicates of new ones then, so the travellers can book the flight again."""
    with stack.connect() as connection:
        connection.execute(
            """
            UPDATE bookings SET created_at = created_at - interval '1 day' WHERE status = 'CONFIRMED'
            AND id IN (SELECT booking_id FROM booking_segments WHERE flight_id = %s)
            """,
            (flight,),
        )
        connection.execute("VACUUM ANALYZE bookings")
