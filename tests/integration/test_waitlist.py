"""The waiting list of a sold-out flight, step by step: who may join it, the positions, and when it closes."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.clock import new_id
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.lifecycle import join_waitlist
from core.users.tokens import AccountGone
from core.waitlist import entries
from core.waitlist.errors import AlreadyWaiting, NotWaiting, SeatsAvailable
from core.waitlist.models import WaitStatus
from core.waitlist.parties import Party
from tests.support.steps import HOLD_MINUTES, Join, Steps, standing
from workers.sweeps.waitlist import WaitlistStep


def test_a_party_that_left_the_waiting_list_gets_no_offer(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.leave(flight, first)
    with pytest.raises(NotWaiting):
        steps.leave(flight, first)
    steps.cancel(bookings[0])
    assert standing(steps.place(flight, second)) == (WaitStatus.OFFERED, None, 1)


def test_joining_twice_is_one_place_in_line(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, _ = sold_out
    traveller = wait(flight, 2)
    before = steps.place(flight, traveller)
    assert not steps.join(flight, traveller, 2).new
    assert steps.place(flight, traveller) == before
    with pytest.raises(AlreadyWaiting):
        steps.join(flight, traveller, 3)


def test_a_flight_with_enough_free_seats_has_no_waiting_list(steps: Steps, owner: UUID) -> None:
    flight = steps.pipeline.flight(2)
    with pytest.raises(SeatsAvailable) as refused:
        steps.join(flight, owner, 2)
    assert refused.value.data == {"free": 2}
    steps.join(flight, owner, 3)
    assert "2 seats are free, too few for your party of 3" in steps.place(flight, owner).explanation


def test_a_party_behind_one_that_does_not_fit_is_offered_at_once(steps: Steps, wait: Join) -> None:
    flight = steps.pipeline.flight(2)
    family, couple = wait(flight, 3), wait(flight, 2)
    assert standing(steps.place(flight, family)) == (WaitStatus.WAITING, 1, None)
    assert standing(steps.place(flight, couple)) == (WaitStatus.OFFERED, None, 2)


def test_an_entry_has_its_position_and_the_seats_before_it(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, _ = sold_out
    wait(flight, 2)
    wait(flight, 3)
    entry = steps.place(flight, wait(flight))
    assert (entry.position, entry.ahead_seats) == (3, 5)
    assert entry.explanation.startswith("You are number 3 in line: 2 parties are ahead of you, for 5 seats. No seat is free")


def test_there_is_no_waiting_list_for_a_flight_that_cannot_be_booked(steps: Steps, owner: UUID) -> None:
    with pytest.raises(FlightNotFound):
        steps.join(new_id(), owner)
    departed, cancelled = steps.pipeline.flight(1), steps.pipeline.flight(1)
    steps.depart(departed)
    steps.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", cancelled)
    with pytest.raises(FlightDeparted):
        steps.join(departed, owner)
    with pytest.raises(FlightCancelled):
        steps.join(cancelled, owner)


def test_a_cancelled_flight_closes_its_line(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    offered, waiting = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    offer = steps.place(flight, offered).offer
    assert offer is not None
    steps.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", flight)
    with steps.context.db.transaction() as connection:
        assert entries.close(connection, flight) == 1
    steps.cancel(offer.booking_id)
    assert [steps.place(flight, each).status for each in (offered, waiting)] == [WaitStatus.CLOSED, WaitStatus.CLOSED]
    assert steps.pipeline.seats(flight)[:2] == (0, 3)


def test_the_sweep_finds_a_line_that_was_passed_by(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, _ = sold_out
    family, couple = wait(flight, 3), wait(flight, 2)
    steps.execute("UPDATE flights SET total_seats = 6 WHERE id = %s", flight)
    sweep = WaitlistStep(steps.context)
    sweep.run()
    assert standing(steps.place(flight, couple)) == (WaitStatus.OFFERED, None, 2)
    assert steps.place(flight, family).status is WaitStatus.WAITING
    steps.execute("UPDATE flights SET total_seats = 9 WHERE id = %s", flight)
    sweep.run()
    assert steps.place(flight, family).status is WaitStatus.WAITING, "it went round a moment ago"
    WaitlistStep(steps.context).run()
    assert standing(steps.place(flight, family)) == (WaitStatus.OFFERED, None, 3)
    steps.context.inventory.drop([flight])
    assert steps.pipeline.violations() == []


def test_departed_flights_lose_their_line(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, _ = sold_out
    wait(flight)
    steps.depart(flight)
    WaitlistStep(steps.context).run()
    with steps.context.db.snapshot() as connection:
        assert connection.execute("SELECT status FROM waitlist").fetchall() == [("CLOSED",)]


def test_an_account_that_does_not_exist_cannot_join_the_waiting_list(steps: Steps, sold_out: tuple[UUID, list[UUID]]) -> None:
    flight, _ = sold_out
    with pytest.raises(AccountGone), steps.context.db.transaction() as connection:
        join_waitlist.join(connection, flight, Party(new_id(), 1), hold_minutes=HOLD_MINUTES)
