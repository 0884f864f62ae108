"""API and worker processes that a test can kill, freeze and start again."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import httpx

from launcher.embedded.ports import free_port
from tests.support.process_forks import ProcessForker
from tests.support.waiting import until


class Process:
    """One process at a time: `start` kills the one that still runs, and begins a new one with the same settings."""

    program = "worker"

    def __init__(self, forker: ProcessForker, environment: Mapping[str, str], log: Path) -> None:
        self._forker = forker
        self._environment = dict(environment)
        self._pid: int | None = None
        self.log = log

    def start(self, **settings: str) -> None:
        """Begin a new process; `settings` hold for this one only."""
        self.launch(**settings)

    def launch(self, **settings: str) -> None:
        """Begin a new process, and do not wait until it can be used."""
        self.kill()
        changes = {f"SKYQUEUE_{name}": value for name, value in settings.items()}
        self._pid = self._forker.fork(self.program, {**self._environment, **changes}, self.log)

    @property
    def pid(self) -> int:
        assert self._pid is not None, "it does not run"
        return self._pid

    @property
    def is_running(self) -> bool:
        if self._pid is None:
            return False
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            self._forker.forget(self._pid)
            self._pid = None
            return False
        return True

    def kill(self) -> None:
        """`kill -9`, and gone when this returns."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as an operator stops it."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def said(self, words: str) -> bool:
        """Whether its log has these words."""
        return self.log.exists() and words in self.log.read_text(errors="replace")

    def _end(self, number: signal.Signals) -> None:
        if self.is_running:
            os.kill(self.pid, number)
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGCONT)
            until(lambda: not self.is_running, seconds=8)


class Worker(Process):
    """`skyqueue worker`."""


class Api(Process):
    """`skyqueue api` on a port that it keeps."""

    program = "api"

    def __init__(self, forker: ProcessForker, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        super().__init__(forker, {**environment, "SKYQUEUE_HOST": "127.0.0.1", "SKYQUEUE_PORT": str(self.port)}, log)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, **settings: str) -> None:
        """Returns when it answers."""
        super().start(**settings)
        until(lambda: self.answers or not self.is_running, seconds=30)
        assert self.is_running, f"the API did not start: {self.log.read_text(errors='replace')[-2000:]}"

    @property
    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.base_url}/health/live", timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def client(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=30)
