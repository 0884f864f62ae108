"""Each safeguard of the reservation, and the same scenario without it (the control), which must fail.

The steps of a reservation are called one by one, so that the fault always happens between the same two steps.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from core.after_commit import AfterCommit
from core.bookings.states import BookingStatus
from core.bookings.unfinished import pending
from core.bookings.unfinished.pending import PendingBooking
from core.clock import now
from core.flights import seat_counts
from core.lifecycle import reserve
from core.lifecycle.reserve_in_redis import Reservations, load_inventory, reserve_in_redis
from core.seats.inventory import Inventory
from core.seats.scripts import SCRIPTS, Script, Scripts
from tests.support.pipeline import Pipeline
from workers.bookings import reserve_bookings


class Steps:
    """The three steps of a worker, one by one; `scripts` are what it runs in Redis."""

    def __init__(self, pipeline: Pipeline, scripts: Scripts = SCRIPTS) -> None:
        self.pipeline = pipeline
        self._scripts = scripts
        self.inventory = Inventory(pipeline.redis, scripts)
        self.context = replace(pipeline.context, inventory=self.inventory)

    def work(self, *booking_ids: UUID) -> None:
        """What a worker does with one message of these ids."""
        reserve_bookings(self.context, booking_ids)

    def cancel(self, booking_id: UUID) -> AfterCommit:
        """Cancel a booking, and do what follows, which is returned."""
        after = self.pipeline.end(booking_id)
        self.run_after(after)
        return after

    def find(self, *booking_ids: UUID) -> list[PendingBooking]:
        with self.context.db.snapshot() as connection:
            return pending.load_pending(connection, booking_ids)

    def ask(self, bookings: list[PendingBooking]) -> Reservations:
        return reserve_in_redis(self.inventory, bookings, self._load, now())

    def settle(self, reservations: Reservations, guard: Collection[BookingStatus] = reserve.STATUS_GUARD) -> None:
        with self.context.db.transaction() as connection:
            after = reserve.commit_reservations(connection, reservations, hold_minutes=15, guard=guard)
        self.run_after(after)

    def run_after(self, after: AfterCommit) -> None:
        after.run(self.context.redis, self.context.dispatcher, self._scripts)

    def _load(self, flight_ids: Sequence[UUID]) -> None:
        with self.context.db.snapshot() as connection:
            load_inventory(connection, self.inventory, flight_ids)


def unguarded(name: str) -> Script:
    """A script without the line that the test is about."""
    return Script((Path(__file__).parent / "lua" / f"{name}.lua").read_text())


@pytest.fixture
def steps(pipeline: Pipeline) -> Steps:
    return Steps(pipeline)


# The guard: Redis is lost between the question and the answer, so it sells the last seat to two travellers. Postgres does not.


def redis_lost_between_ask_and_settle(steps: Steps) -> list[str]:
    flight = steps.pipeline.flight(seats=1)
    first, second = steps.pipeline.accept_many(2, flight)
    early = steps.ask(steps.find(first))
    steps.pipeline.redis.flushdb()
    late = steps.ask(steps.find(second))
    steps.settle(early)
    steps.settle(late)
    return steps.pipeline.violations([first, second])


def test_the_guard_sells_the_last_seat_once_although_redis_sold_it_twice(steps: Steps) -> None:
    assert redis_lost_between_ask_and_settle(steps) == []


def test_without_the_guard_the_flight_is_oversold(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    with steps.pipeline.db.transaction() as connection:
        connection.execute("ALTER TABLE flights DROP CONSTRAINT ck_flights_not_oversold")
    monkeypatch.setattr(seat_counts.SeatCounts, "fits", lambda _count, _seats: True)
    found = redis_lost_between_ask_and_settle(steps)
    assert any(each.startswith("I1") and "1 seats" in each and "2 sold" in each for each in found), found


def test_the_constraint_stands_behind_the_guard(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat_counts.SeatCounts, "fits", lambda _count, _seats: True)
    with pytest.raises(psycopg.errors.CheckViolation, match="not_oversold"):
        redis_lost_between_ask_and_settle(steps)


# The idempotent script: a worker dies after it reserved, and another does its work.


def worker_dies_after_reserving(steps: Steps) -> list[str]:
    flight = steps.pipeline.flight(seats=2)
    first, second = steps.pipeline.accept_many(2, flight)
    steps.ask(steps.find(first))  # and no more: it was killed
    steps.work(first)
    steps.work(second)
    return steps.pipeline.violations([first, second])


def test_reserving_twice_takes_the_seats_once(steps: Steps) -> None:
    assert worker_dies_after_reserving(steps) == []


def test_without_the_idempotent_script_a_seat_disappears(pipeline: Pipeline) -> None:
    forgetful = replace(SCRIPTS, reserve=unguarded("reserve_without_memory"))
    found = worker_dies_after_reserving(Steps(pipeline, forgetful))
    assert any(each.startswith("I2") and "PENDING" in each for each in found), found


# The status guard: the same booking is worked twice at the same time.


def same_booking_worked_by_two(steps: Steps, guard: Collection[BookingStatus] = reserve.STATUS_GUARD) -> list[str]:
    flight = steps.pipeline.flight(seats=5)
    (booking,) = steps.pipeline.accept_many(1, flight)
    one, other = steps.ask(steps.find(booking)), steps.ask(steps.find(booking))
    steps.settle(one, guard)
    steps.settle(other, guard)
    steps.work(booking)
    return steps.pipeline.violations([booking])


def test_the_status_guard_counts_a_booking_once_however_often_it_is_worked(steps: Steps) -> None:
    assert same_booking_worked_by_two(steps) == []


def test_without_the_status_guard_seats_are_sold_twice_to_one_booking(steps: Steps) -> None:
    found = same_booking_worked_by_two(steps, guard=tuple(BookingStatus))
    assert any(each.startswith("I1") and "2 sold; its bookings say 0 and 1" in each for each in found), found


# The release: seats go back for the booking that held them, once.


def seats_released_twice(steps: Steps) -> list[str]:
    flight = steps.pipeline.flight(seats=5)
    (booking,) = steps.pipeline.accept_many(1, flight, seats=2)
    steps.work(booking)
    after = steps.cancel(booking)
    steps.run_after(after)
    return steps.pipeline.violations([booking])


def test_releasing_twice_gives_seats_back_once(steps: Steps) -> None:
    assert seats_released_twice(steps) == []


def test_without_its_check_a_release_invents_seats(pipeline: Pipeline) -> None:
    generous = replace(SCRIPTS, release=unguarded("release_without_check"))
    found = seats_released_twice(Steps(pipeline, generous))
    assert any(each.startswith("I6") and "+2" in each for each in found), found


def test_releasing_on_a_flight_that_redis_does_not_have_leaves_no_trace(steps: Steps) -> None:
    flight = steps.pipeline.flight(seats=5)
    (booking,) = steps.pipeline.accept_many(1, flight, seats=2)
    steps.work(booking)
    steps.pipeline.redis.flushdb()
    steps.inventory.release({flight: [booking]})
    assert steps.pipeline.redis.keys() == []


# The tombstone: a worker that slept through the end of its booking wakes up.


def late_worker_asks_for_seats_of_an_ended_booking(steps: Steps) -> list[str]:
    flight = steps.pipeline.flight(seats=5)
    (booking,) = steps.pipeline.accept_many(1, flight, seats=2)
    late = steps.find(booking)
    steps.work(booking)
    steps.cancel(booking)
    steps.settle(steps.ask(late))
    return steps.pipeline.violations([booking])


def test_a_late_worker_takes_no_seats_for_a_booking_that_is_over(steps: Steps) -> None:
    assert late_worker_asks_for_seats_of_an_ended_booking(steps) == []


def test_without_the_tombstone_a_late_worker_leaks_seats(pipeline: Pipeline) -> None:
    without_tombstone = replace(SCRIPTS, release=unguarded("release_without_tombstone"))
    found = late_worker_asks_for_seats_of_an_ended_booking(Steps(pipeline, without_tombstone))
    assert any(each.startswith("I6") and "-2" in each for each in found), found


# The audit: a worker crashes after Postgres refused a booking, and before its seats were released in Redis.


def test_the_audit_releases_seats_that_were_not_released_in_redis(steps: Steps) -> None:
    roomy, full = steps.pipeline.flight(seats=5), steps.pipeline.flight(seats=1)
    (last,) = steps.pipeline.accept_many(1, full)
    steps.work(last)
    connecting = steps.pipeline.accept_flights(roomy, full)
    reservations = steps.ask(steps.find(connecting))
    with steps.context.db.transaction() as connection:
        reserve.commit_reservations(connection, reservations, hold_minutes=15)  # and no more: it was killed
    assert steps.pipeline.endings([connecting]) == {"sold_out": 1}
    assert steps.pipeline.seats(roomy) == (0, 0, 4)

    steps.pipeline.repair_inventory()
    (next_one,) = steps.pipeline.accept_many(1, roomy, seats=5)
    steps.work(next_one)
    assert steps.pipeline.endings([next_one]) == {"CONFIRMED": 1}
    assert steps.pipeline.violations([last, connecting, next_one]) == []
