"""Which workers answer, determined from their rows, on a clock of the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.readiness.worker_presence import PresenceTracker
from core.clock import new_id
from core.heartbeats.beats import SILENT_SECONDS
from core.heartbeats.queries import Heartbeat
from tests.support.manual_clock import ManualClock

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def tracker(clock: ManualClock) -> PresenceTracker:
    return PresenceTracker(clock)


def row(age: float = 0.0) -> Heartbeat:
    return Heartbeat(new_id(), "a-host", 7, True, START, age)


def beaten(heartbeat: Heartbeat) -> Heartbeat:
    return replace(heartbeat, seen_at=heartbeat.seen_at + timedelta(seconds=1), age=0.0)


def test_without_a_row_no_worker_answers_at_the_first_check(tracker: PresenceTracker) -> None:
    assert tracker.update([]).nobody_answers


def test_a_row_that_is_old_at_the_first_check_is_of_a_silent_worker(tracker: PresenceTracker) -> None:
    old, fresh = row(age=SILENT_SECONDS + 1), row(age=1)
    presence = tracker.update([old, fresh])
    assert (presence.answering, presence.silent, presence.nobody_answers) == ([fresh], [old], False)
    assert PresenceTracker().update([old]).nobody_answers


def test_a_worker_whose_row_stays_as_it_is_is_silent(tracker: PresenceTracker, clock: ManualClock) -> None:
    worker = row()
    assert tracker.update([worker]).answering == [worker]
    clock.now += SILENT_SECONDS
    assert tracker.update([worker]).answering == [worker]
    clock.now += 0.1
    presence = tracker.update([worker])
    assert (presence.answering, presence.silent, presence.nobody_answers) == ([], [worker], True)
    again = beaten(worker)
    assert tracker.update([again]).answering == [again]


def test_the_only_worker_may_be_missing_for_a_moment(tracker: PresenceTracker, clock: ManualClock) -> None:
    tracker.update([row()])
    clock.now += SILENT_SECONDS
    assert not tracker.update([]).nobody_answers
    clock.now += 0.1
    assert tracker.update([]).nobody_answers


def test_replacing_one_of_several_workers_causes_no_alarm(tracker: PresenceTracker, clock: ManualClock) -> None:
    one, other = row(), row()
    tracker.update([one, other])
    for _ in range(20):
        clock.now += 1
        one = beaten(one)
        presence = tracker.update([one])
        assert (presence.silent, presence.nobody_answers) == ([], False)


def test_missing_heartbeats_do_not_count_while_postgres_was_away(tracker: PresenceTracker, clock: ManualClock) -> None:
    worker = row()
    tracker.update([worker])
    clock.now += 60
    tracker.could_not_read()
    presence = tracker.update([worker])
    assert (presence.silent, presence.nobody_answers) == ([], False)
    clock.now += SILENT_SECONDS + 1
    assert tracker.update([worker]).silent == [worker]


def test_a_clock_that_was_changed_causes_no_alarm(tracker: PresenceTracker, clock: ManualClock) -> None:
    worker = row()
    tracker.update([worker])
    for jump in (3600, -7200):
        clock.now += 1
        assert tracker.update([replace(worker, age=jump)]).silent == []
        worker = replace(beaten(worker), seen_at=worker.seen_at + timedelta(seconds=jump))
        assert tracker.update([worker]).answering == [worker]
