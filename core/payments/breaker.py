"""Circuit breaker: stop calling a provider that fails, and find out with few calls when it works again."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Final

WINDOW_SECONDS: Final = 30.0
WINDOW_CALLS: Final = 500
MIN_CALLS: Final = 10
MIN_GROUPS: Final = 2
THRESHOLD: Final = 0.5
ROUND_SECONDS: Final = 5.0
PROBES: Final = 4
"""The most calls that are allowed in each `ROUND_SECONDS` while the breaker is open, and at most one of each group."""


class CircuitBreaker:
    """Opens when the failure rate of the last `WINDOW_SECONDS` (`WINDOW_CALLS` calls at most) is `THRESHOLD` or more.

    A group is a flight. The failure rate is the mean of the rates of the groups, and one group alone never opens the breaker. So one flight
    whose calls get no answer does not stop the payments of all others; the bulkhead limits its calls. While the breaker is open, a few probes
    are allowed; the first one that is answered closes it. Not thread-safe.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: deque[tuple[float, Hashable, bool]] = deque(maxlen=WINDOW_CALLS)
        self._opened_at: float | None = None
        self._round = 0
        self._probed: set[Hashable] = set()

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def allows(self, group: Hashable) -> bool:
        """Whether a call for this group may be made now. While the breaker is open, a True answer uses up one probe, so make the call."""
        if self._opened_at is None:
            return True
        current = int((self._clock() - self._opened_at) / ROUND_SECONDS)
        if current == 0:
            return False
        if current != self._round:
            self._round = current
            self._probed.clear()
        if group in self._probed or len(self._probed) >= PROBES:
            return False
        self._probed.add(group)
        return True

    def record(self, group: Hashable, *, answered: bool) -> None:
        """Count the result of a call. `answered`: the provider answered, even if it declined."""
        if self._opened_at is not None:
            if answered:
                self._opened_at = None
                self._calls.clear()
            return
        now = self._clock()
        self._calls.append((now, group, answered))
        while self._calls[0][0] < now - WINDOW_SECONDS:
            self._calls.popleft()
        if not answered and self._rate() >= THRESHOLD:
            self._opened_at, self._round = now, 0

    def _rate(self) -> float:
        groups: dict[Hashable, list[bool]] = defaultdict(list)
        for _, group, answered in self._calls:
            groups[group].append(answered)
        if len(self._calls) < MIN_CALLS or len(groups) < MIN_GROUPS:
            return 0.0
        return sum(calls.count(False) / len(calls) for calls in groups.values()) / len(groups)
