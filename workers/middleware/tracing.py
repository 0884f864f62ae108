"""Continue the traces of the bookings, files and refunds in a message while it is processed."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

import dramatiq
from dramatiq.middleware import Middleware

from core.telemetry.tracing import spans


class Tracing(Middleware):
    """Dramatiq calls both hooks on the thread that processes the message. While traces are off, they do nothing."""

    def __init__(self) -> None:
        self._threads = threading.local()

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002  # Dramatiq's hook
        self._threads.working = ExitStack()
        parents = spans.read_parents(message.options.get("traces"))
        self._threads.working.enter_context(spans.work(message.actor_name, message.args[0], parents))

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002  # Dramatiq's hook
        message: dramatiq.MessageProxy,  # noqa: ARG002
        *,
        result: Any | None = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        self._threads.working.__exit__(type(exception) if exception else None, exception, None)
