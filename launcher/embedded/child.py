"""One program that this process starts, watches and ends: the servers, and what `skyqueue up` runs beside them."""

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
    """Start it, poll it, stop it, start it again: addresses and data stay the same.

    Not safe for several threads. It runs in a session of its own, so Ctrl-C at the terminal reaches only the process that started it.
    """

    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 4.0), (signal.SIGKILL, 2.0))
    """What to send, and how many seconds to wait for each."""
    start_seconds: ClassVar[float] = 60.0
    """How long getting ready may take: a server that was killed reads its logs first."""
    finds_new_log: ClassVar[bool] = False
    """Whether its program writes to the new log by itself after the old one was renamed."""

    def __init__(self, name: str, *, log: Path, guardian: Guardian) -> None:
        self.name = name
        self.log = log
        self._guardian = guardian
        self._process: subprocess.Popen[bytes] | None = None
        self._log_begins = 0

    @abstractmethod
    def launch(self) -> None:
        """Start the process and return at once. Raises `CannotStart` when there is nothing to start."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it is of use to others by now. Takes two seconds at most. `CannotStart` when waiting longer is of no use."""

    def failure(self) -> CannotStart:
        """Why it is not ready, once it has ended or took too long."""
        return full_disk(self.log.parent) or self._failure()

    @abstractmethod
    def _failure(self) -> CannotStart:
        """The same, where there is room on the disk."""

    @property
    def said(self) -> str:
        """What it wrote to its log since it was started last, or since the log was begun anew."""
        try:
            with self.log.open("rb") as log:
                log.seek(self._log_begins)
                return log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def start(self) -> None:
        """Launch it and wait until it is ready; `CannotStart` when it ends instead, or takes longer than `start_seconds`."""
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
        """The exit status once it has ended (negative: the signal), else None. Reaps it."""
        if self._process is None:
            return None
        status = self._process.poll()
        if status is not None:
            self._guardian.forget(self._process.pid)
        return status

    def rotate_log(self) -> None:
        """Begin its log anew if it is too long. To be called now and then while it runs. Raises `OSError`."""
        if log_files.is_long(self.log):
            (log_files.rename if self.finds_new_log else log_files.copy)(self.log)
            self._log_begins = 0

    def stop(self, seconds: float | None = None) -> None:
        """End it, gently first. Does nothing when it has ended. `seconds`: less time than `stop_signals` say, in the same shares."""
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
        if log_files.is_long(self.log):
            log_files.rename(self.log)
        with log_files.opened(self.log) as output:
            self._log_begins = output.tell()
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
        os.kill(self.pid, number)  # not reaped yet, so the number is still its own
        os.kill(self.pid, signal.SIGCONT)

    def _wait(self, seconds: float) -> None:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return


def stop_together(children: Sequence[Child], *, seconds: float) -> None:
    """Stop several side by side: all have ended after `seconds`."""
    with ThreadPoolExecutor(max_workers=len(children)) as side_by_side:
        list(side_by_side.map(lambda child: child.stop(seconds), children))
