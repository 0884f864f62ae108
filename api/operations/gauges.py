"""The metrics of the whole installation, read for each scrape. The figures of a server that is away are left out."""

from __future__ import annotations

from prometheus_client.core import Metric as MetricFamily
from redis import RedisError

from api.operations.installation import list_workers, redis_answers
from api.services import Services
from core.db import AWAY
from core.messaging import queue_stats
from core.messaging.messages import Queue
from core.operations import dead_letter_list, pauses
from core.operations.models import DeadLetterKind
from core.telemetry import metrics, supervision
from core.telemetry.metrics import gauge


def read_all(services: Services) -> list[MetricFamily]:
    backlog = services.live.backlog
    return [
        gauge(metrics.BOOKINGS_WAITING, {(): backlog.waiting}),
        gauge(metrics.BOOKINGS_OLDEST, {(): backlog.oldest_seconds}),
        gauge(metrics.TROUBLE, {(cause.code,): 1 for cause in services.readiness.causes()}),
        gauge(metrics.EVENT_LISTENERS, {(): services.live.streams.count}),
        metrics.pool_gauge(services.db.usage()),
        *supervision.families(supervision.read(services.settings.servers.data_dir / supervision.NAME)),
        *_of_redis(services),
        *_of_postgres(services),
    ]


def _of_redis(services: Services) -> list[MetricFamily]:
    if not redis_answers(services):
        return []
    try:
        queues = queue_stats.read_all(services.redis)
    except RedisError:
        return []
    return [
        gauge(metrics.QUEUE_DEPTH, {(each.queue,): each.waiting for each in queues}),
        gauge(metrics.QUEUE_OLDEST, {(each.queue,): each.oldest_seconds or 0.0 for each in queues}),
    ]


def _of_postgres(services: Services) -> list[MetricFamily]:
    try:
        with services.db.snapshot() as connection:
            workers = list_workers(connection)
            paused = pauses.list_paused(connection)
            letters = dead_letter_list.count_open(connection)
    except AWAY:
        return []
    return [
        gauge(metrics.WORKERS_ALIVE, {(): sum(worker.answers for worker in workers)}),
        gauge(metrics.QUEUE_PAUSED, {(queue,): queue in paused for queue in Queue}),
        gauge(metrics.DEAD_LETTERS_OPEN, {(kind,): letters.get(kind, 0) for kind in DeadLetterKind}),
    ]
