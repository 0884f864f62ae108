"""The checker during work in progress: temporary differences are no violations, permanent ones are."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import dramatiq
import pytest
from redis import Redis

from core import keys
from core.clock import new_id
from core.db import RawConnection
from core.invariants import checker, inventory_drift
from core.invariants.checker import Violation
from core.invariants.lasting import find_lasting
from core.invariants.queues import LASTS_SECONDS
from core.messaging.messages import ImportFile, Queue, ReserveBookings
from core.operations import dead_letters
from core.seats.inventory import Inventory
from tests.support.pipeline import Pipeline

QUEUE = f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}"


def look(pipeline: Pipeline, *, at_work: bool = True) -> list[str]:
    with pipeline.db.transaction() as connection:
        return [str(each) for each in checker.check(connection, pipeline.redis, at_work=at_work)]


def given_up(pipeline: Pipeline) -> list[str]:
    with pipeline.db.transaction() as connection:
        return [str(each) for each in checker.find_given_up(connection, pipeline.redis)]


def execute(pipeline: Pipeline, statement: str, *values: Any) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute(statement.encode(), values)


def enqueue(pipeline: Pipeline, *, age: float, queue: Queue = Queue.BOOKINGS) -> None:
    """A message that was sent so many seconds ago."""
    actor = {Queue.BOOKINGS: ReserveBookings.actor, Queue.IMPORTS: ImportFile.actor}[queue]
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=queue,
        actor_name=actor,
        args=([str(new_id())],),
        kwargs={},
        options={"redis_message_id": str(uuid4())},
        message_timestamp=int((time.time() - age) * 1000),
    )
    name = f"{keys.QUEUE_NAMESPACE}:{queue}"
    pipeline.redis.hset(f"{name}.msgs", message.options["redis_message_id"], message.encode())
    pipeline.redis.rpush(name, message.options["redis_message_id"])


# Bookings


def test_a_booking_that_waits_its_turn_is_found_only_at_rest(pipeline: Pipeline) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    assert look(pipeline) == []
    assert str(booking) in look(pipeline, at_work=False)[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("next_at = NULL", "no sweep will process it"),
        ("next_at = now() + interval '1 day'", "no sweep will process it before"),
        ("created_at = now() - interval '16 minutes'", "has not ended in 15 minutes"),
    ],
)
def test_a_booking_that_no_worker_processes_is_reported_as_lost(pipeline: Pipeline, change: str, words: str) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    execute(pipeline, f"UPDATE bookings SET {change} WHERE id = %s", booking)
    (found,) = look(pipeline)
    assert found.startswith(f"I2 accepted and ended: booking {booking} is PENDING, and {words}")


# Cancelled flights


def test_a_cancelled_flight_is_wrong_when_its_job_does_not_go_on(pipeline: Pipeline) -> None:
    flight, job = pipeline.flight(10), new_id()
    (booking,) = pipeline.accept_many(1, flight)
    pipeline.work(booking)
    execute(pipeline, "UPDATE flights SET status = 'CANCELLED' WHERE id = %s", flight)
    execute(
        pipeline, "INSERT INTO flight_cancellations (id, flight_id, reason, next_at) VALUES (%s, %s, 'Fog', now())", job, flight
    )
    assert look(pipeline) == []
    execute(pipeline, "UPDATE flight_cancellations SET next_at = now() - interval '6 minutes'")
    assert look(pipeline) == [f"I9 nobody is on a cancelled flight: the cancellation {job} of a flight does not go on"]
    execute(pipeline, "UPDATE flight_cancellations SET status = 'COMPLETED', next_at = NULL, finished_at = now()")
    (found,) = look(pipeline)
    assert f"booking {booking} on it is CONFIRMED" in found


# The queue


def test_messages_on_their_way_are_found_only_at_rest(pipeline: Pipeline) -> None:
    enqueue(pipeline, age=5)
    enqueue(pipeline, age=3600, queue=Queue.IMPORTS)
    assert look(pipeline) == []
    assert len(look(pipeline, at_work=False)) == 4


def test_a_message_that_stays_too_long_is_found(pipeline: Pipeline) -> None:
    enqueue(pipeline, age=LASTS_SECONDS[Queue.BOOKINGS] + 1)
    (found,) = look(pipeline)
    assert "is not acknowledged" in found


def test_an_id_that_was_taken_without_its_message_is_found(pipeline: Pipeline) -> None:
    acks = f"{keys.QUEUE_NAMESPACE}:__acks__.w1.{Queue.BOOKINGS}"
    pipeline.redis.sadd(acks, "m1", "m2")
    pipeline.redis.hset(f"{QUEUE}.msgs", "m1", b"{}")
    assert look(pipeline) == [f"I8 queues are empty: the id m2 is kept in {acks} without its message"]


def test_rejected_messages_are_found(pipeline: Pipeline) -> None:
    pipeline.redis.zadd(f"{QUEUE}.XQ", {"m1": 1})
    assert look(pipeline) == ["I8 queues are empty: 1 messages of bookings were rejected"]


# What was given up


def test_an_unreadable_message_is_found_before_a_worker_receives_it(pipeline: Pipeline) -> None:
    enqueue(pipeline, age=1)
    assert given_up(pipeline) == []
    pipeline.redis.hset(f"{QUEUE}.msgs", "m-1", b"{not json")
    (found,) = given_up(pipeline)
    assert found.startswith("I11 nothing is given up: message m-1 of bookings cannot be read: DecodeError")


def test_a_dead_letter_is_reported_until_it_is_replayed_or_discarded(pipeline: Pipeline) -> None:
    booking = new_id()
    with pipeline.db.transaction() as connection:
        (letter,) = dead_letters.store_bookings(connection, [booking], "failed 5 times")
        (message,) = dead_letters.store_payload(connection, "bookings", b"{not json", "DecodeError")
    found = given_up(pipeline)
    assert len(found) == 2
    (of_booking,) = [each for each in found if f"booking {booking} was given up at " in each]
    assert of_booking.endswith(f": failed 5 times (dead letter {letter.id})")
    (of_message,) = [each for each in found if "a message of bookings could not be read at " in each]
    assert str(message.id) in of_message
    execute(pipeline, "UPDATE dead_letters SET replayed_at = now()")
    assert given_up(pipeline) == []


# Seats in Redis


@pytest.fixture
def sold(pipeline: Pipeline) -> UUID:
    """A flight of 10 seats, 3 of them sold, loaded in Redis."""
    flight = pipeline.flight(10)
    pipeline.work(*pipeline.accept_many(1, flight, seats=3))
    return flight


@pytest.mark.parametrize(("free", "drift"), [(8, "+1"), (5, "-2")])
def test_a_count_that_stays_wrong_is_found(pipeline: Pipeline, sold: UUID, free: int, drift: str) -> None:
    pipeline.redis.hset(keys.inventory(sold), "free", free)
    assert look(pipeline) == [f"I6 Redis agrees: Redis calls {drift} seats free on flight {sold}"]


def test_seats_reserved_for_work_in_flight_are_no_drift(pipeline: Pipeline, sold: UUID) -> None:
    (booking,) = pipeline.accept_many(1, sold, seats=2)
    Inventory(pipeline.redis).reserve({sold: [(booking, 2)]})
    assert look(pipeline) == []


def test_a_flight_on_which_redis_is_never_still_is_left_out(
    pipeline: Pipeline, sold: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.redis.hset(keys.inventory(sold), "free", 9)
    monkeypatch.setattr(inventory_drift, "PAUSE_SECONDS", 0)

    def restless(client: object, flight_id: UUID) -> tuple[int, dict[UUID, int]]:
        return int(str(pipeline.redis.hincrby(keys.inventory(flight_id), "free", 1))), {}

    monkeypatch.setattr(inventory_drift, "_read", restless)
    assert look(pipeline) == []


@pytest.mark.parametrize(("delay", "found"), [(0, ""), (1 / 3, ""), (1, "Redis calls -2 seats free")])
def test_a_difference_until_the_update_of_redis_is_no_drift(
    pipeline: Pipeline, sold: UUID, monkeypatch: pytest.MonkeyPatch, delay: float, found: str
) -> None:
    """A flight whose bookings are cancelled all the time. The last row is the control: there the seats are never released in Redis."""
    monkeypatch.setattr(inventory_drift, "PAUSE_SECONDS", 0)
    pipeline.redis.hset(keys.inventory(sold), "free", 5)  # the audit comes in such a moment
    measure, rng = inventory_drift._measure, random.Random(7)

    def measured(connection: RawConnection, client: Redis, flight_id: UUID) -> int | None:
        pipeline.redis.hset(keys.inventory(sold), "free", 5 if rng.random() < delay else 7)
        return measure(connection, client, flight_id)

    monkeypatch.setattr(inventory_drift, "_measure", measured)
    assert found in "".join(look(pipeline))
    assert bool(found) == bool(look(pipeline))


# Twice


def violation(what: str, same_as: str | None = None) -> Violation:
    return Violation("I6", what, same_as or what)


def looks(*responses: list[Violation]) -> Callable[[], list[Violation]]:
    given = iter(responses)
    return lambda: next(given)


def test_what_is_found_twice_lasts_and_what_moves_does_not() -> None:
    standing, moving, moved, gone = violation("+1 on A"), violation("+1 on B"), violation("+2 on B"), violation("-1 on C")
    waited: list[float] = []
    assert find_lasting(looks([standing, moving, gone], [moved, standing]), waited.append) == [standing]
    assert len(waited) == 1


def test_what_is_wrong_with_a_row_may_have_other_numbers_the_second_time() -> None:
    first, second = violation("A counts 7, and has 6", "A"), violation("A counts 9, and has 8", "A")
    assert find_lasting(looks([first], [second]), lambda _: None) == [first]


def test_without_violations_there_is_no_second_check() -> None:
    assert find_lasting(looks([]), lambda _: pytest.fail("it waited")) == []
