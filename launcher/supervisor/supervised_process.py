"""Keep one process running: start it again when it has ended, after a delay that grows, and log that."""

from __future__ import annotations

import logging
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from core.startup import CannotStart

FIRST_DELAY = 0.1
LAST_DELAY = 10.0
STEADY_SECONDS = 20.0
"""A process that ran this long is restarted after `FIRST_DELAY`. If it ends earlier, the delay doubles each time."""
REMIND_SECONDS = 60.0
"""How often the log repeats that a process keeps ending, or cannot be started."""

LogLine = Callable[[int, str], None]
"""A function that logs a line. The number is a level of `logging`."""


class Restartable(Protocol):
    """A process that can be started again, with the same address and data."""

    @property
    def name(self) -> str: ...

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """The exit status once it has ended (negative: the signal), else None."""

    def launch(self) -> None:
        """Start it. Raises `CannotStart` or `OSError` when that is not possible now."""


class SupervisedProcess:
    """`process` runs already. `addition` is the end of the log line about its end, such as the path of its log."""

    def __init__(self, process: Restartable, *, say: LogLine, addition: str = "") -> None:
        self._process = process
        self._say = say
        self._addition = addition
        self._launched_at = time.monotonic()
        self._delay = FIRST_DELAY
        self._due_at: float | None = None
        """When to start it again; None while it runs."""
        self._ends = 0
        """How often it has ended since it last ran for `STEADY_SECONDS`."""
        self._first_end_at = 0.0
        self._warned_at = 0.0
        self._start_error = ""
        """Why it could not be started, as last logged."""
        self._last_end = ""
        """The reason of its last end: a signal, or an exit status."""
        self.restarts: Counter[str] = Counter()
        """How often it was started again, by the reason of its end."""

    @property
    def name(self) -> str:
        return self._process.name

    @property
    def is_running(self) -> bool:
        """Whether it ran at the last `check`."""
        return self._due_at is None

    def check(self) -> bool:
        """Check whether it still runs, and start it again after its delay. True: it has just ended, or was just started again."""
        now = time.monotonic()
        if self._due_at is not None:
            return now >= self._due_at and self._start_again(now)
        status = self._process.poll()
        if self._ends and now - self._launched_at > STEADY_SECONDS:
            self._has_become_steady()
        if status is not None:
            self._has_ended(status, now)
        return status is not None

    def _has_become_steady(self) -> None:
        if self._ends > 1:
            seconds = self._launched_at - self._first_end_at
            self._say(
                logging.INFO, f"{self._process.name} runs steadily again, after it ended {self._ends} times in {seconds:.0f} s"
            )
        self._ends, self._delay = 0, FIRST_DELAY

    def _has_ended(self, status: int, now: float) -> None:
        self._ends += 1
        self._last_end = _reason(status)
        if self._ends == 1:
            self._first_end_at = now
            self._warn(f"{self._process.name} ended ({self._last_end}), starting it again{self._addition}", now)
        elif now - self._warned_at >= REMIND_SECONDS:
            seconds = now - self._first_end_at
            self._warn(
                f"{self._process.name} keeps ending ({self._ends} times in {seconds:.0f} s, the last time with {self._last_end}), "
                f"starting it again{self._addition}",
                now,
            )
        self._due_at = now + self._delay
        self._delay = min(self._delay * 2, LAST_DELAY)

    def _start_again(self, now: float) -> bool:
        try:
            self._process.launch()
        except (CannotStart, OSError) as error:
            if str(error) != self._start_error or now - self._warned_at >= REMIND_SECONDS:
                self._warn(f"{self._process.name} cannot be started, trying again: {error}", now)
            self._due_at, self._start_error = time.monotonic() + LAST_DELAY, str(error)
            return False
        if self._ends == 1 or self._start_error:
            self._say(logging.INFO, f"{self._process.name} is started again (process {self._process.pid})")
        self._launched_at, self._due_at, self._start_error = time.monotonic(), None, ""
        self.restarts[self._last_end] += 1
        return True

    def _warn(self, line: str, now: float) -> None:
        self._warned_at = now
        self._say(logging.WARNING, line)


def _reason(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
