"""A clock of which the test sets the time, for code that measures durations."""

from __future__ import annotations


class ManualClock:
    """In seconds, as `time.monotonic`. It stands still until the test changes `now`."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now
