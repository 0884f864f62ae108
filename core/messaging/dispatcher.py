"""Send messages to the queue, best effort. A lost message costs a delay of some seconds: the sweep finds the unfinished work in
Postgres.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker

from core import keys
from core.messaging.messages import Message
from core.redis import clients
from core.telemetry import correlation
from core.telemetry.incidents import Incident
from core.telemetry.metrics import MESSAGES_DEFERRED
from core.telemetry.tracing import spans
from core.telemetry.tracing.spans import TraceParent

SEND_SECONDS: Final = 0.5
"""The time limit of one send. Without it, a Redis that hangs would block the sender for a minute."""
REST_SECONDS: Final = 1.0
"""How long nothing is sent after a failure."""

_log = structlog.get_logger(__name__)


class Dispatcher:
    """Sends messages to the queues. Thread-safe."""

    def __init__(self, redis_url: str) -> None:
        client = clients.connect(redis_url, seconds=SEND_SECONDS)
        # No maintenance of the queues here: the workers do it, and here it would delay the callers.
        self._broker = RedisBroker(client=client, namespace=keys.QUEUE_NAMESPACE, middleware=[], maintenance_chance=0)
        self._resting_until = 0.0
        self._outage = Incident(_log, "messages are deferred to the sweep", "messages are sent again")

    def send(
        self, message: Message, *, correlation_ids: Sequence[str] = (), traces: Mapping[str, TraceParent] | None = None
    ) -> bool:
        """Put a message on its queue. False if this failed, or if an earlier message failed less than `REST_SECONDS` ago; then the sweep
        sends the message later.

        `correlation_ids`: of the requests that the message is for; if empty, those of the present work. `traces`: id -> the span that its
        trace continues from; None: as in the present work.
        """
        if time.monotonic() < self._resting_until:
            MESSAGES_DEFERRED.inc()
            return False
        envelope: dramatiq.Message[None] = dramatiq.Message(
            queue_name=message.queue,
            actor_name=message.actor,
            args=([str(each) for each in message.ids],),
            kwargs={},
            options=_options(
                message, correlation_ids or correlation.current(), spans.parents_of(message.ids) if traces is None else traces
            ),
        )
        try:
            self._broker.enqueue(envelope)
        except redis.RedisError as error:
            self._resting_until = time.monotonic() + REST_SECONDS
            self._outage.failed(actor=message.actor, ids=len(message.ids), error=str(error))
            MESSAGES_DEFERRED.inc()
            return False
        self._outage.succeeded()
        return True

    def send_all(self, messages: Iterable[Message]) -> int:
        """Send these messages. Returns the number of ids in those that were sent."""
        return sum(len(message.ids) for message in messages if self.send(message))

    def depth(self, queue: str) -> int:
        """The number of messages that wait in a queue."""
        return int(self._broker.client.llen(f"{keys.QUEUE_NAMESPACE}:{queue}"))

    def close(self) -> None:
        self._broker.client.close()


def _options(message: Message, correlation_ids: Sequence[str], traces: Mapping[str, TraceParent]) -> dict[str, Any]:
    options: dict[str, Any] = {"alone": True} if message.alone else {}
    if correlation_ids:
        options["correlation_ids"] = list(correlation.merged(correlation_ids))
    if traces:
        options["traces"] = dict(traces)
    return options
