"""The endpoints of queues, workers and the passes of the sweep, and to pause and resume a queue."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from api.http.authentication import requires_admin
from api.operations.installation import QueueView, WorkerView, list_queues, list_workers
from api.services import Services, SignedRequest
from core.clock import new_id
from core.errors import NotFound
from core.messaging.messages import Queue
from core.operations import audit_log, pauses
from core.sweeps import passes
from core.sweeps.passes import SweepPasses


class QueueNotFound(NotFound):
    """`queues`: the names of all queues."""

    code = "queue_not_found"


class QueueList(msgspec.Struct):
    data: list[QueueView]


class WorkerList(msgspec.Struct):
    data: list[WorkerView]


class SweepView(msgspec.Struct):
    """`worker`: the process that runs the sweep; null if none does. `data`: the last passes, newest first."""

    worker: WorkerView | None
    data: list[SweepPasses]


class QueueController(Controller):
    path = "/admin"
    tags = ("operations",)
    guards = (requires_admin,)

    @get("/queues", operation_id="listQueues", summary="List queues", sync_to_thread=True)
    def queues(self, services: NamedDependency[Services]) -> QueueList:
        """The numbers of messages that wait, that are in processing, and that workers finish per second. A message may be about many
        bookings.
        """
        with services.db.snapshot() as connection:
            return QueueList(list_queues(services, connection, list_workers(connection)))

    @get("/workers", operation_id="listWorkers", summary="List workers", sync_to_thread=True)
    def workers(self, services: NamedDependency[Services]) -> WorkerList:
        """Worker processes with a heartbeat in the last minutes, also those that do not answer any more: their versions, and what they are
        doing.
        """
        with services.db.snapshot() as connection:
            return WorkerList(list_workers(connection))

    @get("/sweep", operation_id="listSweepPasses", summary="List passes of the sweep", sync_to_thread=True)
    def sweep(
        self,
        services: NamedDependency[Services],
        only_findings: FromQuery[bool] = False,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
    ) -> SweepView:
        """Once a second a pass of the sweep, in one worker process, searches for work that no worker is doing. Consecutive passes that
        found nothing share an entry, which is written every 10 s. The last 1,000 entries are stored. `only_findings`: without passes that
        found nothing and did not fail.
        """
        with services.db.snapshot() as connection:
            sweeping = [worker for worker in list_workers(connection) if worker.sweeps and worker.answers]
            found = passes.list_passes(connection, only_findings=only_findings, limit=limit)
        return SweepView(sweeping[-1] if sweeping else None, found)

    @post(
        "/queues/{name:str}/pause",
        operation_id="pauseQueue",
        summary="Pause a queue",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        opt={"errors": (QueueNotFound,)},
    )
    def pause(self, name: FromPath[str], request: SignedRequest, services: NamedDependency[Services]) -> QueueView:
        """After a second or two no worker takes messages of the queue any more; messages in processing are finished. Bookings are still
        accepted, and wait. The pause stays after a restart. Safe to repeat.
        """
        return _change(services, _known(name), request.user.user_id, is_paused=True)

    @post(
        "/queues/{name:str}/resume",
        operation_id="resumeQueue",
        summary="Resume a queue",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        opt={"errors": (QueueNotFound,)},
    )
    def resume(self, name: FromPath[str], request: SignedRequest, services: NamedDependency[Services]) -> QueueView:
        """Safe to repeat."""
        return _change(services, _known(name), request.user.user_id, is_paused=False)


def _known(name: str) -> Queue:
    try:
        return Queue(name)
    except ValueError:
        raise QueueNotFound(f"There is no such queue. There are: {', '.join(Queue)}.", queues=list(Queue)) from None


def _change(services: Services, queue: Queue, user_id: UUID, *, is_paused: bool) -> QueueView:
    with services.db.transaction() as connection:
        changed = pauses.pause(connection, queue, user_id) if is_paused else pauses.resume(connection, queue)
        if changed:
            action = "queue.paused" if is_paused else "queue.resumed"
            audit_log.record(connection, user_id, action, new_id(), after={"queue": queue})
    with services.db.snapshot() as connection:
        views = list_queues(services, connection, list_workers(connection))
    return next(view for view in views if view.name is queue)
