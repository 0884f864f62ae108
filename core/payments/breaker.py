"""Stop calling a provider that fails, and find out cheaply when it is well again."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Final

WINDOW_SECONDS: Final = 30.0
WINDOW_CALLS: Final = 500
FEWEST_CALLS: Final = 10
FEWEST_LANES: Final = 2
THRESHOLD: Final = 0.5
ROUND_SECONDS: Final = 5.0
PROBES: Final = 4
"""Calls let through in each round while it is open, at most one for a lane."""


class CircuitBreaker:
    """Opens when the failure rate of the last 30 s (500 calls at most) is a half or more.

    Every lane (a flight) has one vote: the rate is the mean of the lanes' rates, and one lane alone never opens it. So a single
    flight whose charges hang, which its own limit holds back, does not close the till for all the others. While it is open a
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

    def allows(self, lane: Hashable) -> bool:
        """Whether a call on this lane may be made now. While it is open, asking takes one of the probes."""
        if self._opened_at is None:
            return True
        current = int((self._clock() - self._opened_at) / ROUND_SECONDS)
        if current == 0:
            return False
        if current != self._round:
            self._round = current
            self._probed.clear()
        if lane in self._probed or len(self._probed) >= PROBES:
            return False
        self._probed.add(lane)
        return True

    def record(self, lane: Hashable, *, answered: bool) -> None:
        """Tell how a call ended."""
        if self._opened_at is not None:
            if answered:
                self._opened_at = None
                self._calls.clear()
            return
        now = self._clock()
        self._calls.append((now, lane, answered))
        while self._calls[0][0] < now - WINDOW_SECONDS:
            self._calls.popleft()
        if not answered and self._rate() >= THRESHOLD:
            self._opened_at, self._round = now, 0

    def _rate(self) -> float:
        lanes: dict[Hashable, list[bool]] = defaultdict(list)
        for _, lane, answered in self._calls:
            lanes[lane].append(answered)
        if len(self._calls) < FEWEST_CALLS or len(lanes) < FEWEST_LANES:
            return 0.0
        return sum(calls.count(False) / len(calls) for calls in lanes.values()) / len(lanes)
