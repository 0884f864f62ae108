"""Messages that cannot be read are stored as dead letters, and the messages beside them on the queue are processed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from core import keys
from core.messaging.messages import Queue
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

QUEUE = f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}"


def envelope(message_id: str, **changes: Any) -> bytes:
    """A message as Dramatiq encodes it."""
    message: dict[str, Any] = {
        "queue_name": "bookings",
        "actor_name": "reserve_bookings",
        "args": [[]],
        "kwargs": {},
        "options": {"redis_message_id": message_id},
        "message_id": message_id,
        "message_timestamp": 1,
    }
    return json.dumps({**message, **changes}).encode()


def push(pipeline: Pipeline, payload: bytes | None, message_id: str) -> None:
    if payload is not None:
        pipeline.redis.hset(f"{QUEUE}.msgs", message_id, payload)
    pipeline.redis.rpush(QUEUE, message_id)


BROKEN: dict[str, Callable[[str], bytes]] = {
    "bytes that are no text": lambda _: b"\xff\xfe\x00garbage",
    "text that is no JSON": lambda _: b"{not json",
    "JSON that is no message": lambda _: b"[1, 2]",
    "null": lambda _: b"null",
    "a message without its fields": lambda _: b"{}",
    "no id to acknowledge it by": lambda each: envelope(each, options={}),
    "an unknown actor": lambda each: envelope(each, actor_name="format_disk"),
    "no argument": lambda each: envelope(each, args=[]),
    "two arguments": lambda each: envelope(each, args=[[], []]),
    "arguments by name": lambda each: envelope(each, args=[], kwargs={"ids": []}),
    "something that is no list": lambda each: envelope(each, args=["abc"]),
    "ids that are none": lambda each: envelope(each, args=[["abc", 7, None]]),
    "two megabytes of nonsense": lambda each: envelope(each, args=[["x" * 2_000_000]]),
}


@pytest.mark.parametrize("together", [True, False], ids=["in one fetch", "one by one"])
def test_broken_messages_become_dead_letters_and_their_neighbours_are_worked(pipeline: Pipeline, together: bool) -> None:
    bookings = pipeline.accept_many(len(BROKEN), pipeline.flight(50))
    worker = pipeline.worker()
    until(lambda: worker.said("worker ready"), seconds=20)
    pid = worker.pid
    if together:
        worker.freeze()  # it finds all of them at once
    for make, booking in zip(BROKEN.values(), bookings, strict=True):
        message_id = str(uuid4())
        push(pipeline, make(message_id), message_id)
        pipeline.send(booking)
        if not together:
            until(lambda: pipeline.unacknowledged == 0, seconds=20)
    if together:
        worker.thaw()

    pipeline.await_the_end()
    until(lambda: pipeline.unacknowledged == 0)
    assert pipeline.violations(bookings) == []
    assert pipeline.endings(bookings) == {"CONFIRMED": len(BROKEN)}
    assert len(letters(pipeline)) == len(BROKEN)
    assert worker.pid == pid


def test_a_dead_letter_has_the_message_byte_for_byte(pipeline: Pipeline) -> None:
    pipeline.worker()
    push(pipeline, b"\xff\x00broken", "m-1")
    until(lambda: len(letters(pipeline)) == 1, seconds=20)
    ((queue, kind, error, payload),) = letters(pipeline)
    assert (queue, kind, payload) == ("bookings", "message", b"\xff\x00broken")
    assert "Decode" in error


def test_an_id_without_its_message_disappears(pipeline: Pipeline) -> None:
    bookings = pipeline.accept_many(2, pipeline.flight(50))
    worker = pipeline.worker()
    until(lambda: worker.said("worker ready"), seconds=20)
    worker.freeze()
    pipeline.send(bookings[0])
    push(pipeline, None, "nobody")
    pipeline.send(bookings[1])
    worker.thaw()
    pipeline.await_the_end()
    until(lambda: pipeline.violations(bookings) == [])
    assert letters(pipeline) == []


def test_a_message_of_far_too_many_ids_is_worked(pipeline: Pipeline) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(50))
    worker = pipeline.worker()
    ids = [str(uuid4()) for _ in range(50_000)]
    push(pipeline, envelope("m-1", args=[[*ids, str(booking)]]), "m-1")
    pipeline.await_the_end()
    until(lambda: pipeline.violations([booking]) == [])
    assert worker.is_running


def test_a_message_that_comes_again_and_again_is_worked_once(pipeline: Pipeline) -> None:
    """The broker doubles messages after long silences; here every one is on the queue three times."""
    flight = pipeline.flight(30)
    bookings = pipeline.accept_many(60, flight)
    pipeline.send(*bookings, together=7)
    waiting = pipeline.redis.lrange(QUEUE, 0, -1)
    pipeline.redis.rpush(QUEUE, *waiting, *waiting)
    for _ in range(2):
        pipeline.send(*bookings, together=11)
    pipeline.worker()
    pipeline.worker()
    pipeline.await_the_end()
    until(lambda: pipeline.unacknowledged == 0)
    pipeline.assert_clean(bookings)
    assert pipeline.endings(bookings) == {"CONFIRMED": 30, "sold_out": 30}


def letters(pipeline: Pipeline) -> list[tuple[str, str, str, bytes]]:
    with pipeline.db.snapshot() as connection:
        rows: list[tuple[str, str, str, bytes]] = connection.execute(
            "SELECT queue, kind, error, payload FROM dead_letters ORDER BY id"
        ).fetchall()
    return rows
