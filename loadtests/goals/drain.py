"""Goals 4 and 5: how fast a worker handles bookings that were stored before, compared with a stock worker, and with COPY of the same rows."""

from __future__ import annotations

import time
from uuid import UUID

import psycopg

from api.live.batch_intake import BatchIntake
from core.bookings.intake.fair_share import FairShare
from core.bookings.intake.requests import Accepted, BookingRequest
from core.bookings.intake.rules import BookingRules
from core.clock import new_id
from core.db import opened
from core.messaging.dispatcher import Dispatcher
from core.messaging.messages import MAX_IDS, ReserveBookings
from loadtests.bench.installation.baselines import send_one
from loadtests.bench.installation.stack import Stack
from loadtests.goals.bench import SEATS
from loadtests.goals.goal import Figure, Row, RunLength, median_ratio, median_with_range

BOOKINGS = 20_000
STOCK_BOOKINGS = 2_000
"""The number of bookings for the stock worker, which is slower."""
WAIT_SECONDS = 120.0


def rows_4_and_5(stack: Stack, run_length: RunLength) -> tuple[Row, Row]:
    """`stack` has no worker: each measurement starts one."""
    drained, stock, copied = [], [], []
    for _ in range(run_length.rounds):
        ids = preload(stack, BOOKINGS)
        dispatcher = Dispatcher(stack.redis_url)
        dispatcher.send_all(ReserveBookings.for_ids(ids))
        dispatcher.close()
        drained.append(_drain(stack, "workers.main", ids))
        copied.append(_copy(stack, ids))
        alone = preload(stack, STOCK_BOOKINGS)
        for each in alone:
            send_one(each, stack.redis_url)
        stock.append(_drain(stack, "loadtests.bench.installation.baseline_worker", alone))
    four = Row(4, "drain of preloaded bookings / one Dramatiq message and one commit for each, same work")
    four.figures.append(
        Figure(
            "bookings/s",
            median_ratio(drained, stock),
            10,
            sides=f"{median_with_range(drained)} / {median_with_range(stock)} a second",
        )
    )
    four.data = {"drained": drained, "stock": stock}
    five = Row(5, "rows brought to their end by the drain / COPY of the same rows into a table with the same indexes")
    five.figures.append(
        Figure(
            "rows/s",
            median_ratio(drained, copied),
            0.40,
            sides=f"{median_with_range(drained)} / {median_with_range(copied)} a second",
        )
    )
    five.data = {"drained": drained, "copied": copied}
    return four, five


def preload(stack: Stack, count: int) -> list[UUID]:
    """Insert bookings of one new flight, each of another traveller, without messages. `next_at` is so late that the sweep does not send them."""
    flight = stack.flight(SEATS)
    users = [new_id() for _ in range(count)]
    with stack.connect() as connection:
        connection.execute(
            "INSERT INTO users (id, username, password_hash, role) SELECT id, 'drain-' || id, '-', 'traveller' FROM unnest(%s::uuid[]) AS id",
            (users,),
        )
    ids = []
    with opened(stack.database_url, pool_size=1, application="bench") as database:
        intake = BatchIntake(database, BookingRules(5, 10, FairShare(27, 10)))
        for start in range(0, count, MAX_IDS):
            outcomes = intake.accept([BookingRequest(user, (flight,), 1) for user in users[start : start + MAX_IDS]])
            ids += [outcome.booking_id for outcome in outcomes if isinstance(outcome, Accepted)]
    with stack.connect() as connection:
        connection.execute("UPDATE bookings SET next_at = now() + interval '1 hour' WHERE id = ANY(%s)", (ids,))
        connection.execute("VACUUM ANALYZE bookings")
        connection.execute("CHECKPOINT")
    return ids


def _drain(stack: Stack, module: str, ids: list[UUID]) -> float:
    """Bookings per second, from the first that the worker took to the last that ended. The start of the worker is not counted."""
    worker = stack.start_program(module)
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        with stack.connect() as connection:
            # The last ones first: a question about all of them takes Postgres 40 ms, which would slow down what is measured.
            while any(_is_pending(connection, each) for each in (ids[-MAX_IDS:], ids)):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"not drained by {module} after {WAIT_SECONDS:.0f} s")
                time.sleep(0.1)
            row = connection.execute(
                """
                SELECT extract(epoch FROM max(finished_at) - min((timeline -> 0 ->> 'at')::timestamptz))::float8,
                       count(*) FILTER (WHERE status = 'CONFIRMED') FROM bookings WHERE id = ANY(%s)
                """,
                (ids,),
            ).fetchone()
        assert row is not None
        if row[1] != len(ids):
            raise RuntimeError(f"{row[1]} of {len(ids)} are confirmed")
        return len(ids) / float(str(row[0]))
    finally:
        worker.terminate()
        worker.wait(timeout=30)


def _is_pending(connection: psycopg.Connection[tuple[object, ...]], ids: list[UUID]) -> bool:
    """Whether one of these bookings is still PENDING."""
    query = "SELECT 1 FROM bookings WHERE id = ANY(%s) AND status = 'PENDING' LIMIT 1"
    return connection.execute(query, (ids,)).fetchone() is not None


def _copy(stack: Stack, ids: list[UUID]) -> float:
    """Rows per second of COPY with the same bookings and segments, into empty tables with the same indexes."""
    seconds = 0.0
    with stack.connect() as connection:
        for table, key in (("bookings", "id"), ("booking_segments", "booking_id")):
            with connection.cursor() as cursor:
                query = f"COPY (SELECT * FROM {table} WHERE {key} = ANY (ARRAY[{','.join(repr(str(each)) for each in ids)}]::uuid[])) TO STDOUT"
                with cursor.copy(query.encode()) as copy:
                    data = b"".join(bytes(piece) for piece in copy)
                cursor.execute(f"CREATE TABLE IF NOT EXISTS copied_{table} (LIKE {table} INCLUDING ALL)".encode())
                cursor.execute(f"TRUNCATE copied_{table}".encode())
                started_at = time.perf_counter()
                with cursor.copy(f"COPY copied_{table} FROM STDIN".encode()) as copy:
                    copy.write(data)
                seconds += time.perf_counter() - started_at
    return len(ids) / seconds
