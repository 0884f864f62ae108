"""Keep child processes running until the supervisor is stopped, then end them in reverse order of their start."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import FrameType

import structlog

from core.startup import CannotStart
from core.telemetry.incidents import Incident
from core.telemetry.supervision import Restarts, Supervision
from launcher.embedded import log_files
from launcher.embedded.child import Child, stop_together
from launcher.embedded.guardian import Guardian
from launcher.supervisor.supervised_process import SupervisedProcess

POLL_SECONDS = 0.05
SYSTEM_ERROR_SECONDS = 0.5
"""How long to wait after an error of the operating system before the next attempt."""
ROTATE_SECONDS = 5.0
"""How often the sizes of the log files are checked."""
STOP_SECONDS = 9.0
"""Together with the end of the guardian and of the interpreter, this is less than the ten seconds that docs/operations.md promises."""


class Stopped(Exception):
    """A signal to stop came during a wait."""


_log = structlog.get_logger(__name__)


class Supervisor:
    """`say` prints a line on the terminal; the line is in the log as well. `changed` is called after a process was started or ended, and
    again until it succeeds. `log`: the log file.
    """

    def __init__(self, guardian: Guardian, *, say: Callable[[str], None], changed: Callable[[], None], log: Path) -> None:
        self._print = say
        self._changed = changed
        self._log = log
        self._rotated_at = time.monotonic()
        self._rotations = Incident(_log, "a log cannot be rotated")
        self._is_stopping = False
        self.children: list[Child] = []
        self._guardian = SupervisedProcess(guardian, say=self._say)
        self._kept: list[SupervisedProcess] = []
        self._has_changed = False
        self._system_error = ""
        self._started_at = time.time()

    @contextmanager
    def signals(self) -> Iterator[None]:
        """In the block, Ctrl-C, SIGTERM and a closed terminal (unless `nohup` ignores that) stop the supervisor. A second signal has no effect.

        This also holds if the parent process ignores or blocks these signals.
        """

        def stop(_number: int, _frame: FrameType | None) -> None:
            self._is_stopping = True  # not an Event: setting one in a signal handler, inside its own wait, would never return

        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, stop) for number in numbers}
        blocked = signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            for number, handler in before.items():
                signal.signal(number, handler)

    def launch(self, *children: Child) -> None:
        """Start processes without waiting; each is watched from now on."""
        for child in children:
            child.launch()
            self.children.append(child)
            self._kept.append(SupervisedProcess(child, say=self._say, addition=f"; its log: {child.log}"))

    def wait_for(self, *children: Child) -> None:
        """Wait until all are ready. Raises the error of a child that ends or takes too long, and `Stopped`."""
        for child in children:
            self.wait_until(child.is_ready, seconds=child.start_seconds, otherwise=child.failure)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float, otherwise: Callable[[], CannotStart]) -> None:
        """Wait during the first start. Here a child that ends is an error, and is not started again."""
        deadline = time.monotonic() + seconds
        while not condition():
            for child in self.children:
                if not child.is_running:
                    raise child.failure()
            self._has_changed |= self._guardian.check()
            if time.monotonic() > deadline:
                raise otherwise()
            if self._is_stopping:
                raise Stopped
            time.sleep(POLL_SECONDS)

    def watch(self) -> None:
        """Run until a signal to stop. A child that ends is started again, with the same address and data.

        Errors of the operating system (a full disk, too many processes) are logged once, and the attempt is repeated; all else continues.
        """
        while not self._is_stopping:
            try:
                self._check_all()
            except OSError as error:
                self._log_system_error(str(error))
                time.sleep(SYSTEM_ERROR_SECONDS)
            else:
                self._log_recovery()
            time.sleep(POLL_SECONDS)

    def supervision(self) -> Supervision:
        """The present state of the children and of the guardian."""
        kept = [*self._kept, self._guardian]
        return Supervision(
            pid=os.getpid(),
            started_at=self._started_at,
            running={each.name: each.is_running for each in kept},
            restarts=[Restarts(each.name, reason, count) for each in kept for reason, count in each.restarts.items()],
        )

    def stop(self) -> None:
        """End all children within `STOP_SECONDS`: the last started first, and children of one kind at the same time.

        Each kind may take half of the remaining time, and the last kind all of it, so a child that does not end leaves time for the others.
        """
        kinds = [list(group) for _, group in groupby(reversed(self.children), key=type)]
        deadline = time.monotonic() + STOP_SECONDS
        for later, group in zip(reversed(range(len(kinds))), kinds, strict=True):
            left = max(deadline - time.monotonic(), 0)
            stop_together(group, seconds=left / 2 if later else left)

    def _check_all(self) -> None:
        for kept in (self._guardian, *self._kept):
            self._has_changed |= kept.check()
        if self._has_changed:
            self._changed()
            self._has_changed = False
        if time.monotonic() - self._rotated_at >= ROTATE_SECONDS:
            self._rotated_at = time.monotonic()
            self._rotate_logs()

    def _rotate_logs(self) -> None:
        """A log that cannot be rotated now, on a full disk for example, keeps growing and is tried again later."""
        for rotate in (*(child.rotate_log for child in self.children), self._rotate_own_log):
            try:
                rotate()
            except OSError as error:
                self._rotations.failed(error=str(error))

    def _rotate_own_log(self) -> None:
        if log_files.is_too_long(self._log):
            log_files.rename(self._log)

    def _log_system_error(self, error: str) -> None:
        if error != self._system_error:
            self._say(logging.WARNING, f"An error of the operating system, trying again: {error}")
        self._system_error = error

    def _log_recovery(self) -> None:
        if self._system_error:
            self._say(logging.INFO, f"The error of the operating system is over: {self._system_error}")
        self._system_error = ""

    def _say(self, level: int, line: str) -> None:
        _log.log(level, line)
        self._print(line)
