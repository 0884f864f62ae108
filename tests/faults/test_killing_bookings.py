"""A booking that crashes each worker that processes it. It is given up after its own attempts, and no booking of the same batch is given up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import UUID

import pytest

from core import keys
from core.bookings.unfinished import leases
from core.messaging.messages import Message, Queue, ReserveAlone, ReserveBookings
from tests.support.pipeline import Pipeline
from tests.support.waiting import until
from workers.broker import merging
from workers.context import Context
from workers.health.worked import Worked
from workers.main import Pool, start
from workers.sweeps.sweeper import Sweeper

QUEUE = f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}"
COMPANY = 60


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.variant)])
def test_a_booking_that_kills_its_workers_fails_alone(pipeline: Pipeline, processes: int) -> None:
    """All were accepted together, so their leases end together for ever; the one that kills has the lowest id."""
    flight = pipeline.flight(200)
    killer, *others = bookings = sorted(pipeline.accept_many(COMPANY + 1, flight))
    pipeline.send(*bookings)
    settings = {"FAILPOINTS": f"before_claim:crash={killer}"}
    workers = [pipeline.worker(**settings) for _ in range(processes)]
    deaths = 0

    def has_ended() -> bool:
        nonlocal deaths
        for worker in workers:
            if not worker.is_running:
                deaths += 1
                worker.start(**settings)
        pipeline.end_leases()
        return "PENDING" not in pipeline.endings(bookings)

    until(has_ended, seconds=90, every=0.3)
    assert pipeline.endings(others) == {"CONFIRMED": COMPANY}
    assert pipeline.endings([killer]) == {"internal": 1}
    assert leases.ALONE_FROM_ATTEMPT <= deaths <= leases.LAST_ATTEMPT
    pipeline.assert_clean(bookings)
    assert pipeline.seats(flight) == (0, COMPANY, 200 - COMPANY)
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT kind, subject_id FROM dead_letters").fetchall() == [("booking", killer)]


# Who counts: the sweep sends them all, the killer begins first, and everything that was sent behind it is lost with its worker.


def lost_behind_a_killer(pipeline: Pipeline) -> Counter[str]:
    """What became of the others after as many rounds as the killer survives."""
    killer, *others = sorted(pipeline.accept_many(4, pipeline.flight(10)))
    sweeper = Sweeper(pipeline.context, threading.Event())
    for _ in range(leases.LAST_ATTEMPT):
        pipeline.end_leases()
        sweeper.sweep_once()
        with pipeline.db.transaction() as connection:
            attempts = connection.execute("SELECT attempts FROM bookings WHERE id = %s", (killer,)).fetchone()
            assert attempts is not None
            if attempts[0] >= leases.ALONE_FROM_ATTEMPT - 1:
                leases.begin_alone(connection, [killer])
        pipeline.redis.delete(QUEUE, f"{QUEUE}.msgs")
    pipeline.end_leases()
    sweeper.sweep_once()
    assert pipeline.endings([killer]) == {"internal": 1}
    return pipeline.endings(others)


def test_who_was_lost_behind_a_killer_time_and_again_is_not_given_up(pipeline: Pipeline) -> None:
    assert lost_behind_a_killer(pipeline) == {"PENDING": 3}


def test_without_the_worker_that_counts_the_neighbours_are_given_up(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    counting_all = partial(leases.lease_due_bookings, counted_below=leases.LAST_ATTEMPT)
    monkeypatch.setattr(leases, "lease_due_bookings", counting_all)
    assert lost_behind_a_killer(pipeline) == {"internal": 3}


def test_a_booking_is_begun_alone_no_more_often_than_it_may(pipeline: Pipeline) -> None:
    """Its messages may come twice; and who has ended is not begun."""
    booking, ended = pipeline.accept_many(2, pipeline.flight(10))
    pipeline.work(ended)
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET attempts = 2")
        started = [leases.begin_alone(connection, [booking, ended]) for _ in range(4)]
    assert started == [[booking]] * 3 + [[]]


# Alone: the process has no other message of the queue at work, and takes none.


class ImportSteps:
    """A pool of real threads whose work is to wait: `started` says for whom, `release` lets everybody end."""

    def __init__(self, context: Context) -> None:
        self.started: list[UUID] = []
        self.release = threading.Event()
        self.worker = start(
            Pool(Queue.BOOKINGS, 4, {ReserveBookings: self._work, ReserveAlone: self._work}, 60), context, Worked()
        )

    def _work(self, _context: Context, ids: Sequence[UUID]) -> None:
        self.started += ids
        self.release.wait(20)


@contextmanager
def opened(context: Context) -> Iterator[ImportSteps]:
    import_steps = ImportSteps(context)
    try:
        yield import_steps
    finally:
        import_steps.release.set()
        import_steps.worker.stop()


def send(pipeline: Pipeline, *messages: Callable[[tuple[UUID, ...]], Message]) -> list[UUID]:
    bookings = pipeline.accept_many(len(messages), pipeline.flight(10))
    for message, booking in zip(messages, bookings, strict=True):
        pipeline.context.dispatcher.send(message((booking,)))
    return bookings


def marked(pipeline: Pipeline) -> int:
    """Messages that would not be worked again if the process died now."""
    return len(list(pipeline.redis.scan_iter(match=keys.seen("*"))))


def killer_and_its_neighbours(pipeline: Pipeline) -> tuple[int, int, int]:
    """While the first of four is at work alone: how many were begun, are lost if it kills, and wait for whoever comes next."""
    messages = send(pipeline, ReserveAlone, ReserveBookings, ReserveAlone, ReserveBookings)
    with opened(pipeline.context) as import_steps:
        until(lambda: messages[0] in import_steps.started)
        until(lambda: len(import_steps.started) + pipeline.redis.llen(QUEUE) == 4)
        found = len(import_steps.started), marked(pipeline), pipeline.redis.llen(QUEUE)
        import_steps.release.set()
        until(lambda: sorted(import_steps.started) == sorted(messages))
        until(lambda: pipeline.unacknowledged == 0)
    return found


def test_nothing_is_begun_or_taken_behind_a_message_that_travels_alone(pipeline: Pipeline) -> None:
    assert killer_and_its_neighbours(pipeline) == (1, 1, 3)


def test_without_that_its_neighbours_are_at_work_when_it_kills(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "is_alone", lambda _message: False)
    assert killer_and_its_neighbours(pipeline)[1:] == (4, 0)


def test_a_message_that_travels_alone_waits_for_those_at_work(pipeline: Pipeline) -> None:
    with opened(pipeline.context) as import_steps:
        (before,) = send(pipeline, ReserveBookings)
        until(lambda: import_steps.started == [before])
        alone, behind = send(pipeline, ReserveAlone, ReserveBookings)
        until(lambda: marked(pipeline) == 2)
        assert import_steps.started == [before]
        import_steps.release.set()
        until(lambda: pipeline.unacknowledged == 0)
        assert import_steps.started == [before, alone, behind]
