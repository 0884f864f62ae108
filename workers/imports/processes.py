"""The import processes of one worker (`workers/imports/process.py`), from the side of the worker."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import Final

from core.telemetry import correlation
from core.telemetry.tracing import spans
from workers.imports.protocol import REPORT, Ended, Interrupted, Request, Stored, encode

END_SECONDS: Final = 2.0
"""How long a process without a connection may take to end."""
SILENCE_SECONDS: Final = 100.0
"""A process that reports nothing for this time is stopped or stuck, and is killed. A chunk takes some seconds. This is less than the time after
which its thread counts as stuck (`workers/main.py`): then the whole worker would count as not working."""


class WorkerEnds(Exception):
    """The worker is about to end, so nothing is imported any more."""


class ProcessEnded(Exception):
    """An import process ended before its import. What it had not committed is undone; the import is continued after its lease.

    `status`: its exit status; None: it did not start.
    """

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


class ImportProcesses:
    """As many processes as files are imported at the same time: started when they are needed, and used again. Safe to use from several threads.

    `log`: the file for their log lines; None: standard error.
    """

    def __init__(self, log: Path | None) -> None:
        self._log = log
        self._lock = Lock()
        self._free: list[_Process] = []
        self._busy: set[_Process] = set()
        self._none_busy = Condition(self._lock)
        self._closed = False

    def import_next(self, report: Callable[[Stored], None]) -> Ended | Interrupted:
        """Continue the import whose turn it is. `report` is called after each chunk.

        Raises:
            ProcessEnded: the process crashed, was killed, or could not be started.
            WorkerEnds: `close` was called.
        """
        if self._closed:
            raise WorkerEnds
        while (free := self._take_free()) is not None:
            try:
                return self._import(free, report)
            except ProcessEnded as ended:
                if ended.status != 0:
                    raise
                # It had waited for too long, and did not see the request before it ended.
        try:
            new = _Process(self._log)
        except OSError as error:
            raise ProcessEnded(f"No import process could be started: {error}") from error
        return self._import(new, report)

    def _import(self, process: _Process, report: Callable[[Stored], None]) -> Ended | Interrupted:
        with self._lock:
            self._busy.add(process)
            if self._closed:
                process.kill()
        try:
            process.send(Request(correlation.current(), spans.current()))
            result = process.await_result(report)
        except (EOFError, OSError) as error:
            status = process.end()
            if self._closed:
                raise WorkerEnds from None
            silent = f" after {SILENCE_SECONDS:.0f} s of silence" if isinstance(error, TimeoutError) else ""
            raise ProcessEnded(f"The import process ended with status {status}{silent}.", status) from None
        else:
            with self._lock:
                self._free.append(process)
            return result
        finally:
            with self._lock:
                self._busy.discard(process)
                self._none_busy.notify_all()

    def close(self, *, grace_seconds: float = 0.0) -> None:
        """End all processes. Those at work may go on for `grace_seconds`; what they have not committed then is undone."""
        with self._lock:
            self._closed = True
            self._none_busy.wait_for(lambda: not self._busy, grace_seconds)
            for process in self._busy:
                process.kill()  # it may be stopped, and would not notice the end of this process
            free, self._free = self._free, []
        for process in free:
            process.end()

    def _take_free(self) -> _Process | None:
        """A process that waits for a request. None if there is none: those that had waited for too long have ended."""
        with self._lock:
            while self._free:
                process = self._free.pop()
                if process.is_running:
                    return process
                process.end()
        return None


class _Process:
    def __init__(self, log: Path | None) -> None:
        self._connection, other_end = Pipe()
        with other_end:
            descriptor = other_end.fileno()
            # -P: not from a folder `core` or `workers` that the present folder happens to have.
            command = [sys.executable, "-P", "-m", "workers.imports.process", str(descriptor)]
            self._process = subprocess.Popen(
                command if log is None else [*command, "--log", str(log)], pass_fds=[descriptor], stdin=subprocess.DEVNULL
            )
        # So that the system forgets the process as soon as it has ended, which may be long before the next import.
        Thread(target=self._process.wait, name="import-process", daemon=True).start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def send(self, request: Request) -> None:
        self._connection.send_bytes(encode(request))

    def await_result(self, report: Callable[[Stored], None]) -> Ended | Interrupted:
        """
        Raises:
            TimeoutError: it reported nothing for `SILENCE_SECONDS`.
            EOFError, OSError: it has ended.
        """
        while True:
            if not self._connection.poll(SILENCE_SECONDS):
                raise TimeoutError
            message = REPORT.decode(self._connection.recv_bytes())
            if not isinstance(message, Stored):
                return message
            report(message)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> int:
        """Close the connection, after which the process ends; it is killed if it does not. Returns its exit status, which is negative after
        a signal."""
        self._connection.close()
        try:
            return self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
