"""The waiting list, step by step: who is offered freed seats, in which order, and where the offers end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest

from core.bookings.errors import AccountGone
from core.bookings.models import PaymentMode
from core.clock import new_id
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.waitlist import entries, service
from core.waitlist.errors import AlreadyWaiting, NotWaiting, SeatsAvailable
from core.waitlist.models import WaitStatus
from core.waitlist.service import Party
from core.waitlist.views import WaitlistView
from tests.support.money import Till
from tests.support.pipeline import Pipeline
from tests.support.steps import HOLD_MINUTES, Steps
from workers.waitlist_sweep import WaitlistRound

Join = Callable[..., UUID]


@pytest.fixture
def owner(pipeline: Pipeline) -> UUID:
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
    return entry.status, entry.position, entry.offer.seats if entry.offer else None


def test_a_freed_seat_is_held_for_the_first_in_line(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    assert standing(steps.place(flight, first)) == (WaitStatus.OFFERED, None, 1)
    assert standing(steps.place(flight, second)) == (WaitStatus.WAITING, 1, None)
    assert steps.pipeline.seats(flight)[:2] == (1, 3)
    assert steps.pipeline.violations() == []


def test_nobody_else_gets_a_seat_that_was_offered(
    steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join, owner: UUID
) -> None:
    flight, bookings = sold_out
    wait(flight)
    steps.cancel(bookings[0])
    assert steps.status(steps.book(owner, flight)) == "FAILED"


def test_a_party_is_never_split_and_keeps_its_turn(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    family, single = wait(flight, 3), wait(flight, 1)
    steps.cancel(bookings[0])
    assert standing(steps.place(flight, family)) == (WaitStatus.WAITING, 1, None)
    assert standing(steps.place(flight, single)) == (WaitStatus.OFFERED, None, 1)
    late = wait(flight, 1)
    for booking in bookings[1:]:
        steps.cancel(booking)
    assert standing(steps.place(flight, late)) == (WaitStatus.OFFERED, None, 1)
    assert standing(steps.place(flight, family)) == (WaitStatus.WAITING, 1, None)


def test_parties_that_fit_together_are_offered_in_one_go(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, _ = sold_out
    parties = [wait(flight, size) for size in (2, 2, 2, 2, 1)]
    steps.resize(flight, 9)
    assert [steps.place(flight, each).status for each in parties] == [
        WaitStatus.OFFERED,
        WaitStatus.OFFERED,
        WaitStatus.WAITING,
        WaitStatus.WAITING,
        WaitStatus.OFFERED,
    ]
    assert steps.pipeline.seats(flight)[0] == 5


def test_a_party_that_accepts_a_part_gets_what_is_there(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    flexible = wait(flight, 3, accept_partial=True)
    steps.cancel(bookings[0])
    entry = steps.place(flight, flexible)
    assert standing(entry) == (WaitStatus.OFFERED, None, 1)
    assert "1 of the 3 seats" in entry.explanation


def test_one_offer_is_one_held_booking_of_its_traveller(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    traveller = wait(flight, 1)
    steps.cancel(bookings[0])
    offer = steps.place(flight, traveller).offer
    assert offer is not None
    booking = steps.read(offer.booking_id)
    assert (booking.user_id, booking.status, booking.payment_mode, booking.seats) == (traveller, "HELD", PaymentMode.HOLD, 1)
    assert (booking.price_total, booking.hold_expires_at) == ("7500.00", offer.expires_at)
    assert booking.available_actions == ["pay", "cancel"]
    assert [stage.stage for stage in booking.timeline] == ["accepted", "offered"]
    assert booking.reference in steps.place(flight, traveller).explanation


def test_an_offer_that_is_given_back_goes_on(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    steps.leave(flight, first)
    assert standing(steps.place(flight, second)) == (WaitStatus.OFFERED, None, 1)
    with pytest.raises(NotWaiting):
        steps.place(flight, first)
    assert steps.pipeline.seats(flight)[:2] == (1, 3)


def test_cancelling_the_offered_booking_leaves_the_line(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    offer = steps.place(flight, first).offer
    assert offer is not None
    steps.cancel(offer.booking_id, first)
    with pytest.raises(NotWaiting):
        steps.place(flight, first)
    assert standing(steps.place(flight, second)) == (WaitStatus.OFFERED, None, 1)


def offered(steps: Steps, flight: UUID, traveller: UUID) -> UUID:
    """The booking that this traveller is offered."""
    offer = steps.place(flight, traveller).offer
    assert offer is not None
    return offer.booking_id


def test_an_offer_that_is_not_paid_in_time_goes_on(
    steps: Steps, till: Till, sold_out: tuple[UUID, list[UUID]], wait: Join
) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    till.expire(offered(steps, flight, first))
    ended = steps.place(flight, first)
    assert (ended.status, ended.offer) == (WaitStatus.EXPIRED, None)
    assert "did not pay in time. Join again" in ended.explanation
    assert standing(steps.place(flight, second)) == (WaitStatus.OFFERED, None, 1)
    assert steps.pipeline.seats(flight)[:2] == (1, 3)
    assert steps.join(flight, first).new
    assert steps.place(flight, first).position == 1


def test_an_offer_that_is_paid_is_a_booking_like_any_other(
    steps: Steps, till: Till, sold_out: tuple[UUID, list[UUID]], wait: Join
) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    booking = offered(steps, flight, first)
    till.pay(booking, owner_id=first)
    till.work(booking)
    assert (steps.status(booking), steps.place(flight, first).status) == ("CONFIRMED", WaitStatus.BOOKED)
    assert steps.place(flight, second).status is WaitStatus.WAITING
    with pytest.raises(NotWaiting):
        steps.leave(flight, first)
    steps.cancel(booking, first)
    assert steps.place(flight, first).status is WaitStatus.BOOKED
    assert standing(steps.place(flight, second)) == (WaitStatus.OFFERED, None, 1)


def test_a_declined_card_leaves_the_offer_open(steps: Steps, till: Till, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    traveller = wait(flight)
    steps.cancel(bookings[0])
    booking = offered(steps, flight, traveller)
    till.pay(booking, "tok_declined", owner_id=traveller)
    till.work(booking)
    assert steps.place(flight, traveller).status is WaitStatus.OFFERED
    till.pay(booking, owner_id=traveller)
    till.work(booking)
    assert steps.place(flight, traveller).status is WaitStatus.BOOKED


@pytest.mark.parametrize("next_in_line", [True, False])
def test_money_for_an_offer_that_went_on_is_given_back_or_rescued(
    steps: Steps, till: Till, sold_out: tuple[UUID, list[UUID]], wait: Join, next_in_line: bool
) -> None:
    flight, bookings = sold_out
    traveller = wait(flight)
    steps.cancel(bookings[0])
    booking = offered(steps, flight, traveller)
    till.pay(booking, owner_id=traveller)
    claim = till.claim(booking)
    assert claim is not None
    if next_in_line:
        wait(flight)
    till.expire(booking, minutes_ago=24 * 60)
    assert steps.status(booking) == "EXPIRED"
    till.settle(claim, till.call(claim))
    if next_in_line:
        assert (steps.status(booking), steps.place(flight, traveller).status) == ("EXPIRED", WaitStatus.EXPIRED)
        assert till.refunds(booking)[0][1] == "late_payment"
    else:
        assert (steps.status(booking), steps.place(flight, traveller).status) == ("CONFIRMED", WaitStatus.BOOKED)
    steps.pipeline.context.inventory.drop([flight])
    assert steps.pipeline.seats(flight)[:2] == ((1, 3) if next_in_line else (0, 4))


def test_a_traveller_who_leaves_while_paying_gets_the_money_back(
    steps: Steps, till: Till, sold_out: tuple[UUID, list[UUID]], wait: Join
) -> None:
    flight, bookings = sold_out
    traveller = wait(flight)
    steps.cancel(bookings[0])
    booking = offered(steps, flight, traveller)
    till.pay(booking, owner_id=traveller)
    claim = till.claim(booking)
    assert claim is not None
    steps.leave(flight, traveller)
    till.settle(claim, till.call(claim))
    assert steps.status(booking) == "CANCELLED"
    assert [reason for _, reason, _ in till.refunds(booking)] == ["cancelled"]


def test_whoever_leaves_the_line_is_not_asked_again(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
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


def test_nobody_waits_where_one_can_simply_book(steps: Steps, owner: UUID) -> None:
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


def test_the_line_says_how_many_are_ahead(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, _ = sold_out
    wait(flight, 2)
    wait(flight, 3)
    entry = steps.place(flight, wait(flight))
    assert (entry.position, entry.ahead_seats) == (3, 5)
    assert entry.explanation.startswith("You are number 3 in line: 2 parties are ahead of you, for 5 seats. No seat is free")


def test_there_is_no_line_for_a_flight_that_takes_nobody(steps: Steps, owner: UUID) -> None:
    with pytest.raises(FlightNotFound):
        steps.join(new_id(), owner)
    departed, cancelled = steps.pipeline.flight(1), steps.pipeline.flight(1)
    steps.depart(departed)
    steps.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", cancelled)
    with pytest.raises(FlightDeparted):
        steps.join(departed, owner)
    with pytest.raises(FlightCancelled):
        steps.join(cancelled, owner)


def test_nothing_is_offered_after_departure(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, _ = sold_out
    traveller = wait(flight)
    steps.depart(flight)
    steps.resize(flight, 6)
    entry = steps.place(flight, traveller)
    assert (entry.status, entry.explanation) == (
        WaitStatus.CLOSED,
        "The flight has departed, so nobody waits for it any more.",
    )
    assert steps.pipeline.seats(flight)[:2] == (0, 4)


def test_an_offer_ends_with_the_departure(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    traveller = wait(flight)
    steps.execute("UPDATE flights SET departure_ts = now() + interval '5 minutes' WHERE id = %s", flight)
    steps.cancel(bookings[0])
    offer = steps.place(flight, traveller).offer
    assert offer is not None
    assert offer.expires_at == steps.read(offer.booking_id).segments[0].flight.departure_ts


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
    sweep = WaitlistRound(steps.context)
    sweep.go()
    assert standing(steps.place(flight, couple)) == (WaitStatus.OFFERED, None, 2)
    assert steps.place(flight, family).status is WaitStatus.WAITING
    steps.execute("UPDATE flights SET total_seats = 9 WHERE id = %s", flight)
    sweep.go()
    assert steps.place(flight, family).status is WaitStatus.WAITING, "it went round a moment ago"
    WaitlistRound(steps.context).go()
    assert standing(steps.place(flight, family)) == (WaitStatus.OFFERED, None, 3)
    steps.context.inventory.drop([flight])
    assert steps.pipeline.violations() == []


def test_departed_flights_lose_their_line(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, _ = sold_out
    wait(flight)
    steps.depart(flight)
    WaitlistRound(steps.context).go()
    with steps.context.db.snapshot() as connection:
        assert connection.execute("SELECT status FROM waitlist").fetchall() == [("CLOSED",)]


def test_seats_freed_by_many_at_once_are_each_offered_once(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    parties = [wait(flight) for _ in range(6)]
    together = threading.Barrier(len(bookings) + 2)
    failed: list[Exception] = []

    def do(act: Callable[[], None]) -> None:
        together.wait()
        try:
            act()
        except Exception as error:
            failed.append(error)

    acts: list[Callable[[], None]] = [lambda booking=booking: steps.cancel(booking) for booking in bookings]  # type: ignore[misc]
    acts += [lambda: steps.leave(flight, parties[0]), lambda: steps.leave(flight, parties[5])]
    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [steps.place(flight, each).status for each in parties[1:5]] == [WaitStatus.OFFERED] * 4
    assert steps.pipeline.seats(flight)[:2] == (4, 0)
    assert steps.pipeline.violations() == []


def test_a_stranger_cannot_be_put_in_line(steps: Steps, sold_out: tuple[UUID, list[UUID]]) -> None:
    flight, _ = sold_out
    with pytest.raises(AccountGone), steps.context.db.transaction() as connection:
        service.join(connection, flight, Party(new_id(), 1), hold_minutes=HOLD_MINUTES)
