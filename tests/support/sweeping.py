"""A sweep in the process of the test, and the messages that it has sent."""

from __future__ import annotations

import json
import threading
from uuid import UUID

import pytest

from core import keys
from core.messaging.messages import Queue
from tests.support.pipeline import Pipeline
from workers.sweeps.sweeper import Sweeper


@pytest.fixture
def sweeper(pipeline: Pipeline) -> Sweeper:
    return Sweeper(pipeline.context, threading.Event())


def sent(pipeline: Pipeline) -> int:
    """Messages on the queue of bookings."""
    return pipeline.redis.llen(f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}")


def ids_sent(pipeline: Pipeline) -> list[UUID]:
    """The bookings that these messages name."""
    messages = pipeline.redis.hvals(f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}.msgs")
    return [UUID(each) for message in messages for each in json.loads(message)["args"][0]]


def lease_of(pipeline: Pipeline, booking: UUID) -> tuple[int, int]:
    """Attempts, and the seconds that its lease lasts from now on."""
    with pipeline.db.snapshot() as connection:
        row = connection.execute(
            "SELECT attempts, round(extract(epoch FROM next_at - now()))::int FROM bookings WHERE id = %s", (booking,)
        ).fetchone()
    assert row is not None
    return row[0], row[1]
