"""The health check of a worker's container: `python -m workers.alive`. It succeeds if the worker reported a moment ago that no thread has
ended or is stuck.

It runs every few seconds, so it imports nothing else of the product.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Final

VARIABLE: Final = "SKYQUEUE_WORKER_ALIVE_PATH"
FRESH_SECONDS: Final = 10.0
"""The worker touches the file every second, unless it hangs or one of its threads is stuck (`workers/middleware/watchdog.py`)."""


def find_fault() -> str | None:
    """Why the worker is not healthy; None if it is healthy."""
    path = os.environ.get(VARIABLE)
    if not path:
        return f"{VARIABLE} is not set"
    try:
        age = time.time() - os.stat(path).st_mtime
    except OSError as error:
        return f"no worker has written its health file: {path}: {error.strerror}"
    return f"the worker, or one of its threads, has made no progress for {age:.0f} s" if age > FRESH_SECONDS else None


def main() -> None:
    """Exits with 0, or with 1 and one line with the reason."""
    fault = find_fault()
    if fault is not None:
        sys.exit(f"skyqueue: {fault}")


if __name__ == "__main__":
    main()
