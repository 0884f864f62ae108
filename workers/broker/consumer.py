"""Dramatiq's Redis broker with its consumer repaired. What each repair is for is said beside it; the facts are in docs/reliability.md."""

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
from core.messaging.messages import MAX_IDS
from core.redis import clients
from core.telemetry import correlation
from core.telemetry.incidents import Incident

HEARTBEAT_TIMEOUT_MS: Final = 30_000
"""A process that was silent for so long is dead, and its messages return to their queues."""
MAINTENANCE_PER_MILLION: Final = 50_000
IDLE_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 0.25
"""Between two looks whether a paused queue goes on."""
"""How long an idle consumer blocks in Redis. It must be shorter than the socket's time limit."""
SOCKET_SECONDS: Final = 5.0
PING_AFTER_SECONDS: Final = 15
FETCH: Final = 64
"""Messages taken in one round trip, to be merged."""
SEEN_SECONDS: Final = 3600

_log = structlog.get_logger(__name__)

Bury = Callable[[str, bytes, str], None]
"""Keeps the bytes of a message that cannot be read: `bury(queue, payload, error)`."""


def connect(redis_url: str, bury: Bury, moved: Callable[[], None], is_paused: Callable[[], bool]) -> RepairedBroker:
    """A broker for one pool of worker threads. Retries are off everywhere: the sweep repeats work, and it counts.

    `moved` is called whenever the pool's consumer asks for the next message, or is made anew: at least every few seconds. While `is_paused`
    says so, no message is taken.
    """
    broker = RepairedBroker(
        client=clients.connect(redis_url, seconds=SOCKET_SECONDS, ping_after_seconds=PING_AFTER_SECONDS),
        namespace=keys.QUEUE_NAMESPACE,
        middleware=[],
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        maintenance_chance=MAINTENANCE_PER_MILLION,
    )
    broker.bury = bury
    broker.moved = moved
    broker.is_paused = is_paused
    return broker


@dataclass(frozen=True, slots=True)
class Taken:
    """A merged message that is not acknowledged yet: the ids of its parts in Redis."""

    parts: list[str]
    alone: bool


class RepairedBroker(RedisBroker):
    bury: Bury
    moved: Callable[[], None]
    is_paused: Callable[[], bool]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.taken: dict[str, Taken] = {}
        """By the ids of merged messages. It outlives the consumers: an error of Redis ends a consumer, and not the work of its
        messages."""
        self.outage = Incident(_log, "no messages can be taken", "messages are taken again")

    @property
    def consumer_class(self) -> type[Consumer]:
        return RepairedConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        if queue_name == dq_name(q_name(queue_name)):
            return IdleConsumer()
        self.moved()
        return super().consume(queue_name, prefetch, timeout)


class IdleConsumer(Consumer):
    """Stands in for the consumer of delayed messages: this product sends none, because they can be lost in a live process."""

    def __next__(self) -> MessageProxy | None:
        time.sleep(IDLE_SECONDS)
        return None

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Nothing was ever taken."""


class RepairedConsumer(_RedisConsumer):
    """Blocks while its queue is empty, merges what has piled up, survives errors of Redis, and buries what it cannot read.

    `prefetch` counts merged messages: as many as there are threads, so that nothing waits behind a busy process while another
    is idle. A message that travels alone has the process to itself: it is handed out when every other one of its queue has been
    acknowledged, and until it is acknowledged none is taken. So what it kills is nobody else's attempt, and nobody else's message.
    """

    def __init__(self, broker: RepairedBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)
        self._ready: list[dramatiq.Message[Any]] = []
        self._taken = broker.taken
        self._room = threading.Event()
        with self._closing_on_errors():
            self._return_orphans()

    def __next__(self) -> MessageProxy | None:
        self.broker.moved()
        if not self._ready and self.broker.is_paused():
            time.sleep(PAUSE_SECONDS)
            return None
        with self._closing_on_errors():
            if not self._ready and not self._must_wait():
                self._ready = self._fetch()
                self.broker.outage.succeeded()
                if not self._ready:
                    self._wait()
                    return None
            if self._must_wait():
                self._room.clear()
                if self._must_wait():  # none was acknowledged in between
                    self._room.wait(IDLE_SECONDS)
                return None
            return MessageProxy(self._ready.pop(0))

    def _must_wait(self) -> bool:
        """Whether something at work has to end before the next message is handed out, or taken."""
        if self._ready:
            return _is_alone(self._ready[0]) and len(self._taken) > 1  # itself, and another
        return len(self._taken) >= self.prefetch or any(each.alone for each in list(self._taken.values()))

    def ack(self, message: MessageProxy) -> None:
        self._finish(message, self.broker.do_ack)

    def nack(self, message: MessageProxy) -> None:
        self._finish(message, self.broker.do_nack)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        taken = [self._taken.pop(message.message_id) for message in messages if message.message_id in self._taken]
        # An error that passed through here would end the consumer's thread while the process looks healthy.
        with self._closing_on_errors():
            self._return([part for each in taken for part in each.parts])

    def close(self) -> None:
        ready, self._ready = self._ready, []
        self.requeue(MessageProxy(message) for message in ready)

    def _finish(self, message: MessageProxy, command: Callable[[str, str], None]) -> None:
        with self._closing_on_errors():
            if message.message_id in self._taken:
                for part in self._taken[message.message_id].parts:
                    command(self.queue_name, part)
        # Not before: Dramatiq tries again until Redis has taken it.
        self._taken.pop(message.message_id, None)
        self._room.set()

    @contextmanager
    def _closing_on_errors(self) -> Iterator[None]:
        """Any error of Redis closes the consumer, and Dramatiq opens a new one. Only ConnectionError does so by itself.

        So does a Postgres that cannot take what is to be buried: what was fetched with it is returned by the next consumer.
        """
        try:
            yield
        except (redis.RedisError, *AWAY) as error:
            self.broker.outage.failed(queue=self.queue_name, error=str(error))
            raise ConnectionClosed(error) from None

    def _return(self, parts: list[str]) -> None:
        """Put fetched messages back on the queue, for anybody."""
        if parts:
            self.broker.client.delete(*(keys.seen(part) for part in parts))
            self.broker.do_requeue(self.queue_name, *parts)

    def _return_orphans(self) -> None:
        """Return what this process fetched and then lost in an error of Redis; nobody else may take it while this process lives.

        An id without its message only disappears.
        """
        known = {part for each in list(self._taken.values()) for part in each.parts}
        fetched = {part.decode() for part in cast("set[bytes]", self.broker.client.smembers(self._acks))}
        self._return(sorted(fetched - known))

    @property
    def _acks(self) -> str:
        return f"{self.broker.namespace}:__acks__.{self.broker.broker_id}.{self.queue_name}"

    def _fetch(self) -> list[dramatiq.Message[Any]]:
        """Take what has piled up, as few messages as possible: many small batches cost more than one large one."""
        payloads = cast("list[bytes | None]", self.broker.do_fetch(self.queue_name, FETCH))
        messages = [message for message in map(self._decode, filter(None, payloads)) if message is not None]
        merged: list[dramatiq.Message[Any]] = []
        for message in self._unseen(self._up_to_alone(messages)):
            part = message.options["redis_message_id"]
            last = merged[-1] if merged else None
            if last is not None and _mergeable(last, message):
                ids = list(correlation.merged([*_correlation_ids(last), *_correlation_ids(message)]))
                merged[-1] = last.copy(args=(last.args[0] + message.args[0],), options={"correlation_ids": ids})
                self._taken[last.message_id].parts.append(part)
            else:
                merged.append(message)
                self._taken[message.message_id] = Taken([part], _is_alone(message))
        if None in payloads:
            self._return_orphans()
        return merged

    def _up_to_alone(self, messages: list[dramatiq.Message[Any]]) -> list[dramatiq.Message[Any]]:
        """Return to the queue, for anybody and with no mark, what stands behind the first message that travels alone."""
        end = next((turn for turn, message in enumerate(messages, start=1) if _is_alone(message)), len(messages))
        behind = [message.options["redis_message_id"] for message in messages[end:]]
        if behind:
            self.broker.do_requeue(self.queue_name, *behind)
        return messages[:end]

    def _unseen(self, messages: list[dramatiq.Message[Any]]) -> list[dramatiq.Message[Any]]:
        """Leave out what was taken before: it killed its worker, or the broker doubled it.

        The sweep repeats work, counts it, and gives up in time; the broker would redeliver for ever.
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
        """Block until the queue has something, instead of polling with a growing sleep.

        Moving the tail of a list onto its own tail changes nothing, and Redis blocks in it while the list is empty.
        """
        name = f"{self.broker.namespace}:{self.queue_name}"
        self.broker.client.blmove(name, name, IDLE_SECONDS, "RIGHT", "RIGHT")

    def _decode(self, payload: bytes) -> dramatiq.Message[Any] | None:
        """A message, or None for what is none: it is buried. Left in the batch, it would orphan its neighbours at every restart."""
        try:
            return envelope.read(payload, self.broker.actors)
        except Unreadable as reason:
            self._bury(payload, str(reason))
            return None

    def _bury(self, payload: bytes, error: str) -> None:
        self.broker.bury(self.queue_name, payload, error)
        messages = f"{self.broker.namespace}:{self.queue_name}.msgs"
        client: redis.Redis = self.broker.client
        for message_id in cast("set[bytes]", client.smembers(self._acks)):
            if client.hget(messages, message_id) == payload:
                client.srem(self._acks, message_id)
                client.hdel(messages, message_id)


def _is_alone(message: dramatiq.Message[Any]) -> bool:
    return bool(message.options.get("alone"))


def _correlation_ids(message: dramatiq.Message[Any]) -> list[str]:
    """Of the requests that a message is for."""
    ids = message.options.get("correlation_ids", [])
    return ids if isinstance(ids, list) else []


def _mergeable(first: dramatiq.Message[Any], second: dramatiq.Message[Any]) -> bool:
    """Whether both ask the same of different ids, and fit into one batch. A message of one id may travel alone for a reason."""
    if first.actor_name != second.actor_name or _is_alone(first) or _is_alone(second):
        return False
    return len(first.args[0]) + len(second.args[0]) <= MAX_IDS
