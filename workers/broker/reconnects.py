"""What Dramatiq says of a Redis that is away, left out: three lines at every try, for each queue. The consumer tells it once.

It relies on Dramatiq's own words, as of 2.2. When an upgrade changes them, they are in the log again, and a test fails.
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
    """From what Dramatiq logs about the consumer of this queue. Its errors of other kinds stay."""
    logging.getLogger(f"dramatiq.worker.ConsumerThread({queue})").addFilter(_is_something_else)


def _is_something_else(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(SAID_AT_EVERY_TRY)
