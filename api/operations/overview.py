"""The state of the whole installation in one response, with a sentence for each present problem."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from redis import RedisError

from api.http.authentication import requires_admin
from api.live.backlog import Backlog
from api.operations.installation import Drift, DriftComparison, QueueView, WorkerView, list_queues, list_workers, redis_answers
from api.readiness.check import Cause
from api.readiness.codes import Code
from api.services import Services
from core.bookings.reading import sold
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
    """No booking can be accepted."""


class OverviewCode(StrEnum):
    """Problems with which an API is still ready. The other codes are those of `/health/ready`."""

    DRIFT = "drift"
    QUEUE_PAUSED = "queue_paused"
    DEAD_LETTERS = "dead_letters"
    WORKER_OLD = "worker_old"
    WEBHOOK_DISABLED = "webhook_disabled"


class OverviewCause(msgspec.Struct, frozen=True):
    """One present problem. `code` is for programs, `message` is a sentence for people."""

    code: str
    message: str
    since: datetime | None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A part is null while the server that it is read from is away; the causes name that server."""

    status: OverviewStatus
    causes: list[OverviewCause]
    at: datetime
    waiting: int
    """Bookings that wait for their seats."""
    oldest_seconds: float
    """How long the oldest of them has waited."""
    per_second: float
    """Bookings that workers finish per second, as a moving average."""
    bookings_per_minute: Counts | None
    """The bookings that were accepted in the last 60 s, by their present status, and how long they took."""
    seats_sold_today: int | None
    """Seats of bookings that were confirmed since midnight UTC, and still are. Several flights of one booking count once."""
    queues: list[QueueView] | None
    workers: list[WorkerView] | None
    drift: list[Drift] | None
    dead_letters: dict[DeadLetterKind, int] | None
    """Kind -> number of open dead letters. Kinds without any are left out."""
    history: list[Minute] | None
    """The minutes of the last 24 hours, oldest first."""


PARTS_SECONDS: Final = 2.5
"""How long the parts of a response may take together. A query of a locked table ends after two seconds."""

_drift: Final = DriftComparison()
_readers: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="overview")


class OverviewController(Controller):
    path = "/admin/overview"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(operation_id="getOverview", summary="Get the state of the installation", sync_to_thread=True)
    def read(self, services: NamedDependency[Services]) -> Overview:
        """`causes` has a sentence for each present problem, the worst first: the reasons of `/health/ready`, and `drift`, `queue_paused`,
        `worker_old`, `webhook_disabled` and `dead_letters`. There is a response also while Postgres or Redis is away.
        """
        ready = services.readiness.causes()
        parts = _Parts(services)
        staff = parts.read(lambda connection: _with_queues(services, connection))
        letters = parts.read(dead_letter_list.count_open)
        given_up = parts.read(endpoints.list_given_up)
        last_minute = parts.read(minutes.count_last_minute)
        history = parts.read(minutes.list_minutes)
        seats_sold = parts.read(sold.count_seats_sold_today)
        compared = parts.begin(lambda: _drift.find(services)) if redis_answers(services) else None
        workers, queues = parts.take(staff) or (None, None)
        drift = parts.take(compared) if compared else None
        open_letters = parts.take(letters)
        backlog = services.live.backlog
        causes = [OverviewCause(cause.code, _sentence(cause, backlog), cause.since) for cause in ready]
        causes += [*_of_drift(drift or []), *_of_queues(queues or []), *_of_workers(workers or [])]
        causes += [*_of_letters(open_letters or {}), *_of_webhooks(parts.take(given_up) or [])]
        status = OverviewStatus.OK if not ready else OverviewStatus.DEGRADED
        if ready and ready[0].is_fatal:
            status = OverviewStatus.DOWN
        return Overview(
            status=status,
            causes=causes,
            at=now(),
            waiting=backlog.waiting,
            oldest_seconds=round(backlog.oldest_seconds, 1),
            per_second=round(backlog.per_second, 1),
            bookings_per_minute=parts.take(last_minute),
            seats_sold_today=parts.take(seats_sold),
            queues=queues,
            workers=workers,
            drift=drift,
            dead_letters=open_letters,
            history=parts.take(history),
        )


class _Parts:
    """Read the parts of one response at the same time, and wait `PARTS_SECONDS` for them at most, so that the causes are returned even if a
    server is slow.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ends_at = time.monotonic() + PARTS_SECONDS

    def begin(self, read: Callable[[], Part]) -> Future[Part]:
        return _readers.submit(read)

    def read(self, read: Callable[[RawConnection], Part]) -> Future[Part]:
        def read_part() -> Part:
            with self._services.db.snapshot() as connection:
                return read(connection)

        return self.begin(read_part)

    def take(self, part: Future[Part]) -> Part | None:
        """The part; None: its server is away or slow, and the causes name it."""
        try:
            return part.result(timeout=max(0.0, self._ends_at - time.monotonic()))
        except (*AWAY, RedisError, TimeoutError):
            return None


def _with_queues(services: Services, connection: RawConnection) -> tuple[list[WorkerView], list[QueueView]]:
    workers = list_workers(connection)
    return workers, list_queues(services, connection, workers)


def _sentence(cause: Cause, backlog: Backlog) -> str:
    """The sentence of a reason, with the present numbers if they show how serious it is."""
    if cause.code != Code.NO_WORKER:
        return cause.message
    quiet = max(0, round((now() - cause.since).total_seconds()))
    if not backlog.waiting:
        return f"No worker has answered for {quiet} s; no booking waits yet."
    wait = "booking waits" if backlog.waiting == 1 else "bookings wait"
    return f"No worker has answered for {quiet} s; {backlog.waiting} {wait}; oldest {round(backlog.oldest_seconds)} s."


def _of_drift(drift: list[Drift]) -> list[OverviewCause]:
    if not drift:
        return []
    seats = sum(abs(each.seats) for each in drift)
    sentence = f"Redis counts {seats} seats wrongly on {len(drift)} flights; the sweep loads them anew within a minute."
    return [OverviewCause(OverviewCode.DRIFT, sentence, None)]


def _of_queues(queues: list[QueueView]) -> list[OverviewCause]:
    return [
        OverviewCause(
            OverviewCode.QUEUE_PAUSED,
            f"The queue {queue.name} was paused by {queue.paused_by or 'an account that was closed'}; what is sent to it waits.",
            queue.paused_at,
        )
        for queue in queues
        if queue.paused_at is not None
    ]


def _of_workers(workers: list[WorkerView]) -> list[OverviewCause]:
    old = [worker for worker in workers if worker.answers and not worker.is_current]
    versions = ", ".join(sorted({worker.version for worker in old}))
    sentence = f"{len(old)} workers are of another version than the API ({versions})."
    return [OverviewCause(OverviewCode.WORKER_OLD, sentence, None)] if old else []


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
