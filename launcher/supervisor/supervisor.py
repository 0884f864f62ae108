"""Keeps children running until it is told to stop, then ends them in reverse order of their start."""

from __future__ import annotations

import logging
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
from launcher.embedded import log_files
from launcher.embedded.child import Child, stop_together
from launcher.embedded.guardian import Guardian
from launcher.supervisor.ward import Ward

POLL_SECONDS = 0.05
REFUSED_SECONDS = 0.5
"""How long to wait before something that the system refused is tried again."""
ROTATE_SECONDS = 5.0
"""How often it looks for logs that are too long."""
STOP_SECONDS = 9.0
"""Together with the guardian and the interpreter, less than the ten seconds that are promised."""


class Stopped(Exception):
    """Somebody asked for the end while something else was waited for."""


_log = structlog.get_logger(__name__)


class Supervisor:
    """`tell` gets a line for the terminal, which stands in the log too; `changed` is called after a process came or went, until it
    does not fail. `log`: the file of that log.
    """

    def __init__(self, guardian: Guardian, *, tell: Callable[[str], None], changed: Callable[[], None], log: Path) -> None:
        self._tell = tell
        self._changed = changed
        self._log = log
        self._rotated_at = time.monotonic()
        self._rotations = Incident(_log, "a log cannot be begun anew")
        self._is_stopping = False
        self.children: list[Child] = []
        self._guardian = Ward(guardian, tell=self._say)
        self._wards: list[Ward] = []
        self._has_news = False
        self._refusal = ""

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal (unless `nohup` said to ignore that) ask for the end; asking twice changes nothing.

        That holds whatever the process that started us ignores or blocks.
        """

        def ask(_number: int, _frame: FrameType | None) -> None:
            self._is_stopping = True  # not an Event: setting one inside its own wait would never return

        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, ask) for number in numbers}
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
            self._wards.append(Ward(child, tell=self._say, hint=f"; its log: {child.log}"))

    def wait_for(self, *children: Child) -> None:
        """Until all are ready. Raises what went wrong when any child ends or takes too long, and `Stopped`."""
        for child in children:
            self.wait_until(child.is_ready, seconds=child.start_seconds, otherwise=child.failure)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float, otherwise: Callable[[], CannotStart]) -> None:
        """For the first start: here a child that ends is a reason to give up, not to try again."""
        deadline = time.monotonic() + seconds
        while not condition():
            for child in self.children:
                if not child.is_running:
                    raise child.failure()
            self._has_news |= self._guardian.tend()
            if time.monotonic() > deadline:
                raise otherwise()
            if self._is_stopping:
                raise Stopped
            time.sleep(POLL_SECONDS)

    def watch(self) -> None:
        """Until somebody asks for the end. Whatever dies is started again: same address, same data.

        What the system refuses by then (a full disk, too many processes) is told once and tried again: the rest goes on.
        """
        while not self._is_stopping:
            try:
                self._look()
            except OSError as error:
                self._is_refused(str(error))
                time.sleep(REFUSED_SECONDS)
            else:
                self._is_let()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End every child within `STOP_SECONDS`: the last started first, children of one kind side by side.

        Each kind may take half of what is left, the last all of it, so that no one's hanging costs the next its farewell.
        """
        kinds = [list(group) for _, group in groupby(reversed(self.children), key=type)]
        deadline = time.monotonic() + STOP_SECONDS
        for later, group in zip(reversed(range(len(kinds))), kinds, strict=True):
            left = max(deadline - time.monotonic(), 0)
            stop_together(group, seconds=left / 2 if later else left)

    def _look(self) -> None:
        for ward in (self._guardian, *self._wards):
            self._has_news |= ward.tend()
        if self._has_news:
            self._changed()
            self._has_news = False
        if time.monotonic() - self._rotated_at >= ROTATE_SECONDS:
            self._rotated_at = time.monotonic()
            self._rotate_logs()

    def _rotate_logs(self) -> None:
        """One that cannot be begun anew, on a full disk for example, grows on, and is tried again."""
        for rotate in (*(child.rotate_log for child in self.children), self._rotate_own_log):
            try:
                rotate()
            except OSError as error:
                self._rotations.failed(error=str(error))

    def _rotate_own_log(self) -> None:
        if log_files.is_long(self._log):
            log_files.rename(self._log)

    def _is_refused(self, refusal: str) -> None:
        if refusal != self._refusal:
            self._say(logging.WARNING, f"The system refuses, trying again: {refusal}")
        self._refusal = refusal

    def _is_let(self) -> None:
        if self._refusal:
            self._say(logging.INFO, f"The system refuses no longer: {self._refusal}")
        self._refusal = ""

    def _say(self, level: int, line: str) -> None:
        _log.log(level, line)
        self._tell(line)
