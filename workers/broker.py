"""Dramatiq's Redis broker with its consumer repaired. What each repair is for is said beside it; the facts are in docs/reliability.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import dramatiq
import redis
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.common import dq_name, q_name
from dramatiq.errors import ConnectionClosed, DecodeError
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

HEARTBEAT_TIMEOUT_MS: Final = 30_000
"""A process that was silent for so long is dead, and its messages return to their queues."""
MAINTENANCE_PER_MILLION: Final = 50_000
IDLE_SECONDS: Final = 1.0
"""How long an idle consumer blocks in Redis. It must be shorter than the socket's time limit."""
SOCKET_SECONDS: Final = 5.0

Bury = Callable[[str, bytes, str], None]
"""Keeps the bytes of a message that cannot be read: `bury(queue, payload, error)`."""


def connect(redis_url: str, middleware: list[dramatiq.Middleware], bury: Bury) -> RepairedBroker:
    """A broker for one pool of worker threads. Retries are off everywhere: the sweep repeats work, and it counts."""
    client = redis.Redis.from_url(
        redis_url,
        socket_timeout=SOCKET_SECONDS,
        socket_connect_timeout=1.0,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=15,
    )
    broker = RepairedBroker(
        client=client,
        namespace=keys.QUEUE_NAMESPACE,
        middleware=middleware,
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        maintenance_chance=MAINTENANCE_PER_MILLION,
    )
    broker.bury = bury
    return broker


class RepairedBroker(RedisBroker):
    bury: Bury

    @property
    def consumer_class(self) -> type[Consumer]:
        return RepairedConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        if queue_name == dq_name(q_name(queue_name)):
            return IdleConsumer()
        return super().consume(queue_name, prefetch, timeout)


class IdleConsumer(Consumer):
    """Stands in for the consumer of delayed messages: this product sends none, because they can be lost in a live process."""

    def __next__(self) -> MessageProxy | None:
        time.sleep(IDLE_SECONDS)
        return None

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Nothing was ever taken."""


class RepairedConsumer(_RedisConsumer):
    """Blocks while its queue is empty, survives time-outs and errors of Redis, and buries what it cannot read."""

    def __next__(self) -> MessageProxy | None:
        with _closing_on_errors():
            self._discard_unreadable()
            if not self.message_cache:
                self.message_cache = self._fetch()
                self._discard_unreadable()
            if self.message_cache:
                message: MessageProxy | None = super().__next__()
                return message
            self._wait()
            return None

    def ack(self, message: MessageProxy) -> None:
        with _closing_on_errors():
            super().ack(message)

    def nack(self, message: MessageProxy) -> None:
        with _closing_on_errors():
            super().nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        # Without this, an error here ends the consumer's thread while the process looks healthy.
        with _closing_on_errors():
            super().requeue(messages)

    def _fetch(self) -> list[bytes | None]:
        room = self.prefetch - self.outstanding_message_count
        return list(self.broker.do_fetch(self.queue_name, room)) if room > 0 else []

    def _wait(self) -> None:
        """Block until the queue has something, instead of polling with a growing sleep.

        Moving the tail of a list onto its own tail changes nothing, and Redis blocks in it while the list is empty.
        """
        if self.outstanding_message_count >= self.prefetch:
            time.sleep(0.001)  # every thread has work; an acknowledgement makes room
            return
        name = f"{self.broker.namespace}:{self.queue_name}"
        self.broker.client.blmove(name, name, IDLE_SECONDS, "RIGHT", "RIGHT")

    def _discard_unreadable(self) -> None:
        """Bury what is not a message. Left in the batch, it would orphan its neighbours at every restart."""
        readable: list[bytes | None] = []
        for payload in self.message_cache:
            if payload is None:  # an id whose message is gone: nothing to do, nothing to keep
                continue
            try:
                dramatiq.Message.decode(payload)
            except (DecodeError, TypeError, KeyError, ValueError) as error:
                self._bury(payload, repr(error))
            else:
                readable.append(payload)
        self.message_cache = readable

    def _bury(self, payload: bytes, error: str) -> None:
        self.broker.bury(self.queue_name, payload, error)
        acks = f"{self.broker.namespace}:__acks__.{self.broker.broker_id}.{self.queue_name}"
        messages = f"{self.broker.namespace}:{self.queue_name}.msgs"
        client: redis.Redis = self.broker.client
        for message_id in client.smembers(acks):
            if client.hget(messages, message_id) == payload:
                client.srem(acks, message_id)
                client.hdel(messages, message_id)


@contextmanager
def _closing_on_errors() -> Iterator[Any]:
    """Any error of Redis closes the consumer, and Dramatiq opens a new one. Only ConnectionError does so by itself."""
    try:
        yield
    except redis.RedisError as error:
        raise ConnectionClosed(error) from None
