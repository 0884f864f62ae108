"""Which workers answer, judged from their rows, on a clock of the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.readiness.attendance import AttendanceBook
from core.clock import new_id
from core.heartbeats.beats import SILENT_SECONDS
from core.heartbeats.queries import Heartbeat

START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(clock: Clock) -> AttendanceBook:
    return AttendanceBook(clock)


def row(age: float = 0.0) -> Heartbeat:
    return Heartbeat(new_id(), "a-host", 7, True, START, age)


def beaten(heartbeat: Heartbeat) -> Heartbeat:
    return replace(heartbeat, seen_at=heartbeat.seen_at + timedelta(seconds=1), age=0.0)


def test_no_row_is_nobody_at_the_first_look(book: AttendanceBook) -> None:
    assert book.note([]).is_nobody_there


def test_a_row_that_is_old_at_the_first_look_is_of_a_silent_worker(book: AttendanceBook) -> None:
    old, fresh = row(age=SILENT_SECONDS + 1), row(age=1)
    attendance = book.note([old, fresh])
    assert (attendance.answering, attendance.silent, attendance.is_nobody_there) == ([fresh], [old], False)
    assert AttendanceBook().note([old]).is_nobody_there


def test_a_worker_whose_row_stays_as_it_is_is_silent(book: AttendanceBook, clock: Clock) -> None:
    worker = row()
    assert book.note([worker]).answering == [worker]
    clock.now += SILENT_SECONDS
    assert book.note([worker]).answering == [worker]
    clock.now += 0.1
    attendance = book.note([worker])
    assert (attendance.answering, attendance.silent, attendance.is_nobody_there) == ([], [worker], True)
    again = beaten(worker)
    assert book.note([again]).answering == [again]


def test_the_only_worker_may_be_missing_for_a_moment(book: AttendanceBook, clock: Clock) -> None:
    book.note([row()])
    clock.now += SILENT_SECONDS
    assert not book.note([]).is_nobody_there
    clock.now += 0.1
    assert book.note([]).is_nobody_there


def test_one_of_several_that_is_replaced_alarms_nobody(book: AttendanceBook, clock: Clock) -> None:
    one, other = row(), row()
    book.note([one, other])
    for _ in range(20):
        clock.now += 1
        one = beaten(one)
        attendance = book.note([one])
        assert (attendance.silent, attendance.is_nobody_there) == ([], False)


def test_nobody_is_silent_for_what_was_while_postgres_was_away(book: AttendanceBook, clock: Clock) -> None:
    worker = row()
    book.note([worker])
    clock.now += 60
    book.could_not_look()
    attendance = book.note([worker])
    assert (attendance.silent, attendance.is_nobody_there) == ([], False)
    clock.now += SILENT_SECONDS + 1
    assert book.note([worker]).silent == [worker]


def test_a_clock_that_is_set_otherwise_alarms_nobody(book: AttendanceBook, clock: Clock) -> None:
    worker = row()
    book.note([worker])
    for jump in (3600, -7200):
        clock.now += 1
        assert book.note([replace(worker, age=jump)]).silent == []
        worker = replace(beaten(worker), seen_at=worker.seen_at + timedelta(seconds=jump))
        assert book.note([worker]).answering == [worker]
