"""Trouble that comes again and again is told as one incident: a line when it begins, one each minute while it lasts, one when it is over.

A server that is away would otherwise fill the logs with as many lines as there are tries, and nobody would be told that it is back.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, Protocol

REMIND_SECONDS: Final = 60.0
QUIET_SECONDS: Final = 2.0
"""How long nothing may have failed before an incident is over. It doubles, up to `REMIND_SECONDS`, with each incident that begins
within a minute after the last: what fails now and then is one incident too."""
MOST_KEYS: Final = 1_000


class Log(Protocol):
    """What is needed of a logger."""

    def log(self, level: int, event: str, /, **details: Any) -> Any: ...


class Incident:
    """One thing that may go wrong. `event` says what is wrong, `over` that it is right again. Safe to use from several threads.

    Where nobody notices that it is right again, leave `over` empty, and never call `succeeded`: then it is told once a minute at most.
    """

    def __init__(
        self,
        log: Log,
        event: str,
        over: str = "",
        *,
        level: int = logging.WARNING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._event = event
        self._over = over
        self._level = level
        self._clock = clock
        self._lock = Lock()
        self._times = 0
        """How often it failed since the incident began; 0: there is none."""
        self._began_at = self._failed_at = self._told_at = 0.0
        self._mended_at: float | None = None
        """When something succeeded for the first time since the last failure."""
        self._ended_at = float("-inf")
        self._quiet_seconds = QUIET_SECONDS

    def failed(self, **details: Any) -> None:
        """It went wrong. `details` are those of this time: they are told when it is the first time, and once a minute."""
        with self._lock:
            now = self._clock()
            is_first = not self._times
            if is_first:
                self._begin(now)
            is_told = is_first or now - self._told_at >= REMIND_SECONDS
            if is_told:
                self._told_at = now
            self._times += 1
            self._failed_at, self._mended_at = now, None
            so_far = {} if is_first else {"times": self._times, "seconds": round(now - self._began_at, 1)}
        if is_told:
            self._log.log(self._level, self._event, **details, **so_far)

    def succeeded(self) -> None:
        """It went well. Costs next to nothing while there is no incident, so call it after every success."""
        if not self._times:
            return
        with self._lock:
            now = self._clock()
            self._mended_at = self._mended_at or now
            if not self._times or now - self._failed_at < self._quiet_seconds:
                return
            times, seconds = self._times, round(self._mended_at - self._began_at, 1)
            self._times, self._ended_at = 0, now
        self._log.log(logging.INFO, self._over, times=times, seconds=seconds)

    def _begin(self, now: float) -> None:
        self._began_at = now
        is_soon = now - self._ended_at < REMIND_SECONDS
        self._quiet_seconds = min(self._quiet_seconds * 2, REMIND_SECONDS) if is_soon else QUIET_SECONDS


class Incidents:
    """The same for many things of one kind, such as rows, each by its key. Of many at once, those that failed the longest ago are forgotten."""

    def __init__(self, log: Log, event: str, *, level: int = logging.WARNING) -> None:
        self._log = log
        self._event = event
        self._level = level
        self._lock = Lock()
        self._of: OrderedDict[Hashable, Incident] = OrderedDict()

    def failed(self, key: Hashable, **details: Any) -> None:
        """This one went wrong; it is told once a minute at most."""
        with self._lock:
            incident = self._of.pop(key, None) or Incident(self._log, self._event, level=self._level)
            self._of[key] = incident
            if len(self._of) > MOST_KEYS:
                self._of.popitem(last=False)
        incident.failed(**details)
