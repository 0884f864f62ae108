"""Keeps children running until it is told to stop, then ends them in reverse order of their start."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from types import FrameType

from core.startup import CannotStart
from launcher.embedded.child import Child, stop_together
from launcher.embedded.guardian import Guardian

POLL_SECONDS = 0.05
FIRST_DELAY = 0.1
LAST_DELAY = 10.0
STEADY_SECONDS = 20.0
"""A child that ran this long is restarted at once when it dies; one that keeps dying waits longer each time."""

REFUSED_SECONDS = 0.5
"""How long to wait before something that the system refused is tried again."""
STOP_SECONDS = 9.0
"""Together with the guardian and the interpreter, less than the ten seconds that are promised."""


class Stopped(Exception):
    """Somebody asked for the end while something else was waited for."""


@dataclass
class _Ward:
    child: Child
    launched_at: float
    delay: float = FIRST_DELAY
    due_at: float | None = None
    """When to start it again; None while it runs."""
    complaint: str = ""
    """Why it could not be started again, as it was told last."""


class Supervisor:
    """`tell` gets a line for the terminal; `changed` is called after a process came or went, until it does not fail."""

    def __init__(self, guardian: Guardian, *, tell: Callable[[str], None], changed: Callable[[], None]) -> None:
        self._guardian = guardian
        self._tell = tell
        self._changed = changed
        self._is_stopping = False
        self._wards: list[_Ward] = []
        self._has_news = False
        self._complaint = ""

    @property
    def children(self) -> list[Child]:
        return [ward.child for ward in self._wards]

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal (unless `nohup` said to ignore that) ask for the end; asking twice changes nothing."""

        def ask(_number: int, _frame: FrameType | None) -> None:
            self._is_stopping = True  # not an Event: setting one inside its own wait would never return

        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, ask) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def launch(self, *children: Child) -> None:
        """Start processes without waiting; each is watched from now on."""
        for child in children:
            child.launch()
            self._wards.append(_Ward(child, launched_at=time.monotonic()))

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
                self._complain(f"The system refuses, trying again: {error}")
                time.sleep(REFUSED_SECONDS)
            else:
                self._complaint = ""
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
        if self._guardian.ensure():
            self._has_news = True
        for ward in self._wards:
            self._tend(ward)
        if self._has_news:
            self._changed()
            self._has_news = False

    def _complain(self, line: str) -> None:
        if line != self._complaint:
            self._tell(line)
        self._complaint = line

    def _tend(self, ward: _Ward) -> None:
        child, now = ward.child, time.monotonic()
        if ward.due_at is None:
            status = child.poll()
            if status is None:
                return
            if now - ward.launched_at > STEADY_SECONDS:
                ward.delay = FIRST_DELAY
            ward.due_at = now + ward.delay
            ward.delay = min(ward.delay * 2, LAST_DELAY)
            self._tell(f"{child.name} ended ({_reason(status)}), starting it again; its log: {child.log}")
        elif now >= ward.due_at:
            self._restart(ward)

    def _restart(self, ward: _Ward) -> None:
        try:
            ward.child.launch()
        except (CannotStart, OSError) as error:
            if str(error) != ward.complaint:
                self._tell(f"{ward.child.name} cannot start, trying again: {error}")
            ward.due_at, ward.complaint = time.monotonic() + LAST_DELAY, str(error)
            return
        ward.launched_at, ward.due_at, ward.complaint = time.monotonic(), None, ""
        self._has_news = True


def _reason(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
