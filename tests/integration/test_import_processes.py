"""The processes that import files for a worker: what they report, and what their log lines say."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from core.telemetry import correlation
from tests.support.imports import ImportSteps, csv_of, row
from workers.imports.processes import ImportProcesses, ProcessEnded, WorkerEnds, _Process
from workers.imports.protocol import Ended, Ending, Interrupted, Stored

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


@pytest.fixture
def processes(
    database_url: str, import_steps: ImportSteps, log: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ImportProcesses]:
    """Redis is away for them, which they log."""
    settings = {"DATABASE_URL": database_url, "REDIS_URL": NOWHERE, "DATA_DIR": str(import_steps.folder.parent)}
    for name, value in settings.items():
        monkeypatch.setenv(f"SKYQUEUE_{name}", value)
    found = ImportProcesses(log)
    yield found
    found.close()


def test_each_chunk_and_the_end_are_reported(import_steps: ImportSteps, processes: ImportProcesses, log: Path) -> None:
    reports: list[Stored] = []
    import_steps.take(csv_of([row(1)]))
    job = import_steps.send(csv_of([row(1, total_seats=200), row(2), row(3, price="x")]))
    checked = import_steps.send(csv_of([row(4)]), dry_run=True)
    with correlation.resumed(["rush-1"]):
        assert processes.import_next(reports.append) == Ended(job, Ending.COMPLETED)
    assert processes.import_next(reports.append) == Ended(checked, Ending.COMPLETED)
    assert processes.import_next(reports.append) == Ended(None, Ending.TAKEN_OVER)
    assert reports == [Stored(3, 1, 1, 1, dry_run=False), Stored(1, 1, 0, 0, dry_run=True)]
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    stale = next(line for line in lines if line["event"].startswith("seat counts stay in Redis"))
    assert (stale["process"], stale["correlation_id"]) == ("import", "rush-1")


def test_an_import_that_cannot_go_on_is_reported(import_steps: ImportSteps, processes: ImportProcesses) -> None:
    job = import_steps.send(csv_of([row(1)]))
    (file,) = import_steps.folder.iterdir()
    file.unlink()
    file.mkdir()
    result = processes.import_next(lambda _: None)
    assert isinstance(result, Interrupted)
    assert result.import_id == job
    assert "Is a directory" in result.error
    assert import_steps.status(job)["status"] == "IN_PROGRESS"


def test_a_folder_named_as_a_package_of_ours_is_not_taken_for_it(
    import_steps: ImportSteps, processes: ImportProcesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("core", "workers"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise RuntimeError('not ours')")
    monkeypatch.chdir(tmp_path)
    job = import_steps.send(csv_of([row(1)]))
    assert processes.import_next(lambda _: None) == Ended(job, Ending.COMPLETED)


def test_a_process_that_cannot_start_is_reported(processes: ImportProcesses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYQUEUE_FAILPOINTS", "no_such_place:crash")
    with pytest.raises(ProcessEnded, match="status 1"):
        processes.import_next(lambda _: None)


def test_a_process_that_ends_while_a_file_arrives_is_replaced(
    import_steps: ImportSteps, processes: ImportProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has waited for too long, and ends after the worker has sent the next request."""
    ends = """
import sys
from multiprocessing.connection import Connection
connection = Connection(int(sys.argv[1]))
connection.recv_bytes()
connection.send_bytes(b'{"type": "ended", "import_id": null, "ending": "taken_over"}')
connection.poll(None)
"""
    start = subprocess.Popen
    with monkeypatch.context() as patch:
        patch.setattr(
            "workers.imports.processes.subprocess.Popen",
            lambda command, **options: start([sys.executable, "-c", ends, command[4]], **options),
        )
        assert processes.import_next(lambda _: None) == Ended(None, Ending.TAKEN_OVER)
    job = import_steps.send(csv_of([row(1)]))
    assert processes.import_next(lambda _: None) == Ended(job, Ending.COMPLETED)


@pytest.mark.timeout(30)
def test_a_process_that_is_stopped_does_not_delay_the_end_of_its_worker(processes: ImportProcesses) -> None:
    process = stopped(processes)
    processes.close()
    assert not process.is_running()


def stopped(processes: ImportProcesses) -> psutil.Process:
    """A process that waits for a request, and is stopped."""
    assert processes.import_next(lambda _: None) == Ended(None, Ending.TAKEN_OVER)
    (process,) = (child for child in psutil.Process().children() if "workers.imports.process" in child.cmdline())
    process.suspend()
    return process


def test_a_process_that_is_silent_is_killed(processes: ImportProcesses, monkeypatch: pytest.MonkeyPatch) -> None:
    process = stopped(processes)
    monkeypatch.setattr("workers.imports.processes.SILENCE_SECONDS", 0.1)
    with pytest.raises(ProcessEnded, match="-9 after 0 s of silence"):
        processes.import_next(lambda _: None)
    assert not process.is_running()


def test_a_process_that_is_stopped_at_work_ends_with_its_worker(
    processes: ImportProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = stopped(processes)
    waits = threading.Event()
    await_result = _Process.await_result

    def note(each: _Process, report: Callable[[Stored], None]) -> Ended | Interrupted:
        waits.set()
        return await_result(each, report)

    monkeypatch.setattr(_Process, "await_result", note)
    with ThreadPoolExecutor() as background:
        importing = background.submit(processes.import_next, lambda _: None)
        assert waits.wait(10)
        processes.close()
        with pytest.raises(WorkerEnds):
            importing.result(timeout=10)
    assert not process.is_running()
    with pytest.raises(WorkerEnds):
        processes.import_next(lambda _: None)


def test_an_import_at_work_may_end_before_its_worker(import_steps: ImportSteps, processes: ImportProcesses) -> None:
    job = import_steps.send(csv_of([row(1)]))
    with ThreadPoolExecutor() as background:
        is_stored = threading.Event()
        importing = background.submit(processes.import_next, lambda _: is_stored.set())
        assert is_stored.wait(30)
        processes.close(grace_seconds=30)
        assert importing.result() == Ended(job, Ending.COMPLETED)
