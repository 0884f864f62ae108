"""The output of `skyqueue up`: one line per step, with a spinner on a terminal and plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console as Terminal


class Console:
    """Prints lines. If they cannot be written (`skyqueue up | head -1`, a closed terminal, a full disk), everything continues without them."""

    def __init__(self) -> None:
        self._terminal = _Terminal(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, doing: str, done: str) -> Iterator[None]:
        """Print `doing` while the block runs, and `done` with the time that it took after it."""
        started = time.monotonic()
        if self._terminal.is_terminal:
            with self._terminal.status(doing):
                yield
        else:
            yield
        self.say(f"{done} ({time.monotonic() - started:.1f} s)")

    def say(self, line: str = "") -> None:
        with suppress(OSError):
            if self._terminal.is_terminal:
                self._terminal.print(line, markup=False)
            else:
                self._write(line)

    def _write(self, line: str) -> None:
        """Write a line without rich, which would write a line again that it could not write the first time."""
        try:
            print(line, flush=True)
        except BrokenPipeError:
            self._terminal.on_broken_pipe()


class _Terminal(Terminal):
    def on_broken_pipe(self) -> None:
        """Discard all output from now on, also when Python flushes its buffers at the end. A broken pipe would end the process."""
        self.quiet = True
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, sys.stdout.fileno())
        os.close(null_device)
