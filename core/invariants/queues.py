"""The invariants of the queues: without work they are empty, with work no message stays too long, and every message can be read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, cast

import redis

from core import keys
from core.messaging import envelope
from core.messaging.envelope import Unreadable
from core.messaging.messages import Queue

LASTS_SECONDS: Final = {
    Queue.BOOKINGS: 15 * 60,
    Queue.PAYMENTS: 15 * 60,
    Queue.FLIGHTS: 6 * 3600,
    Queue.MAILS: 3600,
    Queue.IMPORTS: 6 * 3600,
}
"""How long a message may be in the queue or in processing, including a second delivery after its worker crashed. Imports and cancellations
of flights may wait for other ones.
"""


def find_remains(client: redis.Redis) -> list[str]:
    """What is left in the queues. Call it when no work is in progress."""
    found = []
    for queue in Queue:
        name = _name(queue)
        if waiting := client.llen(name):
            found.append(f"{waiting} messages wait in {queue}")
        if kept := client.hlen(f"{name}.msgs"):
            found.append(f"{kept} messages of {queue} are not acknowledged")
        found += _find_rejected(client, queue)
    for acks in _list_acks(client):
        found.append(f"{client.scard(acks)} ids are kept in {acks.decode()}")
    return found


def find_stuck(client: redis.Redis) -> list[str]:
    """Messages that are in the queues for too long. It may be called at any time."""
    found = []
    for queue in Queue:
        for message_id, payload in _messages(client, queue):
            sent_at = _sent_at(payload, queue)
            if sent_at is not None and time.time() - sent_at > LASTS_SECONDS[queue]:
                since = datetime.fromtimestamp(sent_at, UTC).isoformat(timespec="seconds")
                found.append(f"message {message_id} of {queue} was sent at {since} and is not acknowledged")
        found += _find_rejected(client, queue)
    # An id without its message: no worker will ever acknowledge it.
    for acks in _list_acks(client):
        messages = f"{_name(Queue(acks.decode().rpartition('.')[2]))}.msgs"
        for kept in cast("set[bytes]", client.smembers(acks)):
            if not client.hexists(messages, kept.decode()):
                found.append(f"the id {kept.decode()} is kept in {acks.decode()} without its message")
    return found


def find_unreadable(client: redis.Redis) -> list[str]:
    """Messages that no worker will be able to read."""
    found = []
    for queue in Queue:
        actors = envelope.list_actors(queue)
        for message_id, payload in _messages(client, queue):
            try:
                envelope.read(payload, actors)
            except Unreadable as reason:
                found.append(f"message {message_id} of {queue} cannot be read: {reason}")
    return found


def _find_rejected(client: redis.Redis, queue: Queue) -> list[str]:
    rejected = client.zcard(f"{_name(queue)}.XQ")
    return [f"{rejected} messages of {queue} were rejected"] if rejected else []


def _messages(client: redis.Redis, queue: Queue) -> Iterator[tuple[str, bytes]]:
    for message_id, payload in cast("Any", client.hscan_iter(f"{_name(queue)}.msgs", count=1000)):
        yield message_id.decode(errors="replace"), payload


def _list_acks(client: redis.Redis) -> list[bytes]:
    """The keys of the sets of message ids that workers have received and not acknowledged."""
    return list(cast("Any", client.scan_iter(match=f"{keys.QUEUE_NAMESPACE}:__acks__.*", count=1000)))


def _sent_at(payload: bytes, queue: Queue) -> float | None:
    """Seconds since 1970; None for a message that cannot be read."""
    try:
        return envelope.read(payload, envelope.list_actors(queue)).message_timestamp / 1000
    except Unreadable:
        return None


def _name(queue: Queue) -> str:
    return f"{keys.QUEUE_NAMESPACE}:{queue}"
