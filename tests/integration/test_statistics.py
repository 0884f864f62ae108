"""Plans that were made while a table was nearly empty are replaced: the sweep analyses tables that have grown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from core.bookings.intake import duplicates
from core.bookings.intake.requests import BookingRequest
from core.clock import new_id
from core.db import statistics
from tests.integration.test_hot_flight_intake import SELL
from tests.support import sweeping
from tests.support.pipeline import Pipeline
from workers.sweeps.sweeper import Sweeper

sweeper = sweeping.sweeper

SOLD: Final = 2_000
MOST: Final = 1_900
"""Their references are drawn by chance, and those that are drawn twice are not stored."""
TABLES: Final = ("bookings", "booking_segments")
FIND: Final = "SELECT flight_id FROM booking_segments WHERE booking_id = %s"
READ: Final = "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_xact_user_tables WHERE relname = %s"
WITH_EXISTS: Final = """
    SELECT EXISTS (SELECT FROM bookings k WHERE k.user_id = w.user_id AND k.idempotency_key = w.key)
    FROM unnest(%s::uuid[], %s::text[]) AS w(user_id, key)
"""


def sell(connection: psycopg.Connection[tuple[Any, ...]], buyer: UUID, flight: UUID) -> None:
    connection.execute(SELL, {"users": [buyer] * SOLD, "flight": flight})
    connection.execute("SELECT pg_stat_force_next_flush()")


def rows_read_in_full(connection: psycopg.Connection[tuple[Any, ...]], table: str) -> int:
    """Rows of this table that this connection has read without an index; only differences count."""
    row = connection.execute(READ, (table,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def without_autovacuum(pipeline: Pipeline) -> Iterator[None]:
    """It might analyse the tables while a test looks."""
    with psycopg.connect(pipeline.database_url, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(SQL("ALTER TABLE {} SET (autovacuum_enabled = false)").format(Identifier(table)))
        yield
        for table in TABLES:
            connection.execute(SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(Identifier(table)))


@pytest.mark.usefixtures("without_autovacuum")
def test_a_plan_for_an_empty_table_ends_when_the_table_has_grown(pipeline: Pipeline, sweeper: Sweeper) -> None:
    flight, buyer = pipeline.flight(10_000), pipeline.account().id
    with pipeline.db.transaction() as connection:
        # A table that was emptied row by row still has its pages, and another plan.
        connection.execute("TRUNCATE bookings CASCADE")
        connection.execute("ANALYZE booking_segments")
    with pipeline.db.transaction() as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute(FIND, (new_id(),), prepare=True)
    with pipeline.db.transaction() as other:
        sell(other, buyer, flight)

    def look() -> int:
        with pipeline.db.transaction() as same:
            same.execute("SET plan_cache_mode = force_generic_plan")
            before = rows_read_in_full(same, "booking_segments")
            same.execute(FIND, (new_id(),), prepare=True)
            return rows_read_in_full(same, "booking_segments") - before

    assert look() >= MOST, "the control: the plan of the empty table reads all of it"
    sweeper.analyze_grown()
    assert look() == 0
    with pipeline.db.transaction() as connection:
        assert statistics.analyze_grown(connection) == [], "nothing has grown since"
        connection.execute("RESET plan_cache_mode")


def test_a_small_table_is_left_alone(pipeline: Pipeline) -> None:
    pipeline.flight(10)
    with pipeline.db.transaction() as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
    with pipeline.db.transaction() as connection:
        assert statistics.analyze_grown(connection) == []


@pytest.mark.usefixtures("without_autovacuum")
def test_a_batch_of_bookings_does_not_read_the_keys_of_all_others(pipeline: Pipeline) -> None:
    flight, concurrent_clients, traveller = pipeline.flight(10_000), pipeline.account().id, pipeline.account().id
    requests = [BookingRequest(traveller, (flight,), 1, booking_id=new_id())]
    with pipeline.db.transaction() as connection:
        connection.execute("TRUNCATE bookings CASCADE")  # as in a new database
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        for _ in range((connection.prepare_threshold or 0) + 2):
            duplicates.find_duplicates(connection, requests, minutes=10)
        connection.execute(WITH_EXISTS, ([traveller], ["a"]), prepare=True)
        sell(connection, concurrent_clients, flight)
        before = rows_read_in_full(connection, "bookings")
        duplicates.find_duplicates(connection, requests, minutes=10)
        read = rows_read_in_full(connection, "bookings") - before
        connection.execute(WITH_EXISTS, ([traveller], ["a"]), prepare=True)
        with_exists = rows_read_in_full(connection, "bookings") - before - read

    assert read == 0
    assert with_exists >= MOST, "the control: EXISTS may be answered from all rows"
