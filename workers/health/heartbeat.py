"""The heartbeat of a worker: a row in Postgres that says that this process is able to work. It is renewed every second, but only
while every thread that the process needs makes progress.

A process that hangs does not renew it. A process with a stuck thread does not renew it either, and logs the names of its stuck
threads.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import now
from core.db import Database
from core.heartbeats import beats, work
from core.heartbeats.beats import Activity, Worker
from core.telemetry.incidents import Incident
from workers.health.progress import Progress
from workers.health.worked import Worked
from workers.pauses import Pauses

BEGIN_SECONDS: Final = 0.05
"""The time between two checks whether all threads have started."""
CALLS: Final = "call_provider"
"""The name of the activity for payments that wait for the provider."""
TIDY_SECONDS: Final = 10.0
"""How often the rows of workers that have ended are deleted."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ProcessActivity:
    """The work of this process, for its heartbeat. `calls`: the number of running calls of the payment provider. `sweeps`: whether it runs
    the sweep.
    """

    progress: Progress
    worked: Worked
    calls: Callable[[], int]
    sweeps: Callable[[], bool]

    def list_activities(self) -> Sequence[Activity]:
        at_work = [
            Activity(each.actor, each.items, now() - timedelta(seconds=each.seconds)) for each in self.progress.list_at_work()
        ]
        calls = self.calls()
        return [*at_work, Activity(CALLS, calls, None)] if calls else at_work


class Heartbeat:
    """A thread that checks the other threads, renews the row with what they do, and reads which queues are paused. It deletes the row
    when `stopping` is set.
    """

    def __init__(
        self, db: Database, worker: Worker, activity: ProcessActivity, pauses: Pauses, stopping: threading.Event
    ) -> None:
        self._db = db
        self._worker = worker
        self._activity = activity
        self._progress = activity.progress
        self._pauses = pauses
        self._stopping = stopping
        self._stuck: list[str] = []
        self._outage = Incident(_log, "the heartbeat cannot be written", "the heartbeat is written again")
        self._broken = Incident(_log, "a heartbeat failed", "heartbeats do not fail any more", level=logging.ERROR)
        self.thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _run(self) -> None:
        tidied_at = -TIDY_SECONDS
        is_first = True
        while not self._stopping.is_set():
            try:
                if self._is_able():
                    self._beat()
                    if time.monotonic() - tidied_at >= TIDY_SECONDS:
                        self._remove_ended(silent_seconds=0.0 if is_first else beats.SILENT_SECONDS)
                        tidied_at, is_first = time.monotonic(), False
            except (psycopg.Error, SQLAlchemyError) as error:
                self._outage.failed(error=str(error))
            except Exception:  # the loop goes on: the next round may succeed
                self._broken.failed(exc_info=True)
            else:
                self._broken.succeeded()
            self._stopping.wait(beats.BEAT_SECONDS if self._progress.has_begun else BEGIN_SECONDS)
        try:
            with self._db.transaction() as connection:
                beats.remove(connection, self._worker)
        except (psycopg.Error, SQLAlchemyError) as error:
            _log.warning("this worker ends, but cannot delete its heartbeat", error=str(error))

    def _is_able(self) -> bool:
        stalled = self._progress.list_stalled()
        names = [each.name for each in stalled]
        if names != self._stuck:
            if stalled:
                stalled_seconds = {each.name: round(each.seconds) for each in stalled}
                _log.error("threads are stuck, so this worker renews no heartbeat", seconds=stalled_seconds)
            else:
                _log.info("no thread is stuck any more")
        self._stuck = names
        return not stalled and self._progress.has_begun

    def _beat(self) -> None:
        activities, sweeps = self._activity.list_activities(), self._activity.sweeps()
        with self._activity.worked.reported() as worked, self._db.transaction() as connection:
            beats.beat(connection, self._worker, activities, sweeps=sweeps)
            work.add(connection, worked)
            self._pauses.read(connection)
        self._outage.succeeded()

    def _remove_ended(self, *, silent_seconds: float) -> None:
        with self._db.transaction() as connection:
            ended = beats.remove_ended(connection, self._worker, silent_seconds=silent_seconds)
            work.delete_old(connection)
        for each in ended:
            _log.warning(
                "the heartbeat of a worker that has ended was deleted", worker=str(each.id), host=each.host, pid=each.pid
            )
