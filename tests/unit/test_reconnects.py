"""The log lines of Dramatiq about reconnections are recognized by their exact text, and no other lines are suppressed."""

from __future__ import annotations

import inspect
import logging

import dramatiq.worker
import pytest

from workers.broker import reconnects


def test_the_words_are_those_of_this_release() -> None:
    source = inspect.getsource(dramatiq.worker)
    for words in reconnects.SAID_AT_EVERY_TRY:
        assert words.encode("unicode_escape").decode() in source


def test_the_consumers_other_errors_stay(caplog: pytest.LogCaptureFixture) -> None:
    reconnects.leave_out("bookings")
    logger = logging.getLogger("dramatiq.worker.ConsumerThread(bookings)")
    with caplog.at_level(logging.INFO):
        for words in reconnects.SAID_AT_EVERY_TRY:
            logger.critical(words, *[1] * words.count("%"))
        logger.critical("Consumer encountered an unexpected error.")
    assert [record.getMessage() for record in caplog.records] == ["Consumer encountered an unexpected error."]
