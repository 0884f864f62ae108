"""The sweep: which process runs it, what it sends again and when, and what it gives up."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from core import keys
from core.bookings.unfinished import leases
from core.db import Database
from core.invariants import inventory_drift
from core.messaging.messages import Queue, ReserveAlone
from tests.support import sweeping
from tests.support.pipeline import Pipeline
from tests.support.sweeping import lease_of, sent
from tests.support.waiting import until
from workers.sweeps import bookings as booking_sweep
from workers.sweeps.sweeper import ADVISORY_LOCK, Sweeper

sweeper = sweeping.sweeper


def test_a_lease_that_has_not_ended_is_left_alone(pipeline: Pipeline, sweeper: Sweeper) -> None:
    pipeline.accept_many(3, pipeline.flight(10))
    sweeper.sweep_once()
    assert sent(pipeline) == 0


def test_every_lease_is_twice_as_long_and_the_last_ones_travel_alone(pipeline: Pipeline, sweeper: Sweeper) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    sends, begins = [], []
    for _ in range(leases.LAST_ATTEMPT - 1):
        pipeline.end_leases()
        with pipeline.db.transaction() as connection:
            due = leases.lease_due_bookings(connection)
        assert [*due.together, *due.alone] == [booking]
        sends.append((bool(due.alone), *lease_of(pipeline, booking)))
        if due.alone:
            with pipeline.db.transaction() as connection:
                assert leases.begin_alone(connection, due.alone) == [booking]
            begins.append(lease_of(pipeline, booking))
    assert sends == [(False, 2, 30), (True, 2, 15), (True, 3, 15), (True, 4, 15)]
    assert begins == [(3, 60), (4, 120), (5, 240)]
    pipeline.end_leases()
    with pipeline.db.transaction() as connection:
        assert leases.lease_due_bookings(connection) == leases.Due([], [], [booking])


def test_who_killed_no_worker_yet_goes_before_who_may_have(pipeline: Pipeline) -> None:
    bookings = sorted(pipeline.accept_many(3, pipeline.flight(10)))
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET attempts = 2")
        leases.begin_alone(connection, bookings[:1])
    pipeline.end_leases()
    with pipeline.db.transaction() as connection:
        assert leases.lease_due_bookings(connection).alone == [*bookings[1:], bookings[0]]


def test_a_booking_that_failed_too_often_is_given_up_with_a_dead_letter_and_without_seats(
    pipeline: Pipeline, sweeper: Sweeper
) -> None:
    flight = pipeline.flight(10)
    (booking,) = pipeline.accept_many(1, flight, seats=2)
    pipeline.reserve_and_stop(booking)
    assert pipeline.seats(flight) == (0, 0, 8)
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET attempts = %s, next_at = now()", (leases.LAST_ATTEMPT,))
    sweeper.sweep_once()

    assert pipeline.endings([booking]) == {"internal": 1}
    assert pipeline.seats(flight) == (0, 0, 10)
    with pipeline.db.snapshot() as connection:
        letters = connection.execute("SELECT queue, kind, subject_id FROM dead_letters").fetchall()
    assert letters == [("bookings", "booking", booking)]
    assert sent(pipeline) == 0
    assert pipeline.violations([booking]) == []


def test_a_booking_that_cannot_even_be_ended_holds_up_no_other(pipeline: Pipeline, sweeper: Sweeper) -> None:
    bookings = pipeline.accept_many(5, pipeline.flight(10))
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET attempts = %s, next_at = now()", (leases.LAST_ATTEMPT,))
        connection.execute(
            f"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never'; END $$;
            CREATE TRIGGER poison BEFORE UPDATE ON bookings FOR EACH ROW
            WHEN (NEW.id = '{bookings[2]}' AND NEW.status <> 'PENDING') EXECUTE FUNCTION refuse();
            """.encode()
        )
    sweeper.sweep_once()
    assert pipeline.endings(bookings) == {"internal": 4, "PENDING": 1}


def test_a_backlog_that_is_being_worked_is_not_doubled(
    pipeline: Pipeline, sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking_sweep, "BACKLOG_MESSAGES", 2)
    bookings = pipeline.accept_many(2, pipeline.flight(10))
    pipeline.send(*bookings, together=1)
    pipeline.end_leases()
    sweeper.sweep_once()
    assert sent(pipeline) == 2
    assert lease_of(pipeline, bookings[0])[0] == 1

    pipeline.redis.ltrim(f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}", 1, -1)
    sweeper.sweep_once()
    assert sent(pipeline) == 2
    assert lease_of(pipeline, bookings[0])[0] == 2


def test_two_sweeps_at_once_send_a_booking_once(pipeline: Pipeline, sweeper: Sweeper) -> None:
    pipeline.accept_many(50, pipeline.flight(100))
    pipeline.end_leases()
    with pipeline.db.transaction() as one, pipeline.db.transaction() as other:
        first, second = leases.lease_due_bookings(one), leases.lease_due_bookings(other)
    assert (len(first.together), len(second.together)) == (50, 0)


def test_an_inventory_is_dropped_when_two_audits_find_the_same_drift(pipeline: Pipeline, sweeper: Sweeper) -> None:
    flight = pipeline.flight(10)
    (booking,) = pipeline.accept_many(1, flight)
    pipeline.work(booking)
    pipeline.redis.hset(keys.inventory(flight), "free", 7)
    sweeper.repair_inventory()
    assert pipeline.seats(flight) == (0, 1, 7)
    pipeline.redis.hset(keys.inventory(flight), "free", 6)
    sweeper.repair_inventory()
    assert pipeline.seats(flight) == (0, 1, 6)
    sweeper.repair_inventory()
    assert pipeline.seats(flight) == (0, 1, None)


def test_redis_is_searched_while_no_transaction_is_open(
    pipeline: Pipeline, sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take longer than Postgres lets a transaction idle."""
    open_ones: list[int] = []

    def look(_client: object) -> list[UUID]:
        with pipeline.db.snapshot() as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
            ).fetchone()
        assert row is not None
        open_ones.append(row[0])
        return []

    monkeypatch.setattr(inventory_drift, "list_loaded", look)
    sweeper.repair_inventory()
    assert open_ones == [0]
    with pipeline.db.transaction() as connection:
        connection.execute("SELECT 1")
        sweeper.repair_inventory()
    assert open_ones == [0, 1], "it would be seen"


def test_the_lock_is_freed_when_its_holder_sends_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.db.pool.LOCK_SILENCE_MS", 1_500)  # time enough for the first look, on a busy machine too

    def can_be_taken() -> bool:
        with db.session_lock(ADVISORY_LOCK) as held:
            return held()

    with db.session_lock(ADVISORY_LOCK) as held:
        assert held()
        assert not can_be_taken()
        until(can_be_taken)
        with pytest.raises(OperationalError, match="idle-session timeout"):
            held()


def test_a_message_to_be_processed_alone_has_the_option(pipeline: Pipeline) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    pipeline.context.dispatcher.send(ReserveAlone((booking,)))
    (payload,) = pipeline.redis.hvals(f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}.msgs")
    assert json.loads(payload)["options"]["alone"] is True
