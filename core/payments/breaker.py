"""Stop calling a provider that fails, and find out cheaply when it is well again."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Final

WINDOW_SECONDS: Final = 30.0
WINDOW_CALLS: Final = 500
FEWEST_CALLS: Final = 10
FEWEST_GROUPS: Final = 2
THRESHOLD: Final = 0.5
ROUND_SECONDS: Final = 5.0
PROBES: Final = 4
"""Calls let through in each round while it is open, at most one for a group."""


class CircuitBreaker:
    """Opens when the failure rate of the last 30 s (500 calls at most) is a half or more.

    Every group (a flight) has one vote: the rate is the mean of the groups' rates, and one group alone never opens it. So a single
    flight whose charges hang, which its own limit holds back, does not stop the payments of all the others. While it is open a
    few probes go through every 5 s; the first that is answered closes it. Not thread-safe.
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
        """Whether a call on this group may be made now. While it is open, asking takes one of the probes."""
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
        """Tell how a call ended."""
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
        if len(self._calls) < FEWEST_CALLS or len(groups) < FEWEST_GROUPS:
            return 0.0
        return sum(calls.count(False) / len(calls) for calls in groups.values()) / len(groups)
