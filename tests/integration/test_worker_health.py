"""The health check of a worker's container reports threads that have ended or are stuck."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.pipeline import Pipeline
from tests.support.waiting import until
from workers import alive
from workers.health.progress import Progress
from workers.middleware import watchdog

DYING = """
import sys, threading
from pathlib import Path
from workers.middleware import watchdog
from workers.health.progress import Progress

end = threading.Event()
thread = threading.Thread(target=end.wait)
thread.start()
watchdog.watch(lambda: [thread], Progress(), threading.Event(), alive_path=Path(sys.argv[1]))
sys.stdin.read()
end.set()
threading.Event().wait()
"""
"""A process that lives by one thread, which ends when nobody writes to it any more."""


@pytest.fixture
def alive_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(alive.VARIABLE, str(tmp_path / "worker.alive"))
    return tmp_path / "worker.alive"


def test_a_worker_that_works_is_healthy_and_one_that_is_frozen_is_not(
    pipeline: Pipeline, alive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alive.find_fault() == f"no worker has written its health file: {alive_path}: No such file or directory"
    worker = pipeline.worker(WORKER_ALIVE_PATH=str(alive_path))
    until(lambda: alive.find_fault() is None)
    monkeypatch.setattr(alive, "FRESH_SECONDS", 1.5)  # it looks every second
    worker.freeze()
    until(lambda: "has made no progress" in (alive.find_fault() or ""))
    worker.thaw()
    until(lambda: alive.find_fault() is None)


def test_a_worker_whose_threads_are_stuck_is_not_healthy_until_they_get_on(
    alive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, looks, stopping = 0.0, 0, threading.Event()
    progress = Progress(clock=lambda: now)
    moved = progress.expect("the consumer of bookings", limit_seconds=20)
    moved()

    def threads() -> list[threading.Thread]:
        nonlocal looks
        looks += 1
        return [threading.main_thread()]  # alive all the time

    def look_twice() -> None:
        before = looks
        until(lambda: looks > before + 1)

    monkeypatch.setattr(watchdog, "CHECK_SECONDS", 0.01)
    watchdog.watch(threads, progress, stopping, alive_path=alive_path)
    until(lambda: alive.find_fault() is None)
    now = 21.0
    look_twice()
    os.utime(alive_path, (0, 0))  # as if it were long ago
    look_twice()
    assert "has made no progress" in (alive.find_fault() or "")
    moved()
    until(lambda: alive.find_fault() is None)
    stopping.set()


def test_a_worker_goes_on_where_the_file_cannot_be_written(pipeline: Pipeline, tmp_path: Path) -> None:
    worker = pipeline.worker(WORKER_ALIVE_PATH=str(tmp_path / "no folder" / "worker.alive"))
    until(lambda: worker.said("the file for health checks cannot be written"))
    flight = pipeline.flight(1)
    pipeline.send(*pipeline.accept_many(1, flight))
    pipeline.await_the_end()
    assert worker.is_running


def test_no_heartbeat_is_written_after_a_thread_has_ended(alive_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", DYING, str(alive_path)], stdin=subprocess.PIPE) as dying:
        until(lambda: alive.find_fault() is None)
        dying.communicate()
        assert dying.returncode == 1


def test_the_check_has_an_exit_status_and_a_reason(alive_path: Path) -> None:
    command = [sys.executable, "-m", "workers.alive"]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert completed.returncode == 1
    assert completed.stderr == f"skyqueue: no worker has written its health file: {alive_path}: No such file or directory\n"
    alive_path.touch()
    assert subprocess.run(command, check=False).returncode == 0
    without = {name: value for name, value in os.environ.items() if name != alive.VARIABLE}
    assert subprocess.run(command, env=without, capture_output=True, check=False).returncode == 1
