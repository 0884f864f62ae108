"""The checker finds each violation that a test creates, and nothing in a correct database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import QueryCanceled

from core import keys
from core.clock import new_id
from core.db import RawConnection, opened
from core.invariants import checker, waitlist
from core.messaging.messages import Queue
from core.seats.inventory import Inventory
from tests.support.pipeline import Pipeline


@pytest.fixture
def sold(pipeline: Pipeline) -> UUID:
    """A flight of 10 seats with a confirmed booking of 3, loaded in Redis."""
    flight = pipeline.flight(seats=10)
    (booking,) = pipeline.accept_many(1, flight, seats=3)
    pipeline.work(booking)
    assert pipeline.endings([booking]) == {"CONFIRMED": 1}
    assert pipeline.violations([booking]) == []
    return flight


def execute(pipeline: Pipeline, statement: str, *values: Any) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute(statement.encode(), values)


def assert_found(pipeline: Pipeline, *words: str, accepted: tuple[UUID, ...] = ()) -> None:
    found = pipeline.violations(accepted)
    assert len(found) == 1, found
    for word in words:
        assert word in found[0]


def test_seats_counted_that_no_booking_has(pipeline: Pipeline, sold: UUID) -> None:
    execute(pipeline, "UPDATE flights SET seats_sold = seats_sold + 1 WHERE id = %s", sold)
    Inventory(pipeline.redis).drop([sold])
    assert_found(pipeline, "I1", str(sold), "4 sold", "its bookings say 0 and 3")


def test_seats_of_a_booking_that_are_not_counted(pipeline: Pipeline, sold: UUID) -> None:
    execute(pipeline, "UPDATE flights SET seats_sold = 0, seats_held = 3 WHERE id = %s", sold)
    assert_found(pipeline, "I1", "3 held, 0 sold", "its bookings say 0 and 3")


def test_an_oversold_flight(pipeline: Pipeline, sold: UUID) -> None:
    execute(pipeline, "ALTER TABLE flights DROP CONSTRAINT ck_flights_not_oversold")
    execute(pipeline, "UPDATE flights SET total_seats = 2 WHERE id = %s", sold)
    Inventory(pipeline.redis).drop([sold])
    assert_found(pipeline, "I1", "2 seats", "3 sold")


def test_a_booking_that_never_ended(pipeline: Pipeline, sold: UUID) -> None:
    (booking,) = pipeline.accept_many(1, sold)
    assert_found(pipeline, "I2", str(booking), "PENDING")


def test_an_accepted_booking_that_is_gone(pipeline: Pipeline, sold: UUID) -> None:
    lost = new_id()
    assert_found(pipeline, "I2", str(lost), "is gone", accepted=(lost,))


def test_a_booking_that_lost_a_flight(pipeline: Pipeline, sold: UUID) -> None:
    other = pipeline.flight(seats=10)
    booking = pipeline.accept_flights(sold, other)
    pipeline.work(booking)
    execute(pipeline, "DELETE FROM booking_segments WHERE booking_id = %s AND position = 0", booking)
    execute(pipeline, "UPDATE flights SET seats_sold = seats_sold - 1 WHERE id = %s", sold)
    Inventory(pipeline.redis).drop([sold])
    assert_found(pipeline, "I2", str(booking), "has lost a flight")


def test_two_bookings_under_one_key(pipeline: Pipeline, sold: UUID) -> None:
    bookings = pipeline.accept_many(2, sold)
    pipeline.work(*bookings)
    execute(pipeline, "DROP INDEX ux_bookings_user_key")
    execute(pipeline, "UPDATE bookings SET idempotency_key = 'k-1' WHERE id = ANY(%s)", bookings)
    assert_found(pipeline, "I3", "'k-1'", "2 bookings")


def test_a_refusal_while_seats_are_left(pipeline: Pipeline, sold: UUID) -> None:
    (booking,) = pipeline.accept_many(1, sold)
    execute(
        pipeline,
        "UPDATE bookings SET status = 'FAILED', failure_code = 'sold_out', finished_at = now(), next_at = NULL WHERE id = %s",
        booking,
    )
    assert_found(pipeline, "I5", str(booking), "7 free")


def test_a_booking_that_was_left_on_a_cancelled_flight(pipeline: Pipeline, sold: UUID) -> None:
    execute(pipeline, "UPDATE flights SET status = 'CANCELLED' WHERE id = %s", sold)
    assert_found(pipeline, "I9", str(sold), "is CONFIRMED")


def test_a_cancellation_of_a_flight_that_never_ended(pipeline: Pipeline, sold: UUID) -> None:
    execute(pipeline, "INSERT INTO flight_cancellations (id, flight_id, reason) VALUES (%s, %s, 'Fog')", new_id(), sold)
    assert_found(pipeline, "I9", "has not ended")


@pytest.mark.parametrize(
    ("promised", "refunded", "is_valid"),
    [
        (("5625", "1875"), "5625", False),
        (("5625", "1875"), None, True),
        (("5625", "1875"), "7500", True),
        (("0", "7500"), None, False),
        (None, "7500", False),
        (None, "5625", True),
        (("0", "0"), None, True),
        (("0", "0"), "7500", False),
    ],
    ids=lambda value: str(value),
)
def test_money_of_a_cancelled_booking_that_was_kept(
    pipeline: Pipeline, sold: UUID, promised: tuple[str, str] | None, refunded: str | None, is_valid: bool
) -> None:
    (booking,) = pipeline.accept_many(1, sold)
    payment = new_id()
    execute(pipeline, "UPDATE bookings SET status = 'CANCELLED' WHERE id = %s", booking)
    execute(
        pipeline,
        "INSERT INTO payments (id, booking_id, token, amount, currency, status) VALUES (%s, %s, 'tok_ok', 7500, 'INR', 'SUCCEEDED')",
        payment,
        booking,
    )
    if promised:
        execute(
            pipeline,
            """
            INSERT INTO cancellations (id, booking_id, refund_amount, fee_amount, currency, expires_at, confirmed_at)
            VALUES (%s, %s, %s, %s, 'INR', now(), now())
            """,
            new_id(),
            booking,
            *promised,
        )
    if refunded:
        execute(
            pipeline,
            """
            INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, status)
            VALUES (%s, %s, %s, %s, 'INR', 'cancelled', 'SUCCEEDED')
            """,
            new_id(),
            payment,
            booking,
            refunded,
        )
    if is_valid:
        assert_found(pipeline, "I4", str(booking), "was paid 7500")
    else:
        assert pipeline.violations() == []


@pytest.mark.parametrize(("free", "drift"), [(8, "+1"), (5, "-2")])
def test_a_redis_that_counts_otherwise(pipeline: Pipeline, sold: UUID, free: int, drift: str) -> None:
    pipeline.redis.hset(keys.inventory(sold), "free", free)
    assert_found(pipeline, "I6", str(sold), drift)


def test_an_inventory_of_a_flight_that_does_not_exist(pipeline: Pipeline, sold: UUID) -> None:
    ghost = new_id()
    pipeline.redis.hset(keys.inventory(ghost), "free", 4)
    assert_found(pipeline, "I6", str(ghost), "+4")


QUEUE = f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}"
LEFTOVERS: dict[str, tuple[Callable[[Pipeline], Any], str]] = {
    "a message that waits": (lambda pipeline: pipeline.redis.rpush(QUEUE, "m1"), "1 messages wait in bookings"),
    "a message that nobody acknowledged": (lambda pipeline: pipeline.redis.hset(f"{QUEUE}.msgs", "m1", "{}"), "not acknowledged"),
    "a message that was rejected": (lambda pipeline: pipeline.redis.zadd(f"{QUEUE}.XQ", {"m1": 1}), "were rejected"),
    "an id without its message": (
        lambda pipeline: pipeline.redis.sadd(f"{keys.QUEUE_NAMESPACE}:__acks__.w1.{Queue.BOOKINGS}", "m1"),
        "1 ids are kept",
    ),
}


@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_a_queue_that_is_not_empty(pipeline: Pipeline, sold: UUID, leftover: str) -> None:
    plant, words = LEFTOVERS[leftover]
    plant(pipeline)
    assert_found(pipeline, "I8", words)


def test_seats_reserved_for_work_in_flight_are_no_drift(pipeline: Pipeline, sold: UUID) -> None:
    (booking,) = pipeline.accept_many(1, sold, seats=2)
    Inventory(pipeline.redis).reserve({sold: [(booking, 2)]})
    assert_found(pipeline, "I2", "PENDING")


def test_a_check_may_take_longer_than_a_statement(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(connection: RawConnection, limit: int) -> list[str]:
        connection.execute("SELECT pg_sleep(0.5)")
        return []

    monkeypatch.setattr("core.db.pool.STATEMENT_MS", 250)
    monkeypatch.setattr(waitlist, "find_violations", look)
    with opened(database_url, pool_size=1, application="test") as db:
        with db.transaction() as connection:
            assert checker.check(connection, None) == []
        with pytest.raises(QueryCanceled), db.transaction() as connection:
            look(connection, 1)


def test_a_refusal_before_a_cancellation_is_no_violation(pipeline: Pipeline) -> None:
    flight = pipeline.flight(seats=1)
    first, second = pipeline.accept_many(2, flight)
    pipeline.work(first)
    pipeline.work(second)
    assert pipeline.endings([first, second]) == {"CONFIRMED": 1, "sold_out": 1}
    pipeline.cancel(first)
    assert pipeline.violations([first, second]) == []


def test_four_times_the_bookings_take_about_four_times_the_reading_whatever_postgres_estimates(pipeline: Pipeline) -> None:
    """The statistics say that the tables are empty, as right after old bookings were removed and before the first rush."""
    flight = pipeline.flight(seats=1)
    pipeline.accept_many(100, flight)
    with pipeline.db.transaction() as connection:
        connection.execute("DELETE FROM booking_segments")
        connection.execute("DELETE FROM bookings")
        connection.execute("ANALYZE flights, bookings, booking_segments")
    pipeline.work(*pipeline.accept_many(20, flight))
    few = rows_read_by_check(pipeline)
    pipeline.work(*pipeline.accept_many(60, flight))
    assert rows_read_by_check(pipeline) < 6 * few


def rows_read_by_check(pipeline: Pipeline) -> int:
    """How many rows Postgres reads for one check of all invariants. They must hold."""

    def rows_read() -> int:
        """By this connection, since it last reported its figures."""
        row = connection.execute("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables").fetchone()
        assert row is not None
        return int(row[0] or 0)

    with pipeline.db.transaction() as connection:
        before = rows_read()
        assert checker.check(connection, pipeline.redis) == []
        return rows_read() - before
