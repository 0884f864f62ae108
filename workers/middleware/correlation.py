"""Bind the correlation ids of a message to the thread that processes it, so that its log lines and the messages that it sends
have them.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

import dramatiq
from dramatiq.middleware import Middleware

from core.telemetry import correlation


class Correlation(Middleware):
    """Dramatiq calls both hooks on the thread that processes the message."""

    def __init__(self) -> None:
        self._threads = threading.local()

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002  # Dramatiq's hook
        ids = message.options.get("correlation_ids", [])
        self._threads.resumed = ExitStack()
        self._threads.resumed.enter_context(correlation.resumed(ids if isinstance(ids, list) else []))

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002  # Dramatiq's hook
        message: dramatiq.MessageProxy,  # noqa: ARG002
        *,
        result: Any | None = None,  # noqa: ARG002
        exception: BaseException | None = None,  # noqa: ARG002
    ) -> None:
        self._threads.resumed.close()
