"""`skyqueue up` as a process, started as an operator starts it."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from launcher.embedded.guardian import Guardian
from tests.support.servers import is_alive
from tests.support.waiting import until

COMMAND = (sys.executable, "-P", "-m", "launcher.cli")
READY_SECONDS = 120.0


@functools.cache
def guardian() -> Guardian:
    """Ends the installations of this process if it is killed, which runs no `finally`."""
    return Guardian()


class Product:
    """One installation in `data_dir`. It may be started, killed and started again. `ignores`: signals that whoever starts it ignores."""

    def __init__(
        self,
        data_dir: Path,
        *,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        ignores: Sequence[signal.Signals] = (),
    ) -> None:
        self.data_dir = data_dir
        self._ignores = ignores
        self._prefix = tuple(prefix)
        self._environment = clean_environment({"SKYQUEUE_DATA_DIR": str(data_dir), "SKYQUEUE_PORT": "0", **(environment or {})})
        self._process: subprocess.Popen[str] | None = None
        self.first_health: dict[str, Any] | None = None
        """What it said of its health when it said anything for the first time."""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Any command of `skyqueue`, to its end."""
        return subprocess.run(
            [*self._prefix, *COMMAND, *arguments], env=self._environment, capture_output=True, text=True, timeout=60, check=False
        )

    def launch(self, *arguments: str) -> None:
        """Return at once."""
        self._process = subprocess.Popen(
            [*self._prefix, *COMMAND, "up", *arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=self._set_signals,
        )
        guardian().watch(self._process.pid, signal.SIGTERM, signal.SIGKILL)

    def _set_signals(self) -> None:
        """In the new process, whoever runs the tests: a script has its jobs in the background ignore Ctrl-C, `nohup` a closed terminal."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN if number in self._ignores else signal.SIG_DFL)

    def start(self, *arguments: str) -> None:
        """Return when it is ready to be used."""
        self.launch(*arguments)
        process = self._process
        assert process is not None
        until(lambda: self.is_ready or process.poll() is not None, seconds=READY_SECONDS)
        if process.poll() is not None:
            raise AssertionError(f"skyqueue up ended: {process.communicate()[0]}")

    @property
    def runtime(self) -> dict[str, Any]:
        """What `runtime.json` says now; empty while nothing is published."""
        with contextlib.suppress(FileNotFoundError):
            read: dict[str, Any] = json.loads((self.data_dir / "runtime.json").read_text())
            return read
        return {}

    @property
    def pids(self) -> dict[str, int]:
        return {each["name"]: each["pid"] for each in self.runtime.get("processes", ())}

    @property
    def base_url(self) -> str:
        return str(self.runtime["base_url"])

    @property
    def is_ready(self) -> bool:
        """Whether the process that was started last answers; a killed one leaves its runtime file behind."""
        if self._process is None or self.runtime.get("supervisor_pid") != self._process.pid:
            return False
        with contextlib.suppress(httpx.HTTPError):
            response = httpx.get(f"{self.base_url}/health/ready", timeout=2)
            if response.status_code == httpx.codes.OK:
                self.first_health = self.first_health or response.json()
                return True
        return False

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, timeout=20)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def press_ctrl_c(self) -> None:
        """As a terminal does: for every process of the session that did not leave it."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGINT)

    def wait(self, seconds: float) -> tuple[int, str]:
        """Its exit status and all of its output. Fails when it takes longer than `seconds`."""
        assert self._process is not None
        output, _ = self._process.communicate(timeout=seconds)
        guardian().unwatch(self._process.pid)
        return self._process.returncode, output

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal to end, and check that it ends in time, in order, and leaves no process behind."""
        pids = list(self.pids.values())
        self.send(number)
        status, output = self.wait(10)
        assert status == 0, output
        assert all_gone(pids), output
        assert not self.runtime, output

    def kill(self) -> None:
        """Kill it with SIGKILL, as a crash would. Safe after its end."""
        if self._process is not None and self._process.stdout is not None:
            self._process.kill()
            self._process.wait()
            guardian().unwatch(self._process.pid)
            self._process.stdout.close()


def clean_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """The environment without the settings of whoever runs the tests."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SKYQUEUE_")}
    return {**inherited, "SKYQUEUE_WORKER_THREADS": "2", **changes}


@contextlib.contextmanager
def running(product: Product, *arguments: str, end_with: signal.Signals = signal.SIGTERM) -> Iterator[Product]:
    try:
        product.start(*arguments)
        yield product
        product.end(end_with)
    finally:
        product.kill()


def all_gone(pids: Sequence[int]) -> bool:
    return not any(is_alive(pid) for pid in pids)
