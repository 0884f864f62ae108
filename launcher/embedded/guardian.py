"""Nothing outlives the process that started it, not even after `kill -9`.

One small process per supervisor holds the other end of a pipe. `PR_SET_PDEATHSIG` would need no process, but it is Linux only, follows the
thread that forked, and is cleared when a server changes its user.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock

CLOSE_SECONDS = 3.5
"""More than it gives to what it watches."""


class Guardian:
    """Ends every watched process when this one dies. Safe to call from several threads.

    It is a process like others and may die itself: whoever keeps it asks `poll`, and calls `launch` for another one, which learns of
    everything that is watched.
    """

    name = "guardian"

    def __init__(self) -> None:
        self._lock = Lock()
        self._watched: dict[int, tuple[signal.Signals, signal.Signals]] = {}
        self._process = self._spawn()

    @property
    def pid(self) -> int:
        return self._process.pid

    def watch(self, pid: int, first: signal.Signals, last: signal.Signals) -> None:
        """`first` asks the process to end, `last` is sent if it has not after 2.5 s."""
        with self._lock:
            self._watched[pid] = (first, last)
            self._tell(f"watch {pid} {first.value} {last.value}")

    def forget(self, pid: int) -> None:
        with self._lock:
            if self._watched.pop(pid, None) is not None:
                self._tell(f"forget {pid}")

    def poll(self) -> int | None:
        """The exit status of a guardian that has ended (negative: the signal), else None. Reaps it."""
        return self._process.poll()

    def launch(self) -> None:
        """Another one, in the place of a guardian that has ended.

        Raises:
            OSError: the system lets no other begin; what is watched is remembered.
        """
        with self._lock:
            another = self._spawn()
            self._close_input()
            self._process = another
            for pid, (first, last) in self._watched.items():
                self._tell(f"watch {pid} {first.value} {last.value}")

    def close(self) -> None:
        """End what is still watched, then the guardian itself, also one that somebody has stopped."""
        with self._lock:
            self._close_input()
            self._process.send_signal(signal.SIGCONT)
            try:
                self._process.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _tell(self, order: str) -> None:
        assert self._process.stdin is not None
        if self._process.stdin.closed:
            return
        with suppress(BrokenPipeError):  # it has ended, and the next one is told everything
            self._process.stdin.write(f"{order}\n")
            self._process.stdin.flush()

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # what it did not read before it ended
            self._process.stdin.close()

    @staticmethod
    def _spawn() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("watch.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,
        )
