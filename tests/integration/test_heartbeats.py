"""Heartbeats of real worker processes that are frozen, killed, stuck and stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from uuid import UUID

import pytest
from dramatiq.broker import Consumer

from core import __version__
from core.clock import new_id
from core.heartbeats import beats, queries
from core.messaging.messages import CancelFlights, Queue, ReserveBookings
from tests.support.pipeline import Pipeline
from tests.support.processes import Worker
from tests.support.waiting import until
from workers import main
from workers.broker.consumer import RepairedBroker
from workers.context import Context
from workers.health.heartbeat import Heartbeat, ProcessActivity
from workers.health.progress import Progress, Stalled
from workers.health.worked import Worked
from workers.main import Handler, Pool

HERE = socket.gethostname()


def rows(pipeline: Pipeline) -> list[queries.Heartbeat]:
    with pipeline.db.snapshot() as connection:
        return queries.list_all(connection)


def plant(pipeline: Pipeline, *, host: str, pid: int, silent_for: float) -> UUID:
    """The row of another worker."""
    worker = new_id()
    with pipeline.db.transaction() as connection:
        connection.execute(
            """
            INSERT INTO worker_heartbeats (id, host, pid, version, queues, has_provider, seen_at)
            VALUES (%s, %s, %s, '0', '{}', true, clock_timestamp() - %s * interval '1 second')
            """,
            (worker, host, pid, silent_for),
        )
    return worker


def await_beats(pipeline: Pipeline, worker: Worker) -> queries.Heartbeat:
    """Its row, once it is there."""
    until(lambda: worker.pid in [each.pid for each in rows(pipeline)], seconds=30)
    return next(each for each in rows(pipeline) if each.pid == worker.pid)


def beats_on(pipeline: Pipeline, seen: queries.Heartbeat) -> bool:
    """Whether that worker has beaten since."""
    return any(each.id == seen.id and each.seen_at > seen.seen_at for each in rows(pipeline))


def test_a_worker_writes_a_heartbeat_with_its_description(pipeline: Pipeline) -> None:
    worker = pipeline.worker(PAYMENTS_URL="http://127.0.0.1:1")
    seen = await_beats(pipeline, worker)
    assert (seen.host, seen.has_provider) == (HERE, True)
    until(lambda: beats_on(pipeline, seen))
    with pipeline.db.snapshot() as connection:
        (row,) = connection.execute("SELECT version, queues, started_at <= seen_at FROM worker_heartbeats").fetchall()
        assert [each.id for each in queries.list_answering(connection)] == [seen.id]
        assert queries.list_answering(connection, "another-host") == []
    assert row == (__version__, ["bookings", "imports", "payments", "flights", "mails"], True)


def test_a_worker_that_ends_deletes_its_heartbeat(pipeline: Pipeline) -> None:
    worker = pipeline.worker()
    await_beats(pipeline, worker)
    worker.stop()
    assert rows(pipeline) == []


def test_a_frozen_worker_has_no_heartbeat_until_it_continues(pipeline: Pipeline) -> None:
    worker = pipeline.worker()
    await_beats(pipeline, worker)
    worker.freeze()
    until(lambda: rows(pipeline)[0].age > beats.SILENT_SECONDS)
    (seen,) = rows(pipeline)
    worker.thaw()
    until(lambda: beats_on(pipeline, seen))


def test_a_worker_that_replaces_a_killed_one_takes_its_row_away(pipeline: Pipeline) -> None:
    worker = pipeline.worker()
    killed = await_beats(pipeline, worker)
    worker.kill()
    worker.start()
    await_beats(pipeline, worker)
    until(lambda: killed.id not in [each.id for each in rows(pipeline)])
    assert worker.said("the heartbeat of a worker that has ended was deleted")


DEAD, ALIVE = True, False


@pytest.mark.parametrize(
    ("host", "is_dead", "silent_for", "stays"),
    [
        (HERE, DEAD, 0, True),
        (HERE, DEAD, beats.SILENT_SECONDS + 1, False),
        (HERE, ALIVE, beats.SILENT_SECONDS + 1, True),
        (HERE, ALIVE, beats.FORGET_SECONDS + 1, False),
        ("elsewhere", DEAD, beats.SILENT_SECONDS + 1, True),
        ("elsewhere", DEAD, beats.FORGET_SECONDS + 1, False),
    ],
)
def test_the_row_of_a_silent_worker_is_deleted_when_its_process_has_ended_or_after_a_while(
    pipeline: Pipeline, host: str, is_dead: bool, silent_for: float, stays: bool
) -> None:
    pid = ended_pid() if is_dead else os.getppid()
    planted = plant(pipeline, host=host, pid=pid, silent_for=silent_for)
    this = beats.this_process([], has_provider=False)
    with pipeline.db.transaction() as connection:
        removed = beats.remove_ended(connection, this)
    assert [(each.id, each.host, each.pid) for each in removed] == ([] if stays else [(planted, host, pid)])
    assert [each.id for each in rows(pipeline)] == ([planted] if stays else [])


def ended_pid() -> int:
    """Of a process that has ended a moment ago."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def activity(context: Context) -> ProcessActivity:
    return ProcessActivity(context.progress, Worked(), calls=lambda: 0, sweeps=lambda: False)


def wait_for(release: threading.Event) -> Handler:
    def handle(_context: Context, _ids: Sequence[UUID]) -> None:
        release.wait(60)

    return handle


def test_a_worker_with_a_stuck_thread_does_not_beat_until_it_gets_on(pipeline: Pipeline) -> None:
    may_end, stopping = threading.Event(), threading.Event()
    context = pipeline.context
    pool = Pool(Queue.BOOKINGS, 1, {ReserveBookings: wait_for(may_end)}, stall_seconds=0.5)
    worker = main.start(pool, context, Worked())
    heartbeat = Heartbeat(
        context.db, beats.this_process(["bookings"], has_provider=False), activity(context), context.pauses, stopping
    )
    heartbeat.start()
    try:
        until(lambda: len(rows(pipeline)) == 1)
        context.dispatcher.send(ReserveBookings((new_id(),)))
        until(lambda: bool(context.progress.list_stalled()))
        assert [each.name for each in context.progress.list_stalled()] == ["a thread of bookings"]
        until(lambda: rows(pipeline)[0].age > beats.BEAT_SECONDS * 2.5)
        (seen,) = rows(pipeline)
        may_end.set()
        until(lambda: beats_on(pipeline, seen))
    finally:
        may_end.set()
        stopping.set()
        heartbeat.thread.join()
        worker.stop(timeout=5_000)
    assert rows(pipeline) == []


def test_a_worker_with_a_stuck_consumer_writes_no_heartbeat(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with threads that are alive, and no message that is ever taken."""
    may_go, looks = threading.Event(), 0
    consume, look = RepairedBroker.consume, Progress.list_stalled

    def counted(progress: Progress) -> list[Stalled]:
        nonlocal looks
        looks += 1
        return look(progress)

    def held_up(broker: RepairedBroker, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        may_go.wait(60)
        return consume(broker, queue_name, prefetch, timeout)

    monkeypatch.setattr(RepairedBroker, "consume", held_up)
    monkeypatch.setattr(Progress, "list_stalled", counted)
    stopping, context = threading.Event(), pipeline.context
    worker = main.start(Pool(Queue.FLIGHTS, 1, {CancelFlights: lambda *_: None}, stall_seconds=20), context, Worked())
    heartbeat = Heartbeat(
        context.db, beats.this_process(["flights"], has_provider=False), activity(context), context.pauses, stopping
    )
    heartbeat.start()
    try:
        until(lambda: looks > 5)
        assert rows(pipeline) == []
        may_go.set()
        until(lambda: len(rows(pipeline)) == 1)
    finally:
        may_go.set()
        stopping.set()
        heartbeat.thread.join()
        worker.stop(timeout=5_000)
