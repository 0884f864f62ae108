"""End all child processes when the process that started them has ended, even by `kill -9`.

A small process, the guardian, reads from a pipe whose other end this process holds; the pipe is closed when this process ends. `PR_SET_PDEATHSIG`
would need no process, but exists on Linux only, depends on the thread that forked, and is cleared when a server changes its user.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock

CLOSE_SECONDS = 3.5
"""How long `close` waits for the guardian: longer than the guardian waits for the processes that it ends."""


class Guardian:
    """Ends every watched process when this process has ended. Safe to call from several threads.

    The guardian is a process that may itself be killed. The supervisor calls `poll`, and `launch` to start another one, which watches the
    same processes.
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
            self._send(f"watch {pid} {first.value} {last.value}")

    def unwatch(self, pid: int) -> None:
        with self._lock:
            if self._watched.pop(pid, None) is not None:
                self._send(f"unwatch {pid}")

    def poll(self) -> int | None:
        """The exit status of a guardian that has ended (negative: the signal), else None. Reaps it."""
        return self._process.poll()

    def launch(self) -> None:
        """Start another guardian after the last one has ended.

        Raises:
            OSError: the system cannot start a process. The list of watched processes is kept for the next call.
        """
        with self._lock:
            another = self._spawn()
            self._close_input()
            self._process = another
            for pid, (first, last) in self._watched.items():
                self._send(f"watch {pid} {first.value} {last.value}")

    def close(self) -> None:
        """End the processes that are still watched, then the guardian itself, also if it was stopped by a signal."""
        with self._lock:
            self._close_input()
            self._process.send_signal(signal.SIGCONT)
            try:
                self._process.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _send(self, command: str) -> None:
        assert self._process.stdin is not None
        if self._process.stdin.closed:
            return
        with suppress(BrokenPipeError):  # it has ended; the next guardian gets the whole list
            self._process.stdin.write(f"{command}\n")
            self._process.stdin.flush()

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended before it read everything
            self._process.stdin.close()

    @staticmethod
    def _spawn() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guardian_process.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,
        )
