"""Which threads of a worker make progress, on a clock of the test."""

from __future__ import annotations

import threading

from tests.support.manual_clock import ManualClock
from workers.health.progress import Progress


def stalled(progress: Progress) -> list[str]:
    return [each.name for each in progress.list_stalled()]


def test_what_is_expected_has_to_begin() -> None:
    progress = Progress()
    first, second = progress.expect("one", limit_seconds=5), progress.expect("another", limit_seconds=5)
    assert not progress.has_begun
    first()
    assert not progress.has_begun
    second()
    assert progress.has_begun


def test_what_is_expected_has_to_go_on() -> None:
    clock = ManualClock()
    progress = Progress(clock)
    moved = progress.expect("the consumer", limit_seconds=5)
    moved()
    clock.now += 5
    assert stalled(progress) == []
    clock.now += 0.1
    assert stalled(progress) == ["the consumer"]
    moved()
    assert stalled(progress) == []


def test_who_is_at_work_has_to_get_on_and_who_is_idle_has_not() -> None:
    clock = ManualClock()
    progress = Progress(clock)
    progress.moved()  # nobody is at work
    with progress.working("a thread", limit_seconds=5):
        clock.now += 4
        progress.moved()
        clock.now += 4
        assert stalled(progress) == []
        clock.now += 2
        assert [(each.name, each.seconds) for each in progress.list_stalled()] == [("a thread", 6)]
    clock.now += 100
    assert stalled(progress) == []


def test_a_thread_that_gets_on_excuses_no_other() -> None:
    clock = ManualClock()
    progress = Progress(clock)
    is_at_work, may_end = threading.Event(), threading.Event()

    def work() -> None:
        with progress.working("the other", limit_seconds=5):
            is_at_work.set()
            may_end.wait()

    other = threading.Thread(target=work)
    other.start()
    is_at_work.wait()
    with progress.working("this one", limit_seconds=5):
        clock.now += 6
        progress.moved()
        assert stalled(progress) == ["the other"]
    may_end.set()
    other.join()
    assert stalled(progress) == []
