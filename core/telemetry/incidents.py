"""A failure that happens again and again is logged as one incident: a line when it begins, one each minute while it lasts, and one when it
is over.

Otherwise a server that is away would cause one line for each attempt to use it, and no line would say that it is back.
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
"""An incident is over when nothing has failed for so long. The time doubles, up to `REMIND_SECONDS`, with each incident that begins within
`REMIND_SECONDS` after the one before it. So something that fails now and then is one incident too, not many."""
MAX_KEYS: Final = 1_000


class Log(Protocol):
    """The part of a logger that incidents use."""

    def log(self, level: int, event: str, /, **details: Any) -> Any: ...


class Incident:
    """One thing that may fail. `event` is the log line while it fails, `over` the line when it works again. Safe to use from several
    threads.

    Where no code notices a success, leave `over` empty and never call `succeeded`: then `event` is logged once a minute at most.
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
        """The number of failures since the incident began; 0: there is no incident."""
        self._began_at = self._failed_at = self._logged_at = 0.0
        self._recovered_at: float | None = None
        """The time of the first success since the last failure."""
        self._ended_at = float("-inf")
        self._quiet_seconds = QUIET_SECONDS

    def failed(self, **details: Any) -> None:
        """Count a failure. `details` are logged with the first failure of an incident, and once a minute."""
        with self._lock:
            now = self._clock()
            is_first = not self._times
            if is_first:
                self._begin(now)
            is_logged = is_first or now - self._logged_at >= REMIND_SECONDS
            if is_logged:
                self._logged_at = now
            self._times += 1
            self._failed_at, self._recovered_at = now, None
            so_far = {} if is_first else {"times": self._times, "seconds": round(now - self._began_at, 1)}
        if is_logged:
            self._log.log(self._level, self._event, **details, **so_far)

    def succeeded(self) -> None:
        """End the incident, if nothing has failed for long enough. Without an incident this returns at once, so call it after every success."""
        if not self._times:
            return
        with self._lock:
            now = self._clock()
            self._recovered_at = self._recovered_at or now
            if not self._times or now - self._failed_at < self._quiet_seconds:
                return
            times, seconds = self._times, round(self._recovered_at - self._began_at, 1)
            self._times, self._ended_at = 0, now
        self._log.log(logging.INFO, self._over, times=times, seconds=seconds)

    def _begin(self, now: float) -> None:
        self._began_at = now
        is_soon = now - self._ended_at < REMIND_SECONDS
        self._quiet_seconds = min(self._quiet_seconds * 2, REMIND_SECONDS) if is_soon else QUIET_SECONDS


class Incidents:
    """One `Incident` for each key, for many things of one kind, such as bookings. At most `MAX_KEYS` are kept; those whose last failure is
    the oldest are dropped first.
    """

    def __init__(self, log: Log, event: str, *, level: int = logging.WARNING) -> None:
        self._log = log
        self._event = event
        self._level = level
        self._lock = Lock()
        self._incidents: OrderedDict[Hashable, Incident] = OrderedDict()

    def failed(self, key: Hashable, **details: Any) -> None:
        """Count a failure of this key. It is logged once a minute at most."""
        with self._lock:
            incident = self._incidents.pop(key, None) or Incident(self._log, self._event, level=self._level)
            self._incidents[key] = incident
            if len(self._incidents) > MAX_KEYS:
                self._incidents.popitem(last=False)
        incident.failed(**details)
