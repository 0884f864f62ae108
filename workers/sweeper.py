"""The sweep's loop: one worker process at a time, chosen by an advisory lock, looks for work that nobody is doing."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Final
from uuid import UUID

import psycopg
import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.bookings.effects import carry_out
from core.flights import cancellation
from core.jobs.messages import MAX_IDS, CancelFlights, ImportFile, Queue, ReserveAlone, ReserveBookings
from core.repair import audit, sweep, uploads
from core.repair.epoch import Epoch
from workers import money_sweep
from workers.context import Context
from workers.waitlist_sweep import WaitlistRound

PERIOD_SECONDS: Final = 1.0
AUDIT_SECONDS: Final = 30.0
UPLOADS_SECONDS: Final = 600.0
"""How often the storage is searched for files that nobody needs."""
BACKLOG_MESSAGES: Final = 200
"""A queue this long is at work: what is due in it will come, and sending it again would double the backlog."""

_log = structlog.get_logger(__name__)


class Sweeper:
    """A thread that sweeps while its process holds the lock."""

    def __init__(self, context: Context, stopping: threading.Event) -> None:
        self._context = context
        self._stopping = stopping
        self._epoch = Epoch(context.redis)
        self._lost = False
        """Redis was lost, and not everything has been sent again."""
        self._waitlists = WaitlistRound(context)
        self._suspects: dict[UUID, int] = {}
        self._audited_at = 0.0
        self._tidied_at = float("-inf")
        self.thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._hold_lock_and_sweep()
            except (psycopg.Error, SQLAlchemyError) as error:
                _log.warning("the sweep lost Postgres", error=str(error))
            except Exception:
                _log.exception("a sweep failed")
            self._stopping.wait(PERIOD_SECONDS)

    def _hold_lock_and_sweep(self) -> None:
        """Sweep for as long as this connection holds the lock; Postgres frees it when the connection, or the process, is gone."""
        with self._context.db.session_lock(sweep.ADVISORY_LOCK) as held:
            while held() and not self._stopping.is_set():
                self.sweep_once()
                self._stopping.wait(PERIOD_SECONDS)

    def sweep_once(self) -> None:
        """One pass. Public for the tests."""
        can_send = self._can_send()
        if can_send:
            self._resend_bookings(lost=self._lost)
            self._resend_imports()
            self._resend_cancellations(lost=self._lost)
        money_sweep.go_round(self._context, lost=self._lost)
        self._waitlists.go()
        if time.monotonic() - self._audited_at > AUDIT_SECONDS:
            self._audited_at = time.monotonic()
            self.repair_inventory()
        if time.monotonic() - self._tidied_at > UPLOADS_SECONDS:
            self._tidied_at = time.monotonic()
            self.delete_orphaned_uploads()
        self._lost &= not can_send

    def _can_send(self) -> bool:
        """Whether Redis answers. Work is not leased without it: every lease counts an attempt, and an outage is not the work's fault."""
        try:
            self._lost |= self._epoch.was_lost()
        except redis.RedisError as error:
            _log.warning("Redis is away, so nothing is sent", error=str(error))
            return False
        return True

    def _resend_bookings(self, *, lost: bool) -> None:
        context = self._context
        if not lost and self._is_moving(Queue.BOOKINGS):
            return
        if lost:
            with context.db.transaction() as connection:
                everything = sweep.lease_all_bookings(connection)
            if everything:
                _log.warning("Redis was lost, so everything unfinished is sent again", trips=len(everything))
            self._send(everything)
            return
        with context.db.transaction() as connection:
            due = sweep.lease_due_bookings(connection)
        self._send(due.together)
        for trip_id in due.alone:
            context.dispatcher.send(ReserveAlone((trip_id,)))
        if due.given_up:
            self._give_up(due.given_up)

    def _is_moving(self, queue: Queue) -> bool:
        with suppress(redis.RedisError):
            return self._context.dispatcher.depth(queue) >= BACKLOG_MESSAGES
        return False

    def _send(self, trip_ids: list[UUID]) -> None:
        for start in range(0, len(trip_ids), MAX_IDS):
            self._context.dispatcher.send(ReserveBookings(tuple(trip_ids[start : start + MAX_IDS])))

    def _give_up(self, trip_ids: list[UUID]) -> None:
        """End these, or, where one of them cannot even be ended, the others."""
        try:
            with self._context.db.transaction() as connection:
                effects = sweep.give_up(connection, trip_ids)
        except (psycopg.OperationalError, psycopg.InterfaceError, SQLAlchemyError):
            raise
        except Exception:
            if len(trip_ids) == 1:
                _log.exception("a booking that cannot be ended", trip_id=str(trip_ids[0]))
                return
            middle = len(trip_ids) // 2
            self._give_up(trip_ids[:middle])
            self._give_up(trip_ids[middle:])
            return
        _log.error("bookings given up", trips=[str(trip_id) for trip_id in trip_ids])
        carry_out(effects, self._context.redis, self._context.dispatcher)

    def _resend_imports(self) -> None:
        with self._context.db.transaction() as connection:
            due = sweep.due_imports(connection)
        for import_id in due:
            self._context.dispatcher.send(ImportFile((import_id,)))

    def _resend_cancellations(self, *, lost: bool) -> None:
        with self._context.db.transaction() as connection:
            if lost:
                cancellation.hasten(connection)
            due = cancellation.lease_due(connection)
        for job_id in due:
            self._context.dispatcher.send(CancelFlights((job_id,)))

    def delete_orphaned_uploads(self) -> None:
        """Public for the tests."""
        try:
            deleted = uploads.delete_orphans(self._context.db, self._context.storage)
        except OSError as error:
            _log.warning("uploads not tidied", error=str(error))
            return
        if deleted:
            _log.info("files of no import deleted", names=deleted)

    def repair_inventory(self) -> None:
        """Drop flights whose counts in Redis disagree with Postgres by the same number in two audits: work in flight settles.

        Public for the tests.
        """
        try:
            with self._context.db.transaction() as connection:
                drifts = audit.find_drift(connection, self._context.redis, audit.list_loaded(self._context.redis))
            stuck = [flight_id for flight_id, drift in drifts.items() if self._suspects.get(flight_id) == drift]
            self._suspects = drifts
            if stuck:
                _log.warning("inventory dropped after drift", flights=[str(flight_id) for flight_id in stuck])
                self._context.inventory.drop(stuck)
        except redis.RedisError as error:
            _log.warning("inventory not audited", error=str(error))
