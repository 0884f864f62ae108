"""Some flights and travellers on real servers, with one method for each event that can happen to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.intake.requests import Accepted, BookingRequest
from core.bookings.models import PaymentMode
from core.bookings.states import BEGINNINGS, BookingStatus, is_allowed_transition
from core.bookings.unfinished import pending
from core.clock import new_id, now
from core.db import RawConnection
from core.errors import AppError
from core.flights.changes import cancellation
from core.invariants import checker
from core.lifecycle import give_up, pay, replay, reserve
from core.lifecycle.reserve_in_redis import Reservations, load_inventory, reserve_in_redis
from core.lifecycle.settle_payment import Claim, apply_events
from core.operations import dead_letter_list
from core.operations.dead_letter_list import DeadLetterFilter
from core.payments.events import ProviderEvent
from core.seats.inventory import take_snapshots
from core.waitlist import entries
from tests.support.intake import ANY_NUMBER, new_intake
from tests.support.ledger import CallResult, Ledger
from tests.support.steps import HOLD_MINUTES, Steps
from workers.bookings import reserve_bookings
from workers.flights import cancel_flights
from workers.payment_operations import ChargeOperation, Transactions
from workers.sweeps import money

# With these triggers Postgres stores every change of the status of a booking.
WATCH: Final = """
    CREATE TABLE seen_transitions (source text, target text, UNIQUE NULLS NOT DISTINCT (source, target));
    CREATE FUNCTION see_transition() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO seen_transitions VALUES (CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
    CREATE TRIGGER see_transition AFTER UPDATE ON bookings FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION see_transition();
    CREATE TRIGGER see_insert AFTER INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION see_transition();
"""
_TABLES: Final = "flights, users, payments, payment_events, cancellations, dead_letters, audit_log"
ROUNDS: Final = 20
"""More than the questions that a payment is worth."""

Transition = tuple[str | None, str]
"""From None: the first status of a booking."""


def is_allowed(transition: Transition) -> bool:
    source, target = transition
    return target in BEGINNINGS if source is None else is_allowed_transition(BookingStatus(source), BookingStatus(target))


class World:
    """Bookings are named by their ids, flights and travellers by their position. What the rules forbid changes nothing."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._context = steps.context
        transactions = Transactions(self._context.db, self._context.redis, self._context.dispatcher)
        self._charges = ChargeOperation(transactions, hold_minutes=HOLD_MINUTES)
        with self._context.db.transaction() as connection:
            connection.execute(WATCH)

    def begin(self, capacities: Sequence[int]) -> None:
        """A new world with so many seats on each flight, and four travellers."""
        with self._context.db.transaction() as connection:
            connection.execute("SET LOCAL statement_timeout = 0")  # it removes many files, which takes long on a busy disk
            connection.execute(f"TRUNCATE {_TABLES} CASCADE")
        self._context.redis.flushdb()
        self.ledger = Ledger()
        self._jobs: list[UUID] = []
        self._travellers = [account.id for account in self._steps.pipeline.accounts(4)]
        self._flights = [self._steps.pipeline.flight(capacity) for capacity in capacities]

    # Reserving

    def accept(self, who: int, where: set[int], seats: int, mode: PaymentMode) -> UUID | None:
        """Store a booking without sending a message. None: it was refused."""
        token = "tok_ok" if mode is PaymentMode.TOKEN else None
        flights = tuple(self._flights[each] for each in sorted(where))
        request = BookingRequest(self._travellers[who], flights, seats, mode, payment_token=token, allow_duplicate=True)
        (result,) = new_intake(self._context.db, hold_limit=ANY_NUMBER).accept([request])
        return result.booking_id if isinstance(result, Accepted) else None

    def deliver(self, *bookings: UUID) -> None:
        reserve_bookings(self._context, bookings)

    def deliver_everything(self) -> None:
        self.deliver(*self.ids("SELECT id FROM bookings WHERE status = 'PENDING'"))

    def sell_out(self, where: int, mode: PaymentMode) -> list[UUID]:
        """Bookings that take every free seat of a flight, up to three each."""
        with self._context.db.snapshot() as connection:
            (snapshot,) = take_snapshots(connection, [self._flights[where]])
        free = snapshot.free
        wanted = [self.accept(taken // 3 % 4, {where}, min(3, free - taken), mode) for taken in range(0, free, 3)]
        bookings = [booking for booking in wanted if booking is not None]
        self.deliver(*bookings)
        return bookings

    def reserve_in_redis(self, booking: UUID) -> Reservations | None:
        """The first half of a worker's work. The second half may come late, never, or after another worker did it."""
        with self._context.db.snapshot() as connection:
            waiting = pending.load_pending(connection, [booking])
        return reserve_in_redis(self._context.inventory, waiting, self._load, now()) if waiting else None

    def settle(self, reservations: Reservations, *, dies: bool) -> None:
        """The second half. `dies`: the worker crashes after its commit, so it publishes nothing."""
        with self._context.db.transaction() as connection:
            after = reserve.commit_reservations(connection, reservations, hold_minutes=HOLD_MINUTES)
        if not dies:
            self._run_after(after)

    def give_up(self) -> None:
        """Every booking that waits for seats has failed too often."""
        with self._context.db.transaction() as connection:
            after = give_up.give_up(connection, self.ids("SELECT id FROM bookings WHERE status = 'PENDING'"))
        self._run_after(after)

    def replay(self) -> None:
        """Bookings are given up, and all that ever were begin anew."""
        self.give_up()
        after = AfterCommit()
        with self._context.db.transaction() as connection:
            letters = dead_letter_list.read_letters(connection, DeadLetterFilter(), after=None, limit=1_000, lock=True)
            replay.replay(connection, letters, after)
        self._run_after(after)

    # Paying

    def pay(self, booking: UUID) -> None:
        with suppress(AppError), self._context.db.transaction() as connection:
            pay.pay(connection, booking, None, "tok_ok")

    def claim(self, booking: UUID) -> Claim | None:
        return self._charges.claim([booking])[0]

    def settle_charge(self, claim: Claim, result: CallResult) -> None:
        """A call to the provider, and what a worker does with its response."""
        self._charges.settle([(claim, self.ledger.call(claim, result))])

    def call_back(self, payment_id: UUID, *, again: bool) -> None:
        """The provider sends its decision, in a new event, or (`again`) in one that it sent before."""
        if payment_id in self.ledger.decided:
            event_id = f"evt_{payment_id if again else new_id()}"
            event = ProviderEvent(event_id, payment_id, self.ledger.outcome_of(payment_id), "{}")
            with self._changing() as (connection, after):
                apply_events(connection, [event], after, hold_minutes=HOLD_MINUTES)

    def sweep_money(self) -> None:
        """The leases of payment workers end, and the sweep looks."""
        self._steps.execute("UPDATE payments SET next_at = now() - interval '1 second' WHERE next_at IS NOT NULL")
        for _, step in money.steps(self._context):
            step()

    def end_hold(self, booking: UUID, minutes_ago: int) -> None:
        """The hold has ended, and the sweep sees it."""
        self._steps.execute(
            "UPDATE bookings SET hold_expires_at = now() - %s * interval '1 minute', next_at = now() - interval '1 second'"
            " WHERE id = %s AND status = 'HELD'",
            minutes_ago,
            booking,
        )
        for _, step in money.steps(self._context):
            step()

    # Giving back, waiting, changing

    def cancel(self, booking: UUID) -> None:
        with suppress(AppError):
            self._steps.cancel(booking)

    def join(self, who: int, where: int, party: int, *, accept_partial: bool) -> None:
        with suppress(AppError):
            self._steps.join(self._flights[where], self._travellers[who], party, accept_partial=accept_partial)

    def leave(self, who: int, where: int) -> None:
        with suppress(AppError):
            self._steps.leave(self._flights[where], self._travellers[who])

    def list_offers(self) -> list[UUID]:
        """The bookings that the waiting lists made, the oldest place first."""
        return self.ids("SELECT booking_id FROM waitlist WHERE booking_id IS NOT NULL ORDER BY turn")

    def resize(self, where: int, total: int) -> None:
        """As many seats, or as many as are taken."""
        held, sold, _ = self._steps.pipeline.seats(self._flights[where])
        self._steps.resize(self._flights[where], max(total, held + sold))

    def cancel_flight(self, where: int) -> None:
        """At once for everybody who asks; who is on it follows by a job (`work_jobs`)."""
        with suppress(AppError), self._context.db.transaction() as connection:
            self._jobs.append(cancellation.begin(connection, self._flights[where], "fog", user_id=None).job.id)
            entries.close(connection, self._flights[where])

    def work_jobs(self) -> None:
        cancel_flights(self._context, self._jobs)

    def depart(self, where: int) -> None:
        self._steps.depart(self._flights[where])

    def flush_redis(self) -> None:
        self._context.redis.flushdb()

    # What can be seen

    def transitions(self) -> set[Transition]:
        """Every change of a status that Postgres ever saw, in all worlds."""
        with self._context.db.snapshot() as connection:
            return set(connection.execute("SELECT source, target FROM seen_transitions").fetchall())

    def ids(self, query: str) -> list[UUID]:
        with self._context.db.snapshot() as connection:
            return [row[0] for row in connection.execute(query.encode()).fetchall()]

    def violations(self) -> list[str]:
        """Promises broken now. Work is in flight: what waits for a worker, and who is still on a cancelled flight, is not asked."""
        with self._context.db.snapshot() as connection:
            found = [str(each) for each in checker.check(connection, None)]
        return [each for each in found if not each.startswith("I9") and not each.endswith("is still PENDING")]

    def violations_at_rest(self) -> list[str]:
        """Promises broken once all that was begun has ended. Nobody empties the queues here, and the audit has seen Redis."""
        self._steps.audit()
        return [each for each in self._steps.pipeline.violations() if not each.startswith("I8")]

    def finish(self) -> None:
        """Work, as workers and the sweep would, until nothing waits for them."""
        for _ in range(ROUNDS):
            self.deliver_everything()
            self.work_jobs()
            self.sweep_money()
            for booking in self.ids("SELECT DISTINCT booking_id FROM payments WHERE status IN ('REQUIRES_PAYMENT', 'UNKNOWN')"):
                if (claim := self.claim(booking)) is not None:
                    self.settle_charge(claim, CallResult.CAPTURED)
            unfinished = self.ids(
                "SELECT id FROM bookings WHERE status = 'PENDING'"
                " UNION ALL SELECT id FROM payments WHERE status NOT IN ('SUCCEEDED', 'DECLINED')"
            )
            if not unfinished:
                return
        raise AssertionError(f"still not at an end: {unfinished}")

    @contextmanager
    def _changing(self) -> Iterator[tuple[RawConnection, AfterCommit]]:
        after = AfterCommit()
        with self._context.db.transaction() as connection:
            yield connection, after
        self._run_after(after)

    def _run_after(self, after: AfterCommit) -> None:
        after.run(self._context.redis, self._context.dispatcher)

    def _load(self, flight_ids: Sequence[UUID]) -> None:
        with self._context.db.snapshot() as connection:
            load_inventory(connection, self._context.inventory, flight_ids)
