"""The state of the whole installation: queues, workers, seats. The part of a server that is away is left out."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

import msgspec
from redis import RedisError

from api.readiness.codes import Code
from api.services import Services
from core import __version__
from core.db import RawConnection
from core.heartbeats import queries as heartbeats
from core.heartbeats import work
from core.heartbeats.beats import SILENT_SECONDS, Activity
from core.heartbeats.work import Rates
from core.invariants import inventory_drift
from core.messaging import queue_stats
from core.messaging.messages import Queue
from core.messaging.queue_stats import QueueStats
from core.operations import pauses

DRIFT_SECONDS: Final = 3.0
"""The highest age of the last comparison of seats in Redis, in seconds. A comparison reads every flight that is loaded in Redis."""


class WorkerView(msgspec.Struct, frozen=True, kw_only=True):
    """One worker process. `answers`: whether it was able to work a moment ago. If not, it hangs, a thread is stuck, the network is
    interrupted, or it has ended.
    """

    id: UUID
    host: str
    pid: int
    version: str
    is_current: bool
    """Whether it has the same version as the API process of this response."""
    queues: list[str]
    has_provider: bool
    started_at: datetime
    seen_at: datetime
    silent_seconds: float
    answers: bool
    at_work: list[Activity]
    """What its threads were doing at its last heartbeat."""
    sweeps: bool
    """Whether it is the process that runs the sweep."""


class Rate(msgspec.Struct, frozen=True):
    """Rates per second, on average over the last 5 s, 1 min and 15 min."""

    last_5s: float
    last_1min: float
    last_15min: float


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """One queue. `waiting`, `taken` and `oldest_seconds` are null while Redis is away. A message may be about many bookings."""

    name: Queue
    waiting: int | None
    """Messages that no worker has received."""
    taken: int | None
    """Messages in processing."""
    oldest_seconds: float | None
    """The age of the oldest waiting message; null if none waits."""
    paused_at: datetime | None
    paused_by: str | None
    workers: int
    """The number of answering worker processes for this queue."""
    messages_per_second: Rate
    """Messages that workers finished. Each worker reports its number once a second."""
    items_per_second: Rate
    """The bookings, files, payments or mails in these messages."""


class Drift(msgspec.Struct, frozen=True):
    """A flight whose number of free seats in Redis is wrong. `seats`: how many too many (positive) or too few (negative)."""

    flight_id: UUID
    seats: int


def list_workers(connection: RawConnection) -> list[WorkerView]:
    return [
        WorkerView(
            id=each.id,
            host=each.host,
            pid=each.pid,
            version=each.version,
            is_current=each.version == __version__,
            queues=list(each.queues),
            has_provider=each.has_provider,
            started_at=each.started_at,
            seen_at=each.seen_at,
            silent_seconds=round(max(0.0, each.age), 1),
            answers=each.age <= SILENT_SECONDS,
            at_work=msgspec.convert(each.at_work, list[Activity]),
            sweeps=each.sweeps,
        )
        for each in heartbeats.list_processes(connection)
    ]


def redis_answers(services: Services) -> bool:
    """Whether Redis answered a moment ago, so that a request does not wait for a server that is away."""
    return not any(cause.code in (Code.REDIS_AWAY, Code.REDIS_UNUSABLE) for cause in services.readiness.causes())


def list_queues(services: Services, connection: RawConnection, workers: list[WorkerView]) -> list[QueueView]:
    stats: dict[Queue, QueueStats] = {}
    if redis_answers(services):
        with suppress(RedisError):  # the other figures are shown, and the causes name Redis
            stats = {each.queue: each for each in queue_stats.read_all(services.redis)}
    paused = pauses.list_paused(connection)
    rates = work.read_rates(connection)
    return [_queue(queue, stats.get(queue), paused.get(queue), workers, rates.get(queue, work.idle(queue))) for queue in Queue]


def _queue(
    queue: Queue, stats: QueueStats | None, pause: pauses.Pause | None, workers: list[WorkerView], rates: Rates
) -> QueueView:
    return QueueView(
        name=queue,
        waiting=stats.waiting if stats else None,
        taken=stats.taken if stats else None,
        oldest_seconds=stats.oldest_seconds if stats else None,
        paused_at=pause.paused_at if pause else None,
        paused_by=pause.username if pause else None,
        workers=sum(worker.answers and queue in worker.queues for worker in workers),
        messages_per_second=_rate(rates.messages_5s, rates.messages_1min, rates.messages_15min),
        items_per_second=_rate(rates.items_5s, rates.items_1min, rates.items_15min),
    )


def _rate(*averages: float) -> Rate:
    return Rate(*(round(average, 3) for average in averages))


class DriftComparison:
    """Compares the seats in Redis with Postgres, once for all requests within `DRIFT_SECONDS`. A difference that two consecutive
    comparisons find is drift; a difference because of work in progress is gone the next time. One for each process; thread-safe.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._compared_at = float("-inf")
        self._seen: dict[UUID, int] = {}
        self._drift: dict[UUID, int] = {}

    def find(self, services: Services) -> list[Drift]:
        """The flights with drift. Errors of Redis and Postgres are raised."""
        with self._lock:
            if time.monotonic() - self._compared_at > DRIFT_SECONDS:
                loaded = inventory_drift.list_loaded(services.redis)
                with services.db.snapshot() as connection:
                    found = inventory_drift.find_drift(connection, services.redis, loaded)
                self._drift = {flight: seats for flight, seats in found.items() if self._seen.get(flight) == seats}
                self._seen, self._compared_at = found, time.monotonic()
            return [Drift(flight_id, seats) for flight_id, seats in sorted(self._drift.items())]
