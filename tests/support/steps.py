"""The steps of the pipeline, called one by one in the process of the test, on real servers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import LiteralString
from uuid import UUID

import pytest

from core.after_commit import AfterCommit
from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.bookings.reading import queries
from core.bookings.reading.views import BookingView
from core.invariants import inventory_drift
from core.lifecycle import cancel, join_waitlist, offer_seats
from core.lifecycle.join_waitlist import Joined
from core.waitlist import views
from core.waitlist.models import WaitStatus
from core.waitlist.parties import Party
from core.waitlist.views import WaitlistView
from tests.support.pipeline import Pipeline
from workers.bookings import reserve_bookings
from workers.context import Context

HOLD_MINUTES = 15

Join = Callable[..., UUID]


class Steps:
    """`pipeline` has the servers and the rows. No worker and no sweep run; a test calls each step."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.context: Context = pipeline.context

    def book(
        self, user_id: UUID, flight_ids: UUID | Sequence[UUID], seats: int = 1, mode: PaymentMode = PaymentMode.NONE
    ) -> UUID:
        """Accept a booking, and reserve it. Returns its id, whatever became of it."""
        flights = (flight_ids,) if isinstance(flight_ids, UUID) else tuple(flight_ids)
        (booking_id,) = self.pipeline.accept(BookingRequest(user_id, flights, seats, mode))
        reserve_bookings(self.context, [booking_id])
        return booking_id

    def cancel(self, booking_id: UUID, user_id: UUID | None = None) -> None:
        with self.context.db.transaction() as connection:
            after = cancel.cancel(connection, booking_id, user_id, self.context.settings.fares, hold_minutes=HOLD_MINUTES)
        self.run_after(after)

    def join(self, flight_id: UUID, user_id: UUID, size: int = 1, *, accept_partial: bool = False) -> Joined:
        with self.context.db.transaction() as connection:
            joined = join_waitlist.join(connection, flight_id, Party(user_id, size, accept_partial), hold_minutes=HOLD_MINUTES)
        self.run_after(joined.after)
        return joined

    def leave(self, flight_id: UUID, user_id: UUID) -> None:
        with self.context.db.transaction() as connection:
            after = join_waitlist.leave(connection, flight_id, user_id, hold_minutes=HOLD_MINUTES)
        self.run_after(after)

    def place(self, flight_id: UUID, user_id: UUID) -> views.WaitlistView:
        with self.context.db.snapshot() as connection:
            return views.get_entry(connection, flight_id, user_id)

    def resize(self, flight_id: UUID, total: int) -> None:
        """Another aircraft: what it has more is offered in the same transaction."""
        with self.context.db.transaction() as connection:
            connection.execute("UPDATE flights SET total_seats = %s, version = version + 1 WHERE id = %s", (total, flight_id))
            after = offer_seats.offer_free_seats(connection, [flight_id], hold_minutes=HOLD_MINUTES)
        after.stale_flights.add(flight_id)
        self.run_after(after)

    def status(self, booking_id: UUID) -> str:
        with self.context.db.snapshot() as connection:
            row = connection.execute("SELECT status FROM bookings WHERE id = %s", (booking_id,)).fetchone()
        assert row is not None
        return str(row[0])

    def read(self, booking_id: UUID) -> BookingView:
        with self.context.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, None)

    def depart(self, flight_id: UUID) -> None:
        """Let the flight have departed a minute ago."""
        self.execute(
            "UPDATE flights SET arrival_ts = now() + interval '1 hour', departure_ts = now() - interval '1 minute' WHERE id = %s",
            flight_id,
        )

    def execute(self, statement: LiteralString, *parameters: object) -> None:
        """Change what time, or an engineer, would change."""
        with self.context.db.transaction() as connection:
            connection.execute(statement, parameters)

    def audit(self) -> None:
        """Drop what Redis counts wrongly when nothing is in flight, as the audit does once it has seen it twice.

        Whoever reserves while another drops a flight may be forgotten by Redis, or remembered for ever; Postgres decides anyway.
        """
        with self.context.db.transaction() as connection:
            drifts = inventory_drift.find_drift(connection, self.context.redis, inventory_drift.list_loaded(self.context.redis))
        self.context.inventory.drop(drifts)

    def run_after(self, after: AfterCommit) -> None:
        after.run(self.context.redis, self.context.dispatcher)


@pytest.fixture
def steps(pipeline: Pipeline) -> Steps:
    """The pipeline of this test, step by step; no process runs."""
    return Steps(pipeline)


@pytest.fixture
def owner(pipeline: Pipeline) -> UUID:
    """A traveller who has what others wait for."""
    return pipeline.account().id


@pytest.fixture
def sold_out(steps: Steps, owner: UUID) -> tuple[UUID, list[UUID]]:
    """A flight of four seats, and the four bookings that have them."""
    flight = steps.pipeline.flight(4)
    return flight, [steps.book(owner, flight) for _ in range(4)]


@pytest.fixture
def wait(steps: Steps) -> Join:
    """Put a new traveller in line; returns their id."""

    def join(flight: UUID, size: int = 1, *, accept_partial: bool = False) -> UUID:
        traveller = steps.pipeline.account().id
        steps.join(flight, traveller, size, accept_partial=accept_partial)
        return traveller

    return join


def standing(entry: WaitlistView) -> tuple[WaitStatus, int | None, int | None]:
    """Status, position, and how many seats are offered."""
    return entry.status, entry.position, entry.offer.seats if entry.offer else None


def offered(steps: Steps, flight: UUID, traveller: UUID) -> UUID:
    """The booking that this traveller is offered."""
    offer = steps.place(flight, traveller).offer
    assert offer is not None
    return offer.booking_id
