"""The supervisor: while children run, when the operating system refuses a request, and at the end."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.startup import CannotStart
from core.telemetry.incidents import Incident
from core.telemetry.supervision import Restarts, Supervision
from launcher.embedded import log_files, secrets
from launcher.embedded.child import Child
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres
from launcher.supervisor import supervised_process
from launcher.supervisor.supervisor import STOP_SECONDS, Stopped, Supervisor
from tests.support import servers
from tests.support.server_folder import server_folder
from tests.support.waiting import until

STUBBORN = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"


class Stubborn(Child):
    """Has to be killed."""

    stop_signals = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 1.0))

    def launch(self) -> None:
        self._spawn([sys.executable, "-c", STUBBORN])

    def is_ready(self) -> bool:
        return "ready" in self.log.read_text()

    def _failure(self) -> CannotStart:
        return CannotStart("It does not start.", "")


class Another(Stubborn):
    """Of another kind."""


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def own_guardian() -> Iterator[Guardian]:
    guardian = Guardian()
    yield guardian
    guardian.close()


@contextmanager
def watched(supervisor: Supervisor) -> Iterator[None]:
    """While the block runs, the supervisor watches, in the background."""
    thread = threading.Thread(target=supervisor.watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        with supervisor.signals():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0)  # the handler runs between two instructions
        thread.join(5)
    assert not thread.is_alive()


def test_a_full_disk_is_logged_once_and_ended_processes_are_restarted(
    own_guardian: Guardian, tmp_path: Path, messages: list[str]
) -> None:
    tries: list[None] = []

    def publish() -> None:
        tries.append(None)
        if len(tries) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runtime.json")

    supervisor = Supervisor(own_guardian, say=messages.append, changed=publish, log=tmp_path / "supervisor.log")
    child = Stubborn("worker", log=tmp_path / "worker.log", guardian=own_guardian)
    supervisor.launch(child)
    killed_pid = child.pid
    with watched(supervisor):
        os.kill(killed_pid, signal.SIGKILL)
        until(lambda: len(tries) == 3)
        assert child.is_running
        assert child.pid != killed_pid
        until(lambda: "The error of the operating system is over" in messages[-1])
    assert (
        len([line for line in messages if "An error of the operating system, trying again" in line and "No space left" in line])
        == 1
    )
    supervisor.stop()


def test_the_metrics_have_the_running_processes_and_the_restarts_by_reason(
    own_guardian: Guardian, tmp_path: Path, messages: list[str]
) -> None:
    supervisor = Supervisor(
        own_guardian, say=messages.append, changed=lambda: seen.append(supervisor.supervision()), log=tmp_path / "log"
    )
    seen: list[Supervision] = []
    child = Stubborn("worker", log=tmp_path / "worker.log", guardian=own_guardian)
    supervisor.launch(child)
    assert supervisor.supervision().running == {"worker": True, "guardian": True}
    killed_pid = child.pid
    with watched(supervisor):
        os.kill(killed_pid, signal.SIGKILL)
        until(lambda: len(seen) == 2)
    supervisor.stop()
    assert [each.running["worker"] for each in seen] == [False, True]
    assert [each.restarts for each in seen] == [[], [Restarts("worker", "SIGKILL", 1)]]
    assert {each.pid for each in seen} == {os.getpid()}
    assert 0 <= time.time() - seen[0].started_at < 600


def test_the_end_of_the_guardian_is_logged_and_the_next_one_watches_the_same_processes(
    tmp_path: Path, messages: list[str]
) -> None:
    guardian = Guardian()
    supervisor = Supervisor(guardian, say=messages.append, changed=lambda: None, log=tmp_path / "supervisor.log")
    child = Stubborn("worker", log=tmp_path / "worker.log", guardian=guardian)
    supervisor.launch(child)
    supervisor.wait_for(child)
    killed_pid = guardian.pid
    os.kill(killed_pid, signal.SIGKILL)
    with watched(supervisor):
        until(lambda: len(messages) == 2)
    assert guardian.pid != killed_pid
    assert messages == ["guardian ended (SIGKILL), starting it again", f"guardian is started again (process {guardian.pid})"]
    guardian.close()  # as if this process had died
    until(lambda: not child.is_running)


def test_a_guardian_that_cannot_be_replaced_is_logged_with_the_reason_and_everything_else_continues(
    own_guardian: Guardian, tmp_path: Path, messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervised_process, "LAST_DELAY", 0.1)
    supervisor = Supervisor(own_guardian, say=messages.append, changed=lambda: None, log=tmp_path / "supervisor.log")
    child = Stubborn("worker", log=tmp_path / "worker.log", guardian=own_guardian)
    supervisor.launch(child)
    tries: list[None] = []

    def refuse() -> subprocess.Popen[str]:
        tries.append(None)
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    with watched(supervisor):
        with monkeypatch.context() as refusing:
            refusing.setattr(own_guardian, "_spawn", refuse)
            os.kill(own_guardian.pid, signal.SIGKILL)
            until(lambda: len(tries) > 2)
            killed_pid = child.pid
            os.kill(killed_pid, signal.SIGKILL)
            until(lambda: child.pid != killed_pid and child.is_running)
        until(lambda: any("guardian is started again" in line for line in messages))
    assert [line for line in messages if line.startswith("guardian")] == [
        "guardian ended (SIGKILL), starting it again",
        "guardian cannot be started, trying again: [Errno 11] Resource temporarily unavailable",
        f"guardian is started again (process {own_guardian.pid})",
    ]
    supervisor.stop()


def test_a_process_that_keeps_ending_is_logged_once_and_again_when_it_runs(
    own_guardian: Guardian, tmp_path: Path, messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervised_process, "LAST_DELAY", 0.05)
    supervisor = Supervisor(own_guardian, say=messages.append, changed=lambda: None, log=tmp_path / "supervisor.log")
    child = Stubborn("worker", log=tmp_path / "worker.log", guardian=own_guardian)
    supervisor.launch(child)
    with watched(supervisor):
        for _ in range(5):
            killed_pid = child.pid
            os.kill(killed_pid, signal.SIGKILL)
            until(lambda killed_pid=killed_pid: child.pid != killed_pid and child.is_running)  # type: ignore[misc]
        monkeypatch.setattr(supervised_process, "STEADY_SECONDS", 0.0)
        until(lambda: len(messages) == 3)
    assert messages[0] == f"worker ended (SIGKILL), starting it again; its log: {child.log}"
    assert messages[1].startswith("worker is started again (process ")
    assert messages[2].startswith("worker runs steadily again, after it ended 5 times in ")
    supervisor.stop()


def test_long_logs_are_rotated_its_own_too_and_a_failed_rotation_is_logged(
    own_guardian: Guardian, tmp_path: Path, messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launcher.supervisor.supervisor.ROTATE_SECONDS", 0.0)
    failures: list[str] = []
    monkeypatch.setattr(Incident, "failed", lambda _, error: failures.append(error))
    own = tmp_path / "supervisor.log"
    supervisor = Supervisor(own_guardian, say=messages.append, changed=lambda: None, log=own)
    children = [Stubborn(name, log=tmp_path / f"{name}.log", guardian=own_guardian) for name in ("mockpay", "worker")]
    supervisor.launch(*children)
    supervisor.wait_for(*children)
    log_files.rotated(children[0].log).mkdir()  # which no file can replace
    for log in (own, *(child.log for child in children)):
        log.touch()
        os.truncate(log, log_files.LOG_BYTES + 1)
    with watched(supervisor):
        until(lambda: all(log_files.rotated(log).is_file() and log.stat().st_size == 0 for log in (own, children[1].log)))
        until(lambda: "Is a directory" in failures[0])
    assert children[0].log.stat().st_size > log_files.LOG_BYTES
    assert messages == []
    supervisor.stop()


def test_a_secret_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "runtime.json").mkdir()  # which no file can replace
    with pytest.raises(OSError, match="directory"):
        secrets.write(tmp_path / "runtime.json", "secret")
    assert [path.name for path in tmp_path.iterdir()] == ["runtime.json"]


def test_the_end_comes_in_time_however_many_have_to_be_killed(
    own_guardian: Guardian, tmp_path: Path, messages: list[str]
) -> None:
    supervisor = Supervisor(own_guardian, say=messages.append, changed=lambda: None, log=tmp_path / "supervisor.log")
    children = [Stubborn(f"worker-{number}", log=tmp_path / f"{number}.log", guardian=own_guardian) for number in range(6)]
    children += [Another(f"api-{number}", log=tmp_path / f"api-{number}.log", guardian=own_guardian) for number in range(2)]
    supervisor.launch(*children)
    supervisor.wait_for(*children)
    started = time.monotonic()
    supervisor.stop()
    assert not any(child.is_running for child in children)
    assert time.monotonic() - started < 2 * STOP_SECONDS  # one after another, they take four times as long as they may


def test_a_stopped_guardian_does_not_hold_up_the_end() -> None:
    guardian = Guardian()
    os.kill(guardian.pid, signal.SIGSTOP)
    guardian.close()  # without an end of its own, it would wait for ever
    assert not servers.is_alive(guardian.pid)


def test_stopped_processes_of_a_server_end_with_it(guardian: Guardian) -> None:
    with server_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        postgres.start()
        family = servers.children_of(postgres.pid)
        for pid in family:
            with suppress(ProcessLookupError):  # one of those that Postgres starts for a moment
                os.kill(pid, signal.SIGSTOP)
        postgres.stop(3)
        assert not any(servers.is_alive(pid) for pid in family)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_to_stop_work_even_if_the_parent_ignores_or_blocks_them(
    own_guardian: Guardian, number: signal.Signals, tmp_path: Path
) -> None:
    supervisor = Supervisor(own_guardian, say=print, changed=lambda: None, log=tmp_path / "supervisor.log")
    before = signal.signal(number, signal.SIG_IGN)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    try:
        with supervisor.signals():
            os.kill(os.getpid(), number)
            with pytest.raises(Stopped):
                supervisor.wait_until(lambda: False, seconds=30, otherwise=lambda: CannotStart("Nobody asked.", ""))
        assert signal.getsignal(number) == signal.SIG_IGN
        assert number in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(number, before)


def test_nohup_is_respected(own_guardian: Guardian, tmp_path: Path) -> None:
    supervisor = Supervisor(own_guardian, say=print, changed=lambda: None, log=tmp_path / "supervisor.log")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with supervisor.signals():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
