"""Locked or broken rows do not keep the sweep from its other work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from core.bookings.models import PaymentMode
from core.bookings.unfinished import leases
from core.clock import new_id
from core.db import is_away, session
from core.db.bisect import isolated
from core.flights import seat_counts
from core.imports import progress
from core.messaging.messages import Queue
from tests.support.pipeline import Pipeline
from tests.support.steps import Join, Steps, standing
from workers.sweeps import money, sweeper, waitlist
from workers.sweeps.sweeper import Sweeper
from workers.sweeps.waitlist import WaitlistStep

MANY = 12


@pytest.fixture
def sweeping(steps: Steps) -> Sweeper:
    return Sweeper(steps.context, threading.Event())


@contextmanager
def locked(pipeline: Pipeline, table: str, row: UUID) -> Iterator[None]:
    """Somebody else's transaction has this row, as an import has the flights of its chunk."""
    with psycopg.connect(pipeline.database_url) as other:
        other.execute(f"SELECT FROM {table} WHERE id = '{row}' FOR UPDATE".encode())
        yield


def overdue(steps: Steps, flight: UUID, count: int = 1) -> list[UUID]:
    """Holds that nobody paid in time."""
    owner = steps.pipeline.account().id
    bookings = [steps.book(owner, flight, mode=PaymentMode.HOLD) for _ in range(count)]
    steps.execute(
        "UPDATE bookings SET hold_expires_at = now() - interval '1 min', next_at = now() - interval '1 min' WHERE id = ANY(%s)",
        bookings,
    )
    return bookings


def unfinished_imports(steps: Steps, count: int) -> list[UUID]:
    """Imports whose worker stopped."""
    imports = sorted(new_id() for _ in range(count))
    for each in imports:
        steps.execute(
            """
            INSERT INTO imports (id, content_hash, storage_key, total_bytes, columns, status, next_at)
            VALUES (%s, %s, 'x', 1, '[]', 'IN_PROGRESS', now() - interval '1 second')
            """,
            each,
            each.bytes,
        )
    return imports


def unfinished_cancellations(steps: Steps, count: int) -> list[UUID]:
    """Cancellations of flights whose worker stopped."""
    jobs = sorted(new_id() for _ in range(count))
    for job in jobs:
        flight = steps.pipeline.flight(1)
        steps.execute(
            """
            INSERT INTO flight_cancellations (id, flight_id, reason, next_at) VALUES (%s, %s, 'fog', now() - interval '1 second')
            """,
            job,
            flight,
        )
    return jobs


def test_a_locked_import_keeps_no_other_and_no_hold_waiting(steps: Steps, sweeping: Sweeper) -> None:
    first, _ = unfinished_imports(steps, 2)
    (hold,) = overdue(steps, steps.pipeline.flight(10))
    with locked(steps.pipeline, "imports", first):
        sweeping.sweep_once()
    assert steps.context.dispatcher.depth(Queue.IMPORTS) == 1
    assert steps.status(hold) == "EXPIRED"
    sweeping.sweep_once()
    assert steps.context.dispatcher.depth(Queue.IMPORTS) == 2


def test_a_locked_cancellation_keeps_no_other_waiting(steps: Steps, sweeping: Sweeper) -> None:
    first, _ = unfinished_cancellations(steps, 2)
    with locked(steps.pipeline, "flight_cancellations", first):
        sweeping.sweep_once()
    assert steps.context.dispatcher.depth(Queue.FLIGHTS) == 1
    sweeping.sweep_once()
    assert steps.context.dispatcher.depth(Queue.FLIGHTS) == 2


# A step that breaks.


def holds_behind_a_broken_step(steps: Steps, sweeping: Sweeper, monkeypatch: pytest.MonkeyPatch) -> str:
    (hold,) = overdue(steps, steps.pipeline.flight(10))

    def break_down(_connection: object) -> list[UUID]:
        raise LockNotAvailable("canceling statement due to lock timeout")

    monkeypatch.setattr(progress, "list_waiting", break_down)
    sweeping.sweep_once()
    return steps.status(hold)


def test_a_step_that_breaks_keeps_no_other_from_its_turn(
    steps: Steps, sweeping: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert holds_behind_a_broken_step(steps, sweeping, monkeypatch) == "EXPIRED"


def test_if_every_error_ended_the_pass_no_hold_would_end(
    steps: Steps, sweeping: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "is_away", lambda _error: True)
    with pytest.raises(LockNotAvailable):
        holds_behind_a_broken_step(steps, sweeping, monkeypatch)


def test_a_postgres_that_is_away_ends_the_pass(steps: Steps, sweeping: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with it the lock is given up."""
    turns: list[str] = []

    def lose(_connection: object) -> list[UUID]:
        turns.append("imports")
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(progress, "list_waiting", lose)
    monkeypatch.setattr(money, "end_overdue", lambda _context: turns.append("holds"))
    with pytest.raises(psycopg.OperationalError):
        sweeping.sweep_once()
    assert turns == ["imports"]


def test_a_pass_ends_when_another_process_sweeps(steps: Steps, sweeping: Sweeper) -> None:
    (hold,) = overdue(steps, steps.pipeline.flight(10))
    sweeping.sweep_once(lambda: False)
    assert steps.status(hold) == "HELD"


# A flight that is locked for longer than anybody waits.


def holds_beside_a_locked_flight(steps: Steps, sweeping: Sweeper) -> tuple[list[str], str]:
    """What became of the holds on it, which have been due for longer, and of one on another flight."""
    full, other = steps.pipeline.flight(MANY), steps.pipeline.flight(10)
    locked_bookings, (free,) = overdue(steps, full, MANY), overdue(steps, other)
    steps.execute("UPDATE bookings SET next_at = next_at - interval '1 min' WHERE id = ANY(%s)", locked_bookings)
    with locked(steps.pipeline, "flights", full):
        sweeping.sweep_once()
        found = [steps.status(each) for each in locked_bookings], steps.status(free)
    sweeping.sweep_once()
    assert {steps.status(each) for each in locked_bookings} == {"EXPIRED"}
    return found


def test_a_locked_flight_keeps_no_other_hold_waiting(steps: Steps, sweeping: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    waited_for: list[UUID] = []
    monkeypatch.setattr(money, "_reschedule", lambda _context, trip_id, _error: waited_for.append(trip_id))
    assert holds_beside_a_locked_flight(steps, sweeping) == (["HELD"] * MANY, "EXPIRED")
    assert waited_for == []


def _not_isolated(work: Callable[[list[UUID]], None], items: list[UUID], *_: object, **__: object) -> None:
    work(items)


def _all(_connection: object, trip_ids: Sequence[UUID]) -> set[UUID]:
    return set(trip_ids)


def test_a_flight_that_is_locked_too_late_to_be_seen_keeps_no_other_hold_waiting(
    steps: Steps, sweeping: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is halved until the locked ones stand alone; each is waited for shortly."""
    monkeypatch.setattr(leases, "find_unlocked_bookings", _all)
    monkeypatch.setattr(session, "SHORT_LOCK_MS", 20)
    assert holds_beside_a_locked_flight(steps, sweeping) == (["HELD"] * MANY, "EXPIRED")


def test_without_both_a_locked_flight_keeps_every_hold_waiting(
    steps: Steps, sweeping: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "find_unlocked_bookings", _all)
    monkeypatch.setattr(session, "SHORT_LOCK_MS", 20)
    monkeypatch.setattr(money, "isolated", _not_isolated)
    assert holds_beside_a_locked_flight(steps, sweeping) == (["HELD"] * MANY, "HELD")


@pytest.mark.parametrize("segment", [0, 1])
def test_a_booking_of_several_flights_is_locked_by_any_of_its_flights(steps: Steps, segment: int) -> None:
    flights = [steps.pipeline.flight(5), steps.pipeline.flight(5)]
    connecting = steps.pipeline.accept_flights(*flights)
    (other,) = steps.pipeline.accept_many(1, flights[1 - segment])
    with locked(steps.pipeline, "flights", flights[segment]), steps.context.db.transaction() as connection:
        assert leases.find_unlocked_bookings(connection, [connecting, other]) == {other}
    with locked(steps.pipeline, "bookings", other), steps.context.db.transaction() as connection:
        assert leases.find_unlocked_bookings(connection, [connecting, other]) == {connecting}


# Waiting lists.


def seats_beside_a_locked_flight(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> tuple[str, str]:
    flight, _ = sold_out
    other = steps.pipeline.flight(1)
    steps.book(steps.pipeline.account().id, other)
    waiting = [(flight, wait(flight)), (other, wait(other))]
    steps.execute("UPDATE flights SET total_seats = total_seats + 1")
    with locked(steps.pipeline, "flights", flight):
        WaitlistStep(steps.context).run()
    statuses = [str(standing(steps.place(*each))[0]) for each in waiting]
    return statuses[0], statuses[1]


def test_a_locked_flight_keeps_no_other_line_waiting(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    assert seats_beside_a_locked_flight(steps, sold_out, wait) == ("WAITING", "OFFERED")


def test_a_flight_that_is_locked_too_late_to_be_seen_keeps_no_other_line_waiting(
    steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_counts, "find_unlocked", lambda _connection, flights: flights)
    assert seats_beside_a_locked_flight(steps, sold_out, wait) == ("WAITING", "OFFERED")


def test_without_both_every_line_waits(
    steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_counts, "find_unlocked", lambda _connection, flights: flights)
    monkeypatch.setattr(waitlist, "isolated", _not_isolated)
    with pytest.raises(LockNotAvailable):
        seats_beside_a_locked_flight(steps, sold_out, wait)


# Whose fault it is.


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.InterfaceError("the connection is closed"), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.DiskFull(), True),
        (LockNotAvailable(), False),
        (psycopg.errors.QueryCanceled(), False),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.errors.CheckViolation(), False),
        (psycopg.errors.RaiseException(), False),
        (LookupError(), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_who_is_away(error: Exception, away: bool) -> None:
    assert is_away(error) is away


@pytest.mark.parametrize("error", [LookupError(), psycopg.errors.RaiseException(), LockNotAvailable()])
def test_what_breaks_a_batch_stands_alone(error: Exception) -> None:
    worked: list[int] = []
    refused: list[int] = []

    def work(items: Sequence[int]) -> None:
        if 7 in items or 8 in items:
            raise error
        worked.extend(items)

    isolated(work, range(20), lambda item, _: refused.append(item), also=(LockNotAvailable,))
    assert (worked, refused) == ([each for each in range(20) if each not in (7, 8)], [7, 8])


@pytest.mark.parametrize("error", [psycopg.OperationalError(), LockNotAvailable(), psycopg.errors.QueryCanceled()])
def test_what_is_no_items_fault_halves_nothing(error: Exception) -> None:
    tries: list[int] = []

    def work(items: Sequence[int]) -> None:
        tries.append(len(items))
        raise error

    with pytest.raises(type(error)):
        isolated(work, range(20), lambda _item, _error: None)
    assert tries == [20]
