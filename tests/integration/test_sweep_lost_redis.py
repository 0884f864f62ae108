"""The sweep after Redis has lost its data: everything unfinished is sent again, once."""

from __future__ import annotations

import threading
from datetime import datetime
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import QueryCanceled

from core.bookings.unfinished import leases
from core.db import RawConnection
from tests.support import sweeping
from tests.support.pipeline import Pipeline
from tests.support.sweeping import ids_sent, lease_of, sent
from workers.sweeps import bookings as booking_sweep
from workers.sweeps.sweeper import Sweeper

sweeper = sweeping.sweeper


def test_a_lost_redis_makes_everything_unfinished_due_at_no_attempt(pipeline: Pipeline, sweeper: Sweeper) -> None:
    bookings = pipeline.accept_many(3, pipeline.flight(10))
    sweeper.sweep_once()
    pipeline.redis.flushdb()
    sweeper.sweep_once()
    assert sent(pipeline) == 1
    assert lease_of(pipeline, bookings[0]) == (1, leases.LOST_LEASE_SECONDS)
    sweeper.sweep_once()
    assert sent(pipeline) == 1


def test_a_new_and_empty_redis_is_a_lost_one(pipeline: Pipeline, sweeper: Sweeper) -> None:
    """Also for a sweeper that has never seen the old one."""
    pipeline.accept_many(3, pipeline.flight(10))
    pipeline.redis.flushdb()
    sweeper.sweep_once()
    assert sent(pipeline) == 1


def test_a_redis_that_another_sweeper_found_lost_is_not_lost_twice(pipeline: Pipeline, sweeper: Sweeper) -> None:
    pipeline.accept_many(3, pipeline.flight(10))
    pipeline.redis.flushdb()
    Sweeper(pipeline.context, threading.Event()).sweep_once()
    sweeper.sweep_once()
    assert sent(pipeline) == 1


def test_a_loss_is_handled_until_everything_was_sent(
    pipeline: Pipeline, sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.accept_many(3, pipeline.flight(10))
    pipeline.redis.flushdb()
    with monkeypatch.context() as patch:
        patch.setattr(leases, "lease_lost_bookings", _fail)
        with pytest.raises(psycopg.OperationalError):
            sweeper.sweep_once()
    assert sent(pipeline) == 0
    sweeper.sweep_once()
    assert sent(pipeline) == 1


def _fail(*_: object) -> list[UUID]:
    raise psycopg.OperationalError("the server went away")


def test_what_redis_lost_is_sent_again_slice_by_slice_and_once(
    pipeline: Pipeline, sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever they were leased for. The second slice breaks once, as by a time limit; the first is not sent again."""
    bookings = pipeline.accept_many(7, pipeline.flight(10))
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET next_at = now() + interval '30 s'")
        connection.execute("UPDATE bookings SET attempts = 2 WHERE id = %s", (bookings[3],))
    pipeline.redis.flushdb()
    lease, slices = leases.lease_lost_bookings, []

    def lease_with_a_break(connection: RawConnection, before: datetime) -> list[UUID]:
        slices.append(lease(connection, before))
        if len(slices) == 2:
            raise QueryCanceled("statement timeout")
        return slices[-1]

    monkeypatch.setattr(leases, "LIMIT", 2)
    monkeypatch.setattr(leases, "lease_lost_bookings", lease_with_a_break)
    sweeper.sweep_once()
    assert sent(pipeline) == 1
    sweeper.sweep_once()
    assert [len(each) for each in slices] == [2, 2, 2, 2, 1]
    assert sorted(ids_sent(pipeline)) == sorted(bookings)
    assert min(lease_of(pipeline, booking)[1] for booking in bookings) > leases.LOST_LEASE_SECONDS / 2
    sweeper.sweep_once()
    assert sent(pipeline) == 4


def test_a_large_loss_takes_more_than_one_pass(pipeline: Pipeline, sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the other steps of the sweep have their turn between them."""
    bookings = pipeline.accept_many(7, pipeline.flight(10))
    monkeypatch.setattr(leases, "LIMIT", 2)
    monkeypatch.setattr(booking_sweep, "LOST_SECONDS", 0.0)
    pipeline.redis.flushdb()
    found = []
    for _ in range(6):
        sweeper.sweep_once()
        found.append(sent(pipeline))
    assert found == [1, 2, 3, 4, 4, 4]
    assert sorted(ids_sent(pipeline)) == sorted(bookings)


def test_no_more_bookings_than_the_limit_are_leased_whatever_postgres_estimates(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If Postgres believes that the table has one row, it reads the table first and looks for the due bookings once for each row. Each
    look would lease `LIMIT` further bookings.
    """
    flight = pipeline.flight(10)
    pipeline.accept_many(1, flight)
    with pipeline.db.transaction() as connection:
        connection.execute("ANALYZE bookings")
    pipeline.accept_many(6, flight)
    monkeypatch.setattr(leases, "LIMIT", 2)
    with pipeline.db.transaction() as connection:
        assert len(leases.lease_lost_bookings(connection, leases.read_end_of_lost_lease(connection))) == 2
        connection.execute("UPDATE bookings SET next_at = now() - interval '1 s'")
        assert len(leases.lease_due_bookings(connection).together) == 2


def test_what_travels_alone_is_not_sent_in_company_because_redis_was_lost(pipeline: Pipeline, sweeper: Sweeper) -> None:
    """It may be what kills the workers, and it is in no hurry."""
    suspect, other = pipeline.accept_many(2, pipeline.flight(10))
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET attempts = %s WHERE id = %s", (leases.ALONE_FROM_ATTEMPT, suspect))
    pipeline.redis.flushdb()
    sweeper.sweep_once()
    assert ids_sent(pipeline) == [other]
