"""One child process that this process starts, watches and ends: a server, or a program of Skyqueue."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from core.startup import CannotStart
from launcher.embedded import log_files
from launcher.embedded.accounts import Account
from launcher.embedded.guardian import Guardian
from launcher.embedded.startup_errors import full_disk

POLL_SECONDS = 0.02


class Child(ABC):
    """A child process. It can be started again after it has ended, with the same addresses and data.

    Not thread-safe. It runs in a session of its own, so Ctrl-C at the terminal reaches only this process.
    """

    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 4.0), (signal.SIGKILL, 2.0))
    """The signals that end it, and how many seconds to wait after each."""
    start_seconds: ClassVar[float] = 60.0
    """How long a start may take. A server that was killed first recovers its data."""
    reopens_log: ClassVar[bool] = False
    """Whether its program reopens the log by itself after the file was renamed."""

    def __init__(self, name: str, *, log: Path, guardian: Guardian) -> None:
        self.name = name
        self.log = log
        self._guardian = guardian
        self._process: subprocess.Popen[bytes] | None = None
        self._log_offset = 0

    @abstractmethod
    def launch(self) -> None:
        """Start the process and return at once. Raises `CannotStart` when the program cannot be started."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it can be used now. Takes two seconds at most. Raises `CannotStart` when it will never be ready."""

    def failure(self) -> CannotStart:
        """The error that says why it is not ready. Call it after it has ended or took too long."""
        return full_disk(self.log.parent) or self._failure()

    @abstractmethod
    def _failure(self) -> CannotStart:
        """As `failure`, if the disk is not full."""

    @property
    def recent_log(self) -> str:
        """The text in its log since its last start, or since the log was rotated."""
        try:
            with self.log.open("rb") as log:
                log.seek(self._log_offset)
                return log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def start(self) -> None:
        """Launch it and wait until it is ready. Raises `CannotStart` when it ends instead, or takes longer than `start_seconds`."""
        self.launch()
        deadline = time.monotonic() + self.start_seconds
        try:
            while not self.is_ready():
                if not self.is_running or time.monotonic() > deadline:
                    raise self.failure()
                time.sleep(POLL_SECONDS)
        except CannotStart:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self.poll() is None

    def poll(self) -> int | None:
        """The exit status if it has ended (negative: the signal), else None. Reaps it."""
        if self._process is None:
            return None
        status = self._process.poll()
        if status is not None:
            self._guardian.unwatch(self._process.pid)
        return status

    def rotate_log(self) -> None:
        """Rotate its log if it is too long. Call it regularly while it runs. Raises `OSError`."""
        if log_files.is_too_long(self.log):
            (log_files.rename if self.reopens_log else log_files.copy)(self.log)
            self._log_offset = 0

    def stop(self, seconds: float | None = None) -> None:
        """End it with `stop_signals`. Does nothing when it has ended. `seconds`: wait so long in total, with the same proportions."""
        planned = sum(wait for _, wait in self.stop_signals)
        share = 1.0 if seconds is None else min(1.0, seconds / planned)
        for number, wait in self.stop_signals:
            if not self.is_running:
                return
            self._signal(number)
            self._wait(wait * share)
        self.poll()

    def _spawn(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        account: Account | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        account = account or Account()
        if log_files.is_too_long(self.log):
            log_files.rename(self.log)
        with log_files.opened(self.log) as output:
            self._log_offset = output.tell()
            self._process = subprocess.Popen(
                [*account.prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                pass_fds=pass_fds,
                start_new_session=True,
                umask=0o077,
                **account.popen_options,
            )
        self._guardian.watch(self._process.pid, self.stop_signals[0][0], self.stop_signals[-1][0])

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)  # the process is not reaped yet, so no other process can have its id
        os.kill(self.pid, signal.SIGCONT)

    def _wait(self, seconds: float) -> None:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return


def stop_together(children: Sequence[Child], *, seconds: float) -> None:
    """Stop several children at the same time. All have ended after `seconds`."""
    with ThreadPoolExecutor(max_workers=len(children)) as executor:
        list(executor.map(lambda child: child.stop(seconds), children))
