"""The state of the whole installation in one answer, with a sentence for each present problem."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from redis import RedisError

from api.http.authentication import requires_admin
from api.operations.installation import Drift, DriftComparison, QueueView, WorkerView, list_queues, list_workers, redis_answers
from api.services import Services
from core.clock import now
from core.db import AWAY, RawConnection
from core.jobs import minutes
from core.jobs.minutes import Counts, Minute
from core.operations import dead_letter_list
from core.operations.models import DeadLetterKind
from core.webhooks import endpoints
from core.webhooks.endpoints import WebhookView

Part = TypeVar("Part")


class OverviewStatus(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    """Nothing can be accepted."""


class OverviewCode(StrEnum):
    """Troubles that do not keep an API from being ready. The other codes are those of `/health/ready`."""

    DRIFT = "drift"
    QUEUE_PAUSED = "queue_paused"
    DEAD_LETTERS = "dead_letters"
    WORKER_OLD = "worker_old"
    WEBHOOK_DISABLED = "webhook_disabled"


class OverviewCause(msgspec.Struct, frozen=True):
    """One present trouble. `code` is for programs, `message` one sentence for a person."""

    code: str
    message: str
    since: datetime | None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A part is null while the server that knows it is away; the causes say which."""

    status: OverviewStatus
    causes: list[OverviewCause]
    at: datetime
    waiting: int
    """Bookings that wait for their seats."""
    oldest_seconds: float
    """How long the oldest of them has waited."""
    per_second: float
    """Bookings that workers bring on, smoothed."""
    bookings_per_minute: Counts | None
    """Accepted in the last 60 s, by what became of them, and how long that took."""
    queues: list[QueueView] | None
    workers: list[WorkerView] | None
    drift: list[Drift] | None
    dead_letters: dict[DeadLetterKind, int] | None
    """Open ones by kind; a kind without any is missing."""
    history: list[Minute] | None
    """The minutes of the last 24 hours, the oldest first."""


_drift: Final = DriftComparison()


class OverviewController(Controller):
    path = "/admin/overview"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(operation_id="getOverview", summary="How the whole installation is", sync_to_thread=True)
    def read(self, services: NamedDependency[Services]) -> Overview:
        """`causes` names each present trouble in one sentence, what is worst first: the reasons of `/health/ready`, and `drift`,
        `queue_paused`, `worker_old`, `webhook_disabled` and `dead_letters`. It answers also while Postgres or Redis is away.
        """
        ready = services.readiness.causes()
        workers = _part(services, list_workers)
        queues = None if workers is None else _part(services, lambda connection: list_queues(services, connection, workers))
        letters = _part(services, dead_letter_list.count_open)
        drift = _try(lambda: _drift.find(services)) if redis_answers(services) else None
        causes = [OverviewCause(cause.code, cause.message, cause.since) for cause in ready]
        causes += [*_of_drift(drift or []), *_of_queues(queues or []), *_of_workers(workers or []), *_of_letters(letters or {})]
        causes += _of_webhooks(_part(services, endpoints.list_given_up) or [])
        status = OverviewStatus.OK if not ready else OverviewStatus.DEGRADED
        if ready and ready[0].is_fatal:
            status = OverviewStatus.DOWN
        backlog = services.live.backlog
        return Overview(
            status=status,
            causes=causes,
            at=now(),
            waiting=backlog.waiting,
            oldest_seconds=round(backlog.oldest_seconds, 1),
            per_second=round(backlog.per_second, 1),
            bookings_per_minute=_part(services, minutes.count_last_minute),
            queues=queues,
            workers=workers,
            drift=drift,
            dead_letters=letters,
            history=_part(services, minutes.list_minutes),
        )


def _part(services: Services, read: Callable[[RawConnection], Part]) -> Part | None:
    def ask() -> Part:
        with services.db.snapshot() as connection:
            return read(connection)

    return _try(ask)


def _try(read: Callable[[], Part]) -> Part | None:
    try:
        return read()
    except (*AWAY, RedisError):
        return None  # the causes name the server


def _of_drift(drift: list[Drift]) -> list[OverviewCause]:
    if not drift:
        return []
    seats = sum(abs(each.seats) for each in drift)
    said = f"Redis counts {seats} seats wrongly on {len(drift)} flights; the sweep loads them anew within a minute."
    return [OverviewCause(OverviewCode.DRIFT, said, None)]


def _of_queues(queues: list[QueueView]) -> list[OverviewCause]:
    return [
        OverviewCause(
            OverviewCode.QUEUE_PAUSED,
            f"The queue {queue.name} was paused by {queue.paused_by or 'somebody who is gone'}; what is sent to it waits.",
            queue.paused_at,
        )
        for queue in queues
        if queue.paused_at is not None
    ]


def _of_workers(workers: list[WorkerView]) -> list[OverviewCause]:
    old = [worker for worker in workers if worker.answers and not worker.is_current]
    versions = ", ".join(sorted({worker.version for worker in old}))
    said = f"{len(old)} workers are of another version than the API ({versions})."
    return [OverviewCause(OverviewCode.WORKER_OLD, said, None)] if old else []


def _of_webhooks(given_up: list[WebhookView]) -> list[OverviewCause]:
    return [
        OverviewCause(
            OverviewCode.WEBHOOK_DISABLED,
            f"Nothing is sent to {webhook.url} any more: {webhook.disabled_reason}.",
            webhook.disabled_at,
        )
        for webhook in given_up
    ]


def _of_letters(letters: dict[DeadLetterKind, int]) -> list[OverviewCause]:
    if not letters:
        return []
    kinds = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(letters.items()))
    return [OverviewCause(OverviewCode.DEAD_LETTERS, f"Work was given up and waits for a decision: {kinds}.", None)]
