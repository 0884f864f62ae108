"""The supervisor's own part: what it does while children run, when the system refuses, and at the end."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.startup import CannotStart
from launcher.embedded import secrets
from launcher.embedded.child import Child
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres
from launcher.supervisor.console import Console
from launcher.supervisor.supervisor import STOP_SECONDS, Supervisor
from tests.support import servers
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
def told() -> list[str]:
    return []


@pytest.fixture
def own_guardian() -> Iterator[Guardian]:
    guardian = Guardian()
    yield guardian
    guardian.close()


def watching(supervisor: Supervisor) -> threading.Thread:
    """Its watch, in the background; ends with `ask_for_the_end`."""
    thread = threading.Thread(target=supervisor.watch, daemon=True)
    thread.start()
    return thread


def ask_for_the_end(supervisor: Supervisor) -> None:
    with supervisor.signals():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0)  # the handler runs between two instructions


def test_a_disk_that_is_full_is_told_once_and_what_died_comes_back(
    own_guardian: Guardian, tmp_path: Path, told: list[str]
) -> None:
    tries: list[None] = []

    def publish() -> None:
        tries.append(None)
        if len(tries) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runtime.json")

    supervisor = Supervisor(own_guardian, tell=told.append, changed=publish)
    child = Stubborn("worker", log=tmp_path / "worker.log", guardian=own_guardian)
    supervisor.launch(child)
    victim = child.pid
    watch = watching(supervisor)
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(tries) == 3)
    assert child.is_running
    assert child.pid != victim
    assert len([line for line in told if "No space left" in line]) == 1
    ask_for_the_end(supervisor)
    watch.join(5)
    assert not watch.is_alive()
    supervisor.stop()


def test_a_secret_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "runtime.json").mkdir()  # which no file can replace
    with pytest.raises(OSError, match="directory"):
        secrets.write(tmp_path / "runtime.json", "secret")
    assert [path.name for path in tmp_path.iterdir()] == ["runtime.json"]


def test_who_stops_reading_does_not_stop_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as nobody_reads:
        monkeypatch.setattr(sys, "stdout", nobody_reads)
        console = Console()
        with console.step("Doing ...", "Done"):
            console.say("the first line")
        console.say("the last line")


@pytest.mark.parametrize("forced", ["", "1"])
def test_a_reader_that_leaves_costs_no_exit_status(forced: str) -> None:
    """As a process: what Python still holds at its end finds nobody either. `forced`: colours, as if it were a terminal."""
    code = "import time; from launcher.supervisor.console import Console; c = Console(); c.say('1'); time.sleep(.3); c.say('2'); c.say('3')"
    command = f'{{ "{sys.executable}" -c "{code}"; echo $? >&2; }} | head -1'
    ran = subprocess.run(
        command, shell=True, capture_output=True, text=True, env={**os.environ, "FORCE_COLOR": forced}, check=False
    )
    assert (ran.stdout, ran.stderr) == ("1\n", "0\n")


def test_the_end_comes_in_time_however_many_have_to_be_killed(own_guardian: Guardian, tmp_path: Path, told: list[str]) -> None:
    supervisor = Supervisor(own_guardian, tell=told.append, changed=lambda: None)
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
    with servers.server_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        postgres.start()
        family = servers.children_of(postgres.pid)
        for pid in family:
            os.kill(pid, signal.SIGSTOP)
        postgres.stop(3)
        assert not any(servers.is_alive(pid) for pid in family)


def test_nohup_is_respected(own_guardian: Guardian) -> None:
    supervisor = Supervisor(own_guardian, tell=print, changed=lambda: None)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with supervisor.signals():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
