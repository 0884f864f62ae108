"""One program that this process starts, watches and ends: the servers, and what `skyqueue up` runs beside them."""

from __future__ import annotations

import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from core.embedded.accounts import Account
from core.embedded.guardian import Guardian

LOG_BYTES = 20 * 1024 * 1024
"""A log longer than this is begun anew at the next start."""


class Child(ABC):
    """Start it, poll it, stop it, start it again: addresses and data stay the same.

    Not safe for several threads. It runs in a session of its own, so Ctrl-C at the terminal reaches only the process that started it.
    """

    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 4.0), (signal.SIGKILL, 2.0))
    """What to send, and how many seconds to wait for each."""

    def __init__(self, name: str, *, log: Path, guardian: Guardian) -> None:
        self.name = name
        self.log = log
        self._guardian = guardian
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def start(self) -> None:
        """Return when it is of use to others, or raise `CannotStart`."""

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

    def ask_to_stop(self) -> None:
        """Send the first of the stop signals and return."""
        if self.is_running:
            self._signal(self.stop_signals[0][0])

    def stop(self) -> None:
        """End it, gently first. Does nothing when it has ended."""
        for number, seconds in self.stop_signals:
            if not self.is_running:
                return
            self._signal(number)
            self._wait(seconds)
        self.poll()

    def _launch(
        self, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, account: Account | None = None
    ) -> None:
        account = account or Account()
        too_long = self.log.exists() and self.log.stat().st_size > LOG_BYTES
        with self.log.open("wb" if too_long else "ab") as output:
            self._process = subprocess.Popen(
                [*account.prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                start_new_session=True,
                **account.popen_options,
            )
        self._guardian.watch(self._process.pid, self.stop_signals[0][0], self.stop_signals[-1][0])

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)
        os.kill(self.pid, signal.SIGCONT)

    def _wait(self, seconds: float) -> None:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
