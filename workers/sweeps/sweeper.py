"""The sweep: every second, one worker process looks for work in Postgres that no worker has, and sends it again. An advisory lock
of Postgres decides which process sweeps.

It repairs lost messages and crashed workers. An example: a booking is committed, and the API crashes before it sends the message.
The booking's lease (`core/lease.py`) ends after 15 s. The next pass of the sweep finds the booking PENDING with an ended lease,
counts an attempt, renews the lease, and sends the message. After the last attempt the booking is given up and becomes a dead
letter.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final
from uuid import UUID

import psycopg
import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import now
from core.db import is_away, statistics
from core.flights.changes import cancellation
from core.idempotency import stored_responses
from core.invariants import inventory_drift
from core.messaging.epoch import Epoch
from core.messaging.messages import CancelFlights, Queue
from core.sweeps.models import FindingKind
from core.telemetry.incidents import Incident
from workers.context import Context
from workers.sweeps import money, uploads
from workers.sweeps.bookings import BookingStep
from workers.sweeps.fares import FareStep
from workers.sweeps.imports import ImportStep
from workers.sweeps.mails import MailStep
from workers.sweeps.minutes import MinuteStep
from workers.sweeps.record import PassRecord
from workers.sweeps.waitlist import WaitlistStep

PERIOD_SECONDS: Final = 1.0
AUDIT_SECONDS: Final = 30.0
STALL_SECONDS: Final = 120.0
"""If the sweep starts no step and uses no connection to Postgres for this time, it is stuck. The longest step reads every key of
Redis.
"""
RESPONSES_AT_ONCE: Final = 5_000
"""How many old responses under idempotency keys one step deletes."""
STATISTICS_SECONDS: Final = 5.0
"""How often the sweep looks for tables that have grown."""
UPLOADS_SECONDS: Final = 600.0
"""How often the storage is searched for files that no import needs."""

_log = structlog.get_logger(__name__)


ADVISORY_LOCK: Final = 7_305_002
"""The key of the lock. The connection of the sweeping process holds it; Postgres frees it when that process ends."""


class Sweeper:
    """A thread that sweeps while its process holds the lock."""

    def __init__(self, context: Context, stopping: threading.Event) -> None:
        self._context = context
        self._stopping = stopping
        self._epoch = Epoch(context.redis)
        self._bookings = BookingStep(context)
        self._imports = ImportStep(context)
        self._lost_work: dict[str, Callable[[], None]] = {}
        """After Redis lost its data: the steps that remain, by name. Each makes one kind of work due again."""
        self._waitlists = WaitlistStep(context)
        self._mails = MailStep(context)
        self._fares = FareStep(context)
        self._minutes = MinuteStep(context)
        self._record = PassRecord(context.db)
        self.holds_lock = False
        """Whether this process runs the sweep."""
        self.drift_seats = 0
        """By how many seats Redis was wrong in the last audit, summed over the flights that differed twice by the same number."""
        self._redis_answered = True
        self._suspects: dict[UUID, int] = {}
        """Flight -> the difference of its seat count in Redis, in the last audit."""
        self._audited_at = 0.0
        self._tidied_at = float("-inf")
        self._analyzed_at = float("-inf")
        self._postgres = Incident(_log, "the sweep has lost Postgres", "the sweep has Postgres again")
        self._redis = Incident(_log, "Redis is away, so nothing is sent", "Redis is back, and what is due is sent")
        self._itself = Incident(_log, "a sweep failed", "sweeps do not fail any more", level=logging.ERROR)
        self._broken: dict[str, Incident] = {}
        """One for each step, by its name."""
        self._tidying = Incident(_log, "uploads not tidied", "uploads are tidied again")
        self._audit = Incident(_log, "inventory not audited", "inventory is audited again")
        self.thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _run(self) -> None:
        with self._context.progress.working("the sweep", limit_seconds=STALL_SECONDS):
            self._sweep_until_the_end()

    def _sweep_until_the_end(self) -> None:
        while not self._stopping.is_set():
            self._context.progress.moved()
            try:
                self._hold_lock_and_sweep()
            except (psycopg.Error, SQLAlchemyError) as error:
                self._postgres.failed(error=str(error))
            except Exception:  # the loop goes on: the next round may succeed
                self._itself.failed(exc_info=True)
            else:
                self._has_gone_well()
            self._stopping.wait(PERIOD_SECONDS)

    def _hold_lock_and_sweep(self) -> None:
        """Sweep as long as this connection holds the lock. Postgres frees it when the connection or the process ends."""
        with self._context.db.session_lock(ADVISORY_LOCK) as held:
            try:
                while held() and not self._stopping.is_set():
                    self.holds_lock = True
                    self.sweep_once(held)
                    self._has_gone_well()
                    self._stopping.wait(PERIOD_SECONDS)
            finally:
                self.holds_lock = False

    def _has_gone_well(self) -> None:
        self._postgres.succeeded()
        self._itself.succeeded()

    def sweep_once(self, held: Callable[[], bool] = lambda: True) -> None:
        """One pass. An error in a step is logged, and the next step runs. If Postgres cannot be reached, the pass ends.

        `held`: whether this process still has the lock. It is checked before each step, because a process that does not use its
        connection for a while loses the lock. Public for the tests.
        """
        began_at = now()
        self._context.findings.clear()
        failed: list[str] = []
        for name, step in self._steps():
            if not held():
                return
            self._context.progress.moved()
            if name not in self._broken:
                over = "a step of the sweep does not fail any more"
                self._broken[name] = Incident(_log.bind(step=name), "a step of the sweep failed", over, level=logging.ERROR)
            try:
                step()
            except Exception as error:  # the other steps go on
                if is_away(error):
                    raise
                self._broken[name].failed(exc_info=True)
                failed.append(name)
            else:
                self._broken[name].succeeded()
        self._record.ended(began_at, self._context.findings, failed, without_redis=not self._redis_answered)

    def _steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        if self._can_send():
            if not self._context.pauses.is_paused(
                Queue.BOOKINGS
            ):  # while the queue is paused, waiting does not count as an attempt
                yield "bookings", self._bookings.run
            for name, make_due_now in list(self._lost_work.items()):
                yield name, partial(self._remember, name, make_due_now)
            yield "imports", self._imports.run
            yield "cancelled flights", self._resend_cancellations
        yield from money.steps(self._context)
        yield "waiting lists", self._waitlists.run
        yield "fares", self._fares.run
        yield "mails", self._mails.run
        yield "minutes", self._minutes.run
        if time.monotonic() - self._analyzed_at > STATISTICS_SECONDS:
            self._analyzed_at = time.monotonic()
            yield "statistics", self.analyze_grown
        if time.monotonic() - self._audited_at > AUDIT_SECONDS:
            self._audited_at = time.monotonic()
            yield "inventory", self.repair_inventory
        if time.monotonic() - self._tidied_at > UPLOADS_SECONDS:
            self._tidied_at = time.monotonic()
            yield "uploads", self.delete_orphaned_uploads
            yield "old responses", self._delete_old_responses

    def _can_send(self) -> bool:
        """Whether Redis answers. Without it no lease is renewed, because that counts an attempt, and the work did not cause the
        outage.
        """
        try:
            if self._epoch.was_lost():
                self._bookings.redis_was_lost()
                self._lost_work = {"lost cancellations": self._make_due_cancellations, "lost payments": self._make_due_money}
        except redis.RedisError as error:
            self._redis.failed(error=str(error))
            self._redis_answered = False
            return False
        self._redis.succeeded()
        self._redis_answered = True
        return True

    def _resend_cancellations(self) -> None:
        with self._context.db.transaction() as connection:
            due = cancellation.lease_due(connection)
        sent = sum(self._context.dispatcher.send(CancelFlights((job_id,))) for job_id in due)
        self._context.findings.note(FindingKind.LATE_CANCELLATIONS, len(due), sent)

    def _make_due_cancellations(self) -> None:
        with self._context.db.transaction() as connection:
            cancellation.make_due_now(connection)

    def _make_due_money(self) -> None:
        money.make_due_now(self._context)

    def _remember(self, name: str, make_due_now: Callable[[], None]) -> None:
        make_due_now()
        del self._lost_work[name]

    def analyze_grown(self) -> None:
        """Public for the tests."""
        with self._context.db.transaction() as connection:
            grown = statistics.analyze_grown(connection)
        if grown:
            _log.info("tables analysed that have grown", tables=grown)

    def _delete_old_responses(self) -> None:
        with self._context.db.transaction() as connection:
            stored_responses.delete_old(connection, limit=RESPONSES_AT_ONCE)

    def delete_orphaned_uploads(self) -> None:
        """Public for the tests."""
        try:
            deleted = uploads.delete_orphans(self._context.db, self._context.storage)
        except OSError as error:
            self._tidying.failed(error=str(error))
            return
        self._tidying.succeeded()
        self._context.findings.note(FindingKind.ORPHANED_UPLOADS, len(deleted))
        if deleted:
            _log.info("files of no import deleted", names=deleted)

    def repair_inventory(self) -> None:
        """Delete the seat counts of flights in Redis that differ from Postgres by the same number in two audits. A difference
        that is caused by running work is gone, or has changed, in the second audit. Public for the tests.
        """
        try:
            # This comes first, while no transaction is open, because it reads every key of Redis.
            loaded = inventory_drift.list_loaded(self._context.redis)
            with self._context.db.snapshot() as connection:
                drifts = inventory_drift.find_drift(connection, self._context.redis, loaded)
            stuck = [flight_id for flight_id, drift in drifts.items() if self._suspects.get(flight_id) == drift]
            self._suspects = drifts
            self.drift_seats = sum(abs(drifts[flight_id]) for flight_id in stuck)
            if stuck:
                _log.warning("inventory dropped after drift", flights=[str(flight_id) for flight_id in stuck])
                self._context.inventory.drop(stuck)
            self._context.findings.note(FindingKind.DRIFTING_FLIGHTS, len(stuck))
        except redis.RedisError as error:
            self._audit.failed(error=str(error))
        else:
            self._audit.succeeded()
