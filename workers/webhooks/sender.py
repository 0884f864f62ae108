"""Send webhooks: one worker process at a time, chosen by an advisory lock, with many calls at once on one event loop.

All state is in Postgres, so the next process with the lock continues. If a process loses the lock during its calls, nothing is
sent out of order: each delivery is claimed for a minute, and of each subject only the oldest event can be claimed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import now
from core.db import Database, RawConnection
from core.operations import audit_log
from core.telemetry.incidents import Incident
from core.telemetry.metrics import WEBHOOK_CALLS
from core.telemetry.tracing import spans
from core.webhooks import deliveries, endpoints
from core.webhooks.deliveries import Attempt, DueDelivery
from workers.health.progress import Progress
from workers.webhooks.caller import Caller

ADVISORY_LOCK: Final = 7_305_003
PERIOD_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 2.0
"""How long a process without the lock waits before it tries to get it."""
EVENTS_AT_ONCE: Final = 500
CALLS_PER_ADDRESS: Final = 8
CALLS: Final = 128
STALL_SECONDS: Final = 60.0
TIDY_SECONDS: Final = 600.0
TIDIED_AT_ONCE: Final = 5_000

_log = structlog.get_logger(__name__)


class WebhookSender:
    """A thread with an event loop."""

    def __init__(self, db: Database, progress: Progress, stopping: threading.Event, *, allows_private: bool) -> None:
        self._db = db
        self._stopping = stopping
        self._allows_private = allows_private
        self._moved = progress.expect("the sender of webhooks", limit_seconds=STALL_SECONDS)
        self._busy: Counter[UUID] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._tidied_at = float("-inf")
        self._postgres = Incident(_log, "the sender of webhooks has lost Postgres", "the sender of webhooks has Postgres again")
        self._itself = Incident(_log, "webhooks cannot be sent", "webhooks are sent again", level=logging.ERROR)
        self.thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._moved()
            try:
                with self._db.session_lock(ADVISORY_LOCK) as held:
                    asyncio.run(self._send_while(held))
            except (psycopg.Error, SQLAlchemyError) as error:
                self._postgres.failed(error=str(error))
            except Exception:  # the loop goes on: the next round may succeed
                self._itself.failed(exc_info=True)
            self._stopping.wait(RETRY_SECONDS)

    async def _send_while(self, held: Callable[[], bool]) -> None:
        caller = Caller(allows_private=self._allows_private)
        try:
            while not self._stopping.is_set() and await asyncio.to_thread(held):
                self._moved()
                is_busy = await self.go(caller)
                self._postgres.succeeded()
                self._itself.succeeded()
                if self._tasks:
                    await asyncio.wait(self._tasks, timeout=PERIOD_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                elif not is_busy:
                    await asyncio.to_thread(self._stopping.wait, PERIOD_SECONDS)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tasks.clear()
            self._busy.clear()
            await caller.close()

    async def go(self, caller: Caller) -> bool:
        """Take new events from the outbox, and begin the calls that are due. True: there is more to do at once."""
        routed = await asyncio.to_thread(self._route)
        for delivery in await asyncio.to_thread(self._claim):
            self._busy[delivery.webhook_id] += 1
            task = asyncio.get_running_loop().create_task(self._deliver(caller, delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if time.monotonic() - self._tidied_at > TIDY_SECONDS:
            self._tidied_at = time.monotonic()
            await asyncio.to_thread(self._tidy)
        return routed == EVENTS_AT_ONCE

    async def _deliver(self, caller: Caller, delivery: DueDelivery) -> None:
        try:
            with spans.span("webhook", delivery.traceparent):
                made = await caller.call(delivery)
            await asyncio.to_thread(self._settle, made)
        except (psycopg.Error, SQLAlchemyError) as error:
            self._postgres.failed(error=str(error))  # the call is repeated with the same event id
        except Exception:  # the other calls go on, and this one is repeated
            self._itself.failed(exc_info=True)
        finally:
            self._busy[delivery.webhook_id] -= 1

    def _route(self) -> int:
        with self._db.transaction() as connection:
            return deliveries.route(connection, limit=EVENTS_AT_ONCE)

    def _claim(self) -> list[DueDelivery]:
        """Claim due deliveries. A failing webhook gets only one call at a time, so that it costs little and is not overloaded
        when it is available again.
        """
        with self._db.snapshot() as connection:
            due = deliveries.list_due(connection)
        claimed: list[DueDelivery] = []
        for webhook_id, is_failing in due:
            free = (1 if is_failing else CALLS_PER_ADDRESS) - self._busy[webhook_id]
            free = min(free, CALLS - self._busy.total() - len(claimed))
            if free > 0:
                with self._db.transaction() as connection:
                    claimed += deliveries.claim(connection, webhook_id, limit=free)
        return claimed

    def _settle(self, made: Attempt) -> None:
        WEBHOOK_CALLS.labels("delivered" if made.has_succeeded else "failed").inc()
        with self._db.transaction() as connection:
            dead = deliveries.settle(connection, [made], now())
            for webhook_id, reason in dead.items():
                disable(connection, webhook_id, reason)
        if dead:
            _log.warning(
                "a webhook was disabled", webhook_id=str(made.delivery.webhook_id), reason=dead[made.delivery.webhook_id]
            )

    def _tidy(self) -> None:
        with self._db.transaction() as connection:
            deliveries.delete_old(connection, limit=TIDIED_AT_ONCE)


def disable(connection: RawConnection, webhook_id: UUID, reason: str) -> None:
    """Disable a webhook, and write that to the audit log."""
    if endpoints.disable(connection, webhook_id, reason):
        audit_log.record(connection, None, "webhook.disabled", webhook_id, after={"reason": reason})
