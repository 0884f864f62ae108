"""The guardian's own program: ends registered processes once whoever registered them is gone.

Run as a bare script (`python -I -S watch.py`), so it imports nothing but the standard library. Standard input carries one order per line,
`watch <pid> <first signal> <last signal>` or `forget <pid>`; its end means that the parent died, however it died, on every Unix.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 2.5
"""Between the first and the last signal: together with a margin, less than the five seconds after which nothing may be left."""
POLL_SECONDS = 0.05


def send(pid: int, number: int) -> bool:
    """Signal a process, also a stopped one. False: it is gone."""
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
        order, pid, *signals = line.split()
        if order == "watch":
            watched[int(pid)] = (int(signals[0]), int(signals[1]))
        else:
            watched.pop(int(pid), None)
    end(watched)


if __name__ == "__main__":
    main()
