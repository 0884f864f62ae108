"""Dramatiq's Redis broker with an improved consumer. Each change says which problem it solves; docs/reliability.md has the
background.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import dramatiq
import redis
import structlog
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.common import dq_name, q_name
from dramatiq.errors import ConnectionClosed

from core import keys
from core.db import AWAY
from core.messaging import envelope
from core.messaging.envelope import Unreadable
from core.redis import clients
from core.telemetry.incidents import Incident
from workers.broker import merging

HEARTBEAT_TIMEOUT_MS: Final = 30_000
"""If a process sends no heartbeat for this time, it counts as ended, and its messages return to their queues."""
MAINTENANCE_PER_MILLION: Final = 50_000
IDLE_SECONDS: Final = 1.0
"""How long an idle consumer blocks in Redis. It must be shorter than the socket's time limit."""
PAUSE_SECONDS: Final = 0.25
"""The time between two checks whether a paused queue was resumed."""
SOCKET_SECONDS: Final = 5.0
PING_AFTER_SECONDS: Final = 15
FETCH: Final = 64
"""The most messages taken in one round trip. They are merged into as few as possible."""
SEEN_SECONDS: Final = 3600

_log = structlog.get_logger(__name__)

StoreUnreadable = Callable[[str, bytes, str], None]
"""Stores a message that cannot be read as a dead letter: `store_unreadable(queue, payload, error)`."""


def connect(
    redis_url: str,
    store_unreadable: StoreUnreadable,
    polled: Callable[[], None],
    is_paused: Callable[[], bool],
    processed: Callable[[str, int, int], None],
) -> RepairedBroker:
    """A broker for one pool of worker threads. Dramatiq's retries are off, because the sweep repeats work and counts the attempts.

    `polled`: called whenever the consumer requests the next message or is created again, which is at least every few seconds. `is_paused`:
    while it returns true, no message is taken. `processed(queue, messages, items)`: called when they were processed.
    """
    broker = RepairedBroker(
        client=clients.connect(redis_url, seconds=SOCKET_SECONDS, ping_after_seconds=PING_AFTER_SECONDS),
        namespace=keys.QUEUE_NAMESPACE,
        middleware=[],
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        maintenance_chance=MAINTENANCE_PER_MILLION,
    )
    broker.store_unreadable = store_unreadable
    broker.polled = polled
    broker.is_paused = is_paused
    broker.processed = processed
    return broker


@dataclass(frozen=True, slots=True)
class Taken:
    """A merged message that is not acknowledged yet, with the Redis ids of the messages that were merged."""

    parts: list[str]
    alone: bool


class RepairedBroker(RedisBroker):
    store_unreadable: StoreUnreadable
    polled: Callable[[], None]
    is_paused: Callable[[], bool]
    processed: Callable[[str, int, int], None]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.taken: dict[str, Taken] = {}
        """By the ids of merged messages. It is kept in the broker, because after an error of Redis there is a new consumer, while the
        messages of the old one are still being processed."""
        self.outage = Incident(_log, "no messages can be taken", "messages are taken again")

    @property
    def consumer_class(self) -> type[Consumer]:
        return RepairedConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        if queue_name == dq_name(q_name(queue_name)):
            return IdleConsumer()
        self.polled()
        return super().consume(queue_name, prefetch, timeout)


class IdleConsumer(Consumer):
    """Replaces the consumer of delayed messages. This product sends no delayed messages, because they can be lost while the process runs."""

    def __next__(self) -> MessageProxy | None:
        time.sleep(IDLE_SECONDS)
        return None

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Does nothing: no message was taken."""


class RepairedConsumer(_RedisConsumer):
    """A consumer that blocks while its queue is empty, merges waiting messages, continues after errors of Redis, and stores
    messages that it cannot read as dead letters.

    `prefetch` counts merged messages. It is the number of threads, so that no message waits in a busy process while another
    process is idle.

    A message with the option `alone` is processed by itself: it is returned after all other messages of the queue in this process were
    acknowledged, and no message is taken until it is acknowledged. So if it crashes the process, no other message is
    affected.
    """

    def __init__(self, broker: RepairedBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)
        self._ready: list[dramatiq.Message[Any]] = []
        self._taken = broker.taken
        self._acknowledged = threading.Event()
        self._is_empty = False
        """Whether the last fetch took all messages of the queue."""
        with self._closing_on_errors():
            self._return_orphans()

    def __next__(self) -> MessageProxy | None:
        self.broker.polled()
        if not self._ready and self.broker.is_paused():
            time.sleep(PAUSE_SECONDS)
            return None
        with self._closing_on_errors():
            if not self._ready and not self._must_wait():
                if self._is_empty:
                    self._wait()
                    return None  # the queue may have been paused in the meantime
                self._ready = self._fetch()
                self.broker.outage.succeeded()
                if not self._ready:
                    return None
            if self._must_wait():
                self._acknowledged.clear()
                if self._must_wait():  # no message was acknowledged in the meantime
                    self._acknowledged.wait(IDLE_SECONDS)
                return None
            return MessageProxy(self._ready.pop(0))

    def _must_wait(self) -> bool:
        """Whether running work has to end before the next message is returned or fetched."""
        if self._ready:
            return merging.is_alone(self._ready[0]) and len(self._taken) > 1  # the message itself is one of them
        return len(self._taken) >= self.prefetch or any(each.alone for each in list(self._taken.values()))

    def ack(self, message: MessageProxy) -> None:
        self._finish(message, self.broker.do_ack)

    def nack(self, message: MessageProxy) -> None:
        self._finish(message, self.broker.do_nack)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        taken = [self._taken.pop(message.message_id) for message in messages if message.message_id in self._taken]
        # An error raised from here would end the consumer's thread, while the process would look healthy.
        with self._closing_on_errors():
            self._return([part for each in taken for part in each.parts])

    def close(self) -> None:
        ready, self._ready = self._ready, []
        self.requeue(MessageProxy(message) for message in ready)

    def _finish(self, message: MessageProxy, command: Callable[[str, str], None]) -> None:
        with self._closing_on_errors():
            if message.message_id in self._taken:
                parts = self._taken[message.message_id].parts
                for part in parts:
                    command(self.queue_name, part)
                self.broker.processed(self.queue_name, len(parts), len(message.args[0]))
        # Removed only after Redis has confirmed it: Dramatiq repeats the acknowledgement until then.
        self._taken.pop(message.message_id, None)
        self._acknowledged.set()

    @contextmanager
    def _closing_on_errors(self) -> Iterator[None]:
        """Turn every error of Redis into one that closes the consumer, after which Dramatiq opens a new one. Dramatiq does this
        only for ConnectionError.

        It is the same if Postgres cannot store a dead letter: the next consumer returns the messages that were fetched with it.
        """
        try:
            yield
        except (redis.RedisError, *AWAY) as error:
            self.broker.outage.failed(queue=self.queue_name, error=str(error))
            raise ConnectionClosed(error) from None

    def _return(self, parts: list[str]) -> None:
        """Put fetched messages back on the queue, for any process."""
        if parts:
            self.broker.client.delete(*(keys.seen(part) for part in parts))
            self.broker.do_requeue(self.queue_name, *parts)

    def _return_orphans(self) -> None:
        """Return messages that this process fetched but lost in an error of Redis. While this process runs, no other process returns them.

        An id whose message no longer exists is removed.
        """
        known = {part for each in list(self._taken.values()) for part in each.parts}
        fetched = {part.decode() for part in cast("set[bytes]", self.broker.client.smembers(self._acks))}
        self._return(sorted(fetched - known))

    @property
    def _acks(self) -> str:
        return f"{self.broker.namespace}:__acks__.{self.broker.broker_id}.{self.queue_name}"

    def _fetch(self) -> list[dramatiq.Message[Any]]:
        """Take the waiting messages and merge them, because many small batches cost more than one large one."""
        payloads = cast("list[bytes | None]", self.broker.do_fetch(self.queue_name, FETCH))
        self._is_empty = len(payloads) < FETCH
        messages = [message for message in map(self._decode, filter(None, payloads)) if message is not None]
        merged: list[dramatiq.Message[Any]] = []
        for message in self._unseen(self._up_to_alone(messages)):
            part = message.options["redis_message_id"]
            last = merged[-1] if merged else None
            if last is not None and merging.may_join(last, message):
                merged[-1] = merging.joined(last, message)
                self._taken[last.message_id].parts.append(part)
            else:
                merged.append(message)
                self._taken[message.message_id] = Taken([part], merging.is_alone(message))
        if None in payloads:
            self._return_orphans()
        return merged

    def _up_to_alone(self, messages: list[dramatiq.Message[Any]]) -> list[dramatiq.Message[Any]]:
        """Keep the messages up to the first one with `alone`. Return the others to the queue, where any process can take them."""
        end = next((turn for turn, message in enumerate(messages, start=1) if merging.is_alone(message)), len(messages))
        behind = [message.options["redis_message_id"] for message in messages[end:]]
        if behind:
            self.broker.do_requeue(self.queue_name, *behind)
        return messages[:end]

    def _unseen(self, messages: list[dramatiq.Message[Any]]) -> list[dramatiq.Message[Any]]:
        """Leave out messages that were delivered before: their worker crashed, or the broker delivered them twice.

        The sweep repeats their work. It counts the attempts and gives up after the last one; the broker would redeliver for ever.
        """
        pipeline = self.broker.client.pipeline(transaction=False)
        for message in messages:
            pipeline.set(keys.seen(message.options["redis_message_id"]), 1, nx=True, ex=SEEN_SECONDS)
        unseen = []
        for message, first in zip(messages, pipeline.execute(), strict=True):
            if first:
                unseen.append(message)
            else:
                self.broker.do_ack(self.queue_name, message.options["redis_message_id"])
        return unseen

    def _wait(self) -> None:
        """Block until the queue has a message, instead of polling.

        It uses BLMOVE from the tail of the list to its own tail, which changes nothing, but blocks while the list is empty.
        """
        name = f"{self.broker.namespace}:{self.queue_name}"
        self.broker.client.blmove(name, name, IDLE_SECONDS, "RIGHT", "RIGHT")
        self._is_empty = False

    def _decode(self, payload: bytes) -> dramatiq.Message[Any] | None:
        """Decode a message. None if that is impossible: then it becomes a dead letter, because it would fail every consumer that
        fetches it, together with the messages fetched with it."""
        try:
            return envelope.read(payload, self.broker.actors)
        except Unreadable as reason:
            self._discard_unreadable(payload, str(reason))
            return None

    def _discard_unreadable(self, payload: bytes, error: str) -> None:
        self.broker.store_unreadable(self.queue_name, payload, error)
        messages = f"{self.broker.namespace}:{self.queue_name}.msgs"
        client: redis.Redis = self.broker.client
        for message_id in cast("set[bytes]", client.smembers(self._acks)):
            if client.hget(messages, message_id) == payload:
                client.srem(self._acks, message_id)
                client.hdel(messages, message_id)
