"""The program of the guardian: it ends the watched processes when its parent has ended.

It runs as a script (`python -I -S guardian_process.py`), and imports the standard library only. Standard input has one command per line,
`watch <pid> <first signal> <last signal>` or `unwatch <pid>`. The end of standard input means that the parent has ended, for whatever reason.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 2.5
"""The time between the first and the last signal. All processes have to be ended within five seconds."""
POLL_SECONDS = 0.05


def send(pid: int, number: int) -> bool:
    """Send a signal to a process, and continue it if it was stopped. False: the process has ended."""
    try:
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return False
    return True


def end(watched: dict[int, tuple[int, int]]) -> None:
    alive = [pid for pid, (first, _) in watched.items() if send(pid, first)]
    deadline = time.monotonic() + GRACE_SECONDS
    while alive and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        alive = [pid for pid in alive if send(pid, 0)]
    for pid in alive:
        send(pid, watched[pid][1])


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watched: dict[int, tuple[int, int]] = {}
    for line in sys.stdin:
        command, pid, *signals = line.split()
        if command == "watch":
            watched[int(pid)] = (int(signals[0]), int(signals[1]))
        else:
            watched.pop(int(pid), None)
    end(watched)


if __name__ == "__main__":
    main()
