"""What `skyqueue up` says: one line per step, with a spinner on a terminal and plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console as Terminal


class Console:
    def __init__(self) -> None:
        self._terminal = Terminal(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, doing: str, done: str) -> Iterator[None]:
        """Say `doing` while the block runs, `done` and the time it took after it."""
        started = time.monotonic()
        if self._terminal.is_terminal:
            with self._terminal.status(doing):
                yield
        else:
            yield
        self.say(f"{done} ({time.monotonic() - started:.1f} s)")

    def say(self, line: str = "") -> None:
        with suppress(OSError):  # a terminal that was closed is no reason to stop
            self._terminal.print(line, markup=False)
