"""Suppress the log lines of Dramatiq while Redis cannot be reached: three lines at every attempt, for each queue. Our consumer
logs the outage once.

It depends on the text of Dramatiq's log lines, as of version 2.2. If an upgrade changes them, a test fails.
"""

from __future__ import annotations

import logging
from typing import Final

SAID_AT_EVERY_TRY: Final = (
    "Consumer encountered a connection error: %s",
    "Restarting consumer in %0.2f seconds.",
    "Failed to post_process_message(%s) due to a connection error: %s\n",
)


def leave_out(queue: str) -> None:
    """Suppress these lines for the consumer of this queue. Other errors are still logged."""
    logging.getLogger(f"dramatiq.worker.ConsumerThread({queue})").addFilter(_is_something_else)


def _is_something_else(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(SAID_AT_EVERY_TRY)
