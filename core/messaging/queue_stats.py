"""How many messages wait in each queue, and for how long. It is read from Redis, so it does not depend on the workers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import cast

import redis
from dramatiq import DecodeError, Message

from core import keys
from core.messaging.messages import Queue


@dataclass(frozen=True, slots=True)
class QueueStats:
    """`waiting`: messages that no worker has received; `taken`: messages in processing. `oldest_seconds`: the age of the oldest waiting
    message; None: none waits.
    """

    queue: Queue
    waiting: int
    taken: int
    oldest_seconds: float | None


def read_all(client: redis.Redis) -> list[QueueStats]:
    """The statistics of all queues.

    Raises:
        redis.RedisError
    """
    return [_read(client, queue) for queue in Queue]


def _read(client: redis.Redis, queue: Queue) -> QueueStats:
    name = f"{keys.QUEUE_NAMESPACE}:{queue}"
    pipeline = client.pipeline(transaction=True)
    pipeline.llen(name)
    pipeline.hlen(f"{name}.msgs")
    pipeline.lrange(name, 0, 0)
    waiting, kept, head = pipeline.execute()
    payload = cast("bytes | None", client.hget(f"{name}.msgs", head[0])) if head else None
    return QueueStats(queue, waiting, max(0, kept - waiting), _age(payload))


def _age(payload: bytes | None) -> float | None:
    """None also for a message that cannot be read; a worker will store it as a dead letter."""
    if payload is None:
        return None
    try:
        return max(0.0, round(time.time() - Message.decode(payload).message_timestamp / 1000, 3))
    except (DecodeError, TypeError, KeyError, ValueError):
        return None
