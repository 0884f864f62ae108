"""The whole pipeline as processes on real servers, with travellers and flights for tests."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import UUID

import psycopg
import pytest
import redis
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import keys
from core.after_commit import AfterCommit
from core.bookings import locking
from core.bookings.intake.requests import Accepted, BookingRequest
from core.bookings.states import BookingStatus
from core.bookings.unfinished import pending
from core.clock import new_id, now
from core.db import Database
from core.db.retry import again_after_deadlock
from core.invariants import checker
from core.lifecycle import end
from core.lifecycle.reserve_in_redis import Reservations, load_inventory, reserve_in_redis
from core.messaging.messages import MAX_IDS, Queue, ReserveBookings
from core.settings import Settings
from core.users.models import Role
from core.users.tokens import AccessTokens, Principal
from tests.support.installed_processes import InstalledProcesses
from tests.support.intake import ANY_NUMBER, new_intake
from tests.support.process_forks import ProcessForker
from tests.support.signed_in_user import SignedInUser
from tests.support.waiting import until
from workers.bookings import reserve_bookings
from workers.context import Context
from workers.sweeps.sweeper import ADVISORY_LOCK, Sweeper

ENDED = "SELECT NOT EXISTS (SELECT 1 FROM bookings WHERE status = 'PENDING')"


class Pipeline(InstalledProcesses):
    """One installation: its servers, its processes, its rows."""

    def __init__(self, database_url: str, redis_url: str, folder: Path, forker: ProcessForker) -> None:
        super().__init__(database_url, redis_url, folder, forker)
        self.db = Database(database_url, pool_size=10, application="test")
        self.redis = redis.Redis.from_url(redis_url, socket_timeout=5, retry=Retry(NoBackoff(), 0))
        self._tokens = AccessTokens(self._secret, lifetime_minutes=60)
        self._flights = 0
        self._opening = threading.Lock()
        self._closing = ExitStack()
        self._closing.callback(self.redis.close)
        self._closing.callback(self.db.dispose)
        self._remember_redis()

    def clear(self) -> None:
        """Kill the workers and empty the servers; the API goes on."""
        self.kill_workers()
        again_after_deadlock(self._truncate)  # the API reads some of the tables at any time
        self.redis.flushdb()
        self._remember_redis()

    def _truncate(self) -> None:
        with self.db.transaction() as connection:
            connection.execute("TRUNCATE users, flights, dead_letters, worker_heartbeats CASCADE")

    def close(self) -> None:
        self.kill_processes()
        self._closing.close()

    # Rows

    def accounts(self, count: int, role: Role = Role.TRAVELLER) -> list[SignedInUser]:
        """New accounts, signed in."""
        made = [Principal(new_id(), f"{role}-{secrets.token_hex(8)}", role) for _ in range(count)]
        with self.db.transaction() as connection:
            connection.execute(
                "INSERT INTO users (id, username, password_hash, role) SELECT *, '-', %s FROM unnest(%s::uuid[], %s::text[])",
                (role, [each.user_id for each in made], [each.username for each in made]),
            )
        return [self.sign_in(each) for each in made]

    def sign_in(self, principal: Principal) -> SignedInUser:
        """An account that exists."""
        return SignedInUser(principal.user_id, principal.username, {"Authorization": f"Bearer {self._tokens.issue(principal)}"})

    def account(self, role: Role = Role.TRAVELLER) -> SignedInUser:
        return self.accounts(1, role)[0]

    def flight(self, seats: int, *, departs_in: timedelta | None = None) -> UUID:
        """A new flight; it departs in three days, and after the flights made before it, so that they may be segments of one booking."""
        self._flights += 1
        flight_id = new_id()
        departure = now() + (departs_in if departs_in is not None else timedelta(days=3, hours=3 * self._flights))
        with self.db.transaction() as connection:
            connection.execute(
                """
                INSERT INTO flights (id, flight_number, flight_number_key, source, destination, departure_ts, arrival_ts, departure_date, total_seats,
                                     price, currency)
                VALUES (%s, %s, %s, 'Delhi', 'Mumbai', %s, %s, %s, %s, 7500, 'INR')
                """,
                (
                    flight_id,
                    f"SQ-{self._flights}",
                    f"SQ{self._flights}",
                    departure,
                    departure + timedelta(hours=2),
                    departure.date(),
                    seats,
                ),
            )
        return flight_id

    def accept(self, *requests: BookingRequest) -> list[UUID]:
        """Store requests as the API does, without sending messages. A traveller may book the same flight several times."""
        meant = [replace(request, allow_duplicate=True) for request in requests]
        results = new_intake(self.db, hold_limit=ANY_NUMBER).accept(meant)
        assert all(isinstance(result, Accepted) for result in results), results
        return [result.booking_id for result in results if isinstance(result, Accepted)]

    def accept_many(self, count: int, flight_id: UUID, seats: int = 1) -> list[UUID]:
        """Bookings of one new traveller on one flight, stored and not sent."""
        traveller = self.account()
        return self.accept(*(BookingRequest(traveller.id, (flight_id,), seats) for _ in range(count)))

    def accept_flights(self, *flight_ids: UUID, seats: int = 1) -> UUID:
        """A booking of several flights of one new traveller, stored and not sent."""
        return self.accept(BookingRequest(self.account().id, flight_ids, seats))[0]

    # Work done by this very process

    @property
    def context(self) -> Context:
        """What a worker process has, for calling its actors here; the first thread that asks makes it."""
        with self._opening:
            return self._context

    @cached_property
    def _context(self) -> Context:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            context = Context.open(Settings())
        self._closing.callback(context.close)
        return context

    def work(self, *booking_ids: UUID) -> None:
        """What a worker does with one message of these ids."""
        reserve_bookings(self.context, booking_ids)

    def reserve_and_stop(self, *booking_ids: UUID) -> Reservations:
        """What a worker has done when it is killed after it asked Redis."""
        with self.db.snapshot() as connection:
            bookings = pending.load_pending(connection, booking_ids)
        return reserve_in_redis(self.context.inventory, bookings, self._load, now())

    def _load(self, flight_ids: Sequence[UUID]) -> None:
        with self.db.snapshot() as connection:
            load_inventory(connection, self.context.inventory, flight_ids)

    def cancel(self, booking_id: UUID) -> AfterCommit:
        """Cancel a booking and do what follows, which is returned."""
        after = self.end(booking_id)
        after.run(self.context.redis, self.context.dispatcher)
        return after

    def end(self, booking_id: UUID) -> AfterCommit:
        """Cancel a booking, and no more: what follows is returned."""
        after = AfterCommit()
        with self.db.transaction() as connection:
            bookings = list(locking.lock_bookings(connection, [booking_id]).values())
            end.end_bookings(connection, bookings, BookingStatus.CANCELLED, after, hold_minutes=15)
        return after

    # What became of them

    def endings(self, booking_ids: Sequence[UUID]) -> Counter[str]:
        """How many are in each status; `FAILED` is named by its failure code."""
        with self.db.snapshot() as connection:
            rows = connection.execute(
                "SELECT CASE status WHEN 'FAILED' THEN failure_code ELSE status END FROM bookings WHERE id = ANY(%s)",
                (list(booking_ids),),
            ).fetchall()
        return Counter(row[0] for row in rows)

    def seats(self, flight_id: UUID) -> tuple[int, int, int | None]:
        """Held and sold in Postgres, free in Redis (None: not loaded)."""
        with self.db.snapshot() as connection:
            row = connection.execute("SELECT seats_held, seats_sold FROM flights WHERE id = %s", (flight_id,)).fetchone()
        assert row is not None
        free = self.redis.hget(keys.inventory(flight_id), "free")
        return row[0], row[1], None if free is None else int(free)

    def await_the_end(self, *, seconds: float = 20.0) -> None:
        """Return when no booking is PENDING."""
        until(self._all_ended, seconds=seconds)

    @property
    def is_quiet(self) -> bool:
        """No booking is PENDING, and no message waits or is being worked."""
        return self._all_ended() and self.unacknowledged == 0

    @property
    def unacknowledged(self) -> int:
        """Booking messages that no worker has acknowledged yet."""
        return self.redis.hlen(f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}.msgs")

    @property
    def sweepers(self) -> int:
        """Processes that hold the sweep's lock."""
        return len(self._of_sweepers("l.pid"))

    def end_silent_sweep(self) -> None:
        """End the session that holds the sweep's lock now, as Postgres does after `LOCK_SILENCE_MS` of silence."""
        self._of_sweepers("pg_terminate_backend(l.pid)")

    def send(self, *booking_ids: UUID, together: int = MAX_IDS) -> None:
        """Put messages for these bookings on the queue, `together` in each."""
        for start in range(0, len(booking_ids), together):
            self.context.dispatcher.send(ReserveBookings(booking_ids[start : start + together]))

    def end_leases(self) -> None:
        """Let the leases of all unfinished bookings end now, instead of 15 s and more after the crash that the test made."""

        def make_due() -> None:
            with self.db.transaction() as connection:
                connection.execute("UPDATE bookings SET next_at = now() WHERE next_at IS NOT NULL AND status = 'PENDING'")

        again_after_deadlock(make_due)  # a worker may lock the same bookings in another order

    def reclaim_messages(self) -> None:
        """Let Dramatiq return the messages of silent processes now, instead of after 30 s and at random times.

        Living processes may get a message back that they are working on, which is what a long silence does too.
        """
        heartbeats = f"{keys.QUEUE_NAMESPACE}:__heartbeats__"
        silent = {process.decode(): 0 for process in cast("list[bytes]", self.redis.zrange(heartbeats, 0, -1))}
        if silent:
            self.redis.zadd(heartbeats, silent)
        broker = RedisBroker(client=self.redis, namespace=keys.QUEUE_NAMESPACE, middleware=[], maintenance_chance=1_000_000)
        for queue in Queue:
            broker.do_qsize(queue)

    def repair_inventory(self) -> None:
        """Audit Redis against Postgres twice now, instead of every 30 s: what differs both times is dropped."""
        sweeper = Sweeper(self.context, threading.Event())
        sweeper.repair_inventory()
        sweeper.repair_inventory()

    def violations(self, accepted: Sequence[UUID] = ()) -> list[str]:
        """The violations that the checker finds now."""
        with self.db.transaction() as connection:
            return [str(each) for each in checker.check(connection, self.redis, accepted)]

    def assert_clean(self, accepted: Sequence[UUID] = ()) -> None:
        """Every booking has ended, and every invariant holds. A worker must be running: it acknowledges messages that came back."""
        self.await_the_end()
        self.reclaim_messages()
        until(lambda: not any(each.startswith("I8") for each in self.violations()))
        assert self.violations(accepted) == []

    def _of_sweepers(self, what: LiteralString) -> list[tuple[Any, ...]]:
        with self.db.snapshot() as connection:
            return connection.execute(
                f"""
                SELECT {what} FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database() AND l.objid = %s
                """,  # written above
                (ADVISORY_LOCK,),
            ).fetchall()

    def _remember_redis(self) -> None:
        """It has run before: the first sweep does not take this Redis for a new one and send everything again."""
        self.redis.set(keys.EPOCH, secrets.token_bytes(8))

    def _all_ended(self) -> bool:
        try:
            with self.db.snapshot() as connection:
                row = connection.execute(ENDED).fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and bool(row[0])
