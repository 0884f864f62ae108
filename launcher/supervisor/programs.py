"""The programs of Skyqueue, and the practice provider, as children of the supervisor."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from core.startup import CannotStart
from launcher.embedded import orphans
from launcher.embedded.child import Child
from launcher.embedded.guardian import Guardian
from launcher.supervisor.listener import Listener

PYTHON = (sys.executable, "-P")
"""`-P`: the current folder is not on the import path, because it may have another package `core` or `api`."""

SEARCHED_LINES = 40
_EXCEPTION = re.compile(r"[ |]*([A-Za-z_][\w.]*(?:Error|Exception): .*)")
"""The last line of a traceback, also inside an exception group."""
MODULES = ("workers.main", "api.serve", "mockpay")

BLOCKING_REASONS = ("postgres_away", "redis_away", "no_worker")
"""The start waits until none of these reasons (`api/readiness/codes.py`) holds. With others the API can be used, and `skyqueue up` prints them."""

STARTED_BY = "SKYQUEUE_STARTED_BY_UP_IN"
"""An environment variable of each program: the data folder of the `skyqueue up` that started it."""


def end_orphans(folder: Path, published: Iterable[int]) -> None:
    """End programs that an earlier supervisor of this folder, and its guardian, left running.

    They are found by their environment, because a supervisor may have been killed before it published their process ids. On systems where
    the environment of other processes cannot be read, by the process ids that were `published`.
    """
    pids = {*published, *orphans.started_with(f"{STARTED_BY}={folder}")} - {os.getpid()}
    with ThreadPoolExecutor(max_workers=len(pids) or 1) as executor:
        list(executor.map(_end_orphan, pids))


def _end_orphan(pid: int) -> None:
    for module in MODULES:
        orphans.end(pid, f"-m {module} ", signal.SIGTERM)


class _Program(Child):
    """`data`: its data file, which the error names if the program does not start because of it."""

    def __init__(
        self, name: str, *, log: Path, guardian: Guardian, environment: Mapping[str, str], data: Path | None = None
    ) -> None:
        super().__init__(name, log=log, guardian=guardian)
        self._environment = dict(environment)
        self._data = data

    def _failure(self) -> CannotStart:
        reason = _last_error(self.recent_log)
        remedy = f"See {self.log}."
        if self._data is not None and reason.startswith("sqlite3."):
            remedy += f" Put a copy of {self._data} back, or move it away to begin with an empty ledger."
        return CannotStart(f"The {self.name} process does not start: {reason}.", remedy)


class HttpProgram(_Program):
    """`python -m module`, which answers on a socket that the supervisor holds. `health`: the path of its readiness check."""

    module: ClassVar[str]
    health: ClassVar[str]
    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 3.5), (signal.SIGKILL, 1.0))

    def __init__(
        self,
        name: str,
        *,
        log: Path,
        guardian: Guardian,
        environment: Mapping[str, str],
        listener: Listener,
        data: Path | None = None,
    ) -> None:
        super().__init__(name, log=log, guardian=guardian, environment=environment, data=data)
        self._reasons: dict[str, str] = {}
        self._listener = listener

    def launch(self) -> None:
        descriptor = self._listener.listen()
        command = [*PYTHON, "-m", self.module, "--fd", str(descriptor), *self._arguments()]
        self._spawn(command, env=self._environment, pass_fds=(descriptor,))

    def _arguments(self) -> list[str]:
        """Further arguments of its command line."""
        return []

    def is_ready(self) -> bool:
        """Whether it answers, and no blocking reason holds."""
        connection = http.client.HTTPConnection(self._listener.local_host.strip("[]"), self._listener.port, timeout=2)
        try:
            connection.request("GET", self.health)
            response = connection.getresponse()
            self._reasons = _reasons(response.read())
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return response.status == http.HTTPStatus.OK and not self._blocking_reason

    @property
    def reasons(self) -> list[str]:
        """The reasons of the last readiness check, although it is ready."""
        return list(self._reasons.values())

    @property
    def _blocking_reason(self) -> str:
        """The message of the first blocking reason that holds; empty if none holds."""
        return next((message for code, message in self._reasons.items() if code in BLOCKING_REASONS), "")

    def _failure(self) -> CannotStart:
        if self.is_running and self._blocking_reason:
            return CannotStart(f"The {self.name} process is not ready: {self._blocking_reason}", f"See {self.log}.")
        return super()._failure()


class Mockpay(HttpProgram):
    """The practice payment provider."""

    module = "mockpay"
    health = "/health"


class Api(HttpProgram):
    module = "api.serve"
    health = "/health/ready"
    reopens_log: ClassVar[bool] = True

    def _arguments(self) -> list[str]:
        return ["--log", str(self.log)]


class Worker(_Program):
    """`has_heartbeat`: whether the worker with this process id has a heartbeat."""

    reopens_log: ClassVar[bool] = True
    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 3.5), (signal.SIGKILL, 1.0))

    def __init__(
        self, name: str, *, log: Path, guardian: Guardian, environment: Mapping[str, str], has_heartbeat: Callable[[int], bool]
    ) -> None:
        super().__init__(name, log=log, guardian=guardian, environment=environment)
        self._has_heartbeat = has_heartbeat

    def launch(self) -> None:
        self._spawn([*PYTHON, "-m", "workers.main", "--log", self.log], env=self._environment)

    def is_ready(self) -> bool:
        return self.is_running and self._has_heartbeat(self.pid)

    def _failure(self) -> CannotStart:
        if self.is_running:
            return CannotStart(f"The {self.name} process runs, and is not able to work.", f"See {self.log}.")
        return super()._failure()


def _reasons(health: bytes) -> dict[str, str]:
    """Code -> message of each reason in the response of a readiness check; empty if the response has none."""
    try:
        return {str(cause["code"]): str(cause["message"]) for cause in json.loads(health)["causes"]}
    except (ValueError, KeyError, TypeError):
        return {}


def _last_error(log: str) -> str:
    """The last exception in the last lines of a log, as JSON or as Python prints it, else the last line; without a full stop."""
    lines = log.strip().splitlines()[-SEARCHED_LINES:]
    for line in reversed(lines):
        try:
            return str(json.loads(line)["exception"]).strip().splitlines()[-1].rstrip(".")
        except (ValueError, KeyError, TypeError, IndexError):
            if found := _EXCEPTION.match(line):
                return found[1].rstrip(".")
    return lines[-1].rstrip(".") if lines else "its log is empty"
