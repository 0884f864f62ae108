"""Offers of the waiting list, step by step: who gets the freed seats, in which order, and where the offers end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest

from core.bookings.models import PaymentMode
from core.waitlist.errors import NotWaiting
from core.waitlist.models import WaitStatus
from tests.support.money import PaymentSteps
from tests.support.steps import Join, Steps, offered, standing


def test_a_freed_seat_is_held_for_the_first_in_line(steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    assert standing(steps.place(flight, first)) == (WaitStatus.OFFERED, None, 1)
    assert standing(steps.place(flight, second)) == (WaitStatus.WAITING, 1, None)
    assert steps.pipeline.seats(flight)[:2] == (1, 3)
    assert steps.pipeline.violations() == []


def test_an_offered_seat_cannot_be_booked_by_others(
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


def test_an_offer_that_is_not_paid_in_time_goes_on(
    steps: Steps, payment_steps: PaymentSteps, sold_out: tuple[UUID, list[UUID]], wait: Join
) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    payment_steps.expire(offered(steps, flight, first))
    ended = steps.place(flight, first)
    assert (ended.status, ended.offer) == (WaitStatus.EXPIRED, None)
    assert "did not pay in time. After a while you may join again" in ended.explanation
    assert standing(steps.place(flight, second)) == (WaitStatus.OFFERED, None, 1)
    assert steps.pipeline.seats(flight)[:2] == (1, 3)
    assert steps.join(flight, first).new
    assert steps.place(flight, first).position == 1


def test_an_offer_that_is_paid_is_a_booking_like_any_other(
    steps: Steps, payment_steps: PaymentSteps, sold_out: tuple[UUID, list[UUID]], wait: Join
) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    steps.cancel(bookings[0])
    booking = offered(steps, flight, first)
    payment_steps.pay(booking, owner_id=first)
    payment_steps.work(booking)
    assert (steps.status(booking), steps.place(flight, first).status) == ("CONFIRMED", WaitStatus.BOOKED)
    assert steps.place(flight, second).status is WaitStatus.WAITING
    with pytest.raises(NotWaiting):
        steps.leave(flight, first)
    steps.cancel(booking, first)
    assert steps.place(flight, first).status is WaitStatus.BOOKED
    assert standing(steps.place(flight, second)) == (WaitStatus.OFFERED, None, 1)


def test_a_declined_card_leaves_the_offer_open(
    steps: Steps, payment_steps: PaymentSteps, sold_out: tuple[UUID, list[UUID]], wait: Join
) -> None:
    flight, bookings = sold_out
    traveller = wait(flight)
    steps.cancel(bookings[0])
    booking = offered(steps, flight, traveller)
    payment_steps.pay(booking, "tok_declined", owner_id=traveller)
    payment_steps.work(booking)
    assert steps.place(flight, traveller).status is WaitStatus.OFFERED
    payment_steps.pay(booking, owner_id=traveller)
    payment_steps.work(booking)
    assert steps.place(flight, traveller).status is WaitStatus.BOOKED


@pytest.mark.parametrize("next_in_line", [True, False])
def test_money_for_an_offer_that_went_on_is_given_back_or_rescued(
    steps: Steps, payment_steps: PaymentSteps, sold_out: tuple[UUID, list[UUID]], wait: Join, next_in_line: bool
) -> None:
    flight, bookings = sold_out
    traveller = wait(flight)
    steps.cancel(bookings[0])
    booking = offered(steps, flight, traveller)
    payment_steps.pay(booking, owner_id=traveller)
    claim = payment_steps.claim(booking)
    assert claim is not None
    if next_in_line:
        wait(flight)
    payment_steps.expire(booking, minutes_ago=24 * 60)
    assert steps.status(booking) == "EXPIRED"
    payment_steps.settle(claim, payment_steps.call(claim))
    if next_in_line:
        assert (steps.status(booking), steps.place(flight, traveller).status) == ("EXPIRED", WaitStatus.EXPIRED)
        assert payment_steps.refunds(booking)[0][1] == "late_payment"
    else:
        assert (steps.status(booking), steps.place(flight, traveller).status) == ("CONFIRMED", WaitStatus.BOOKED)
    steps.pipeline.context.inventory.drop([flight])
    assert steps.pipeline.seats(flight)[:2] == ((1, 3) if next_in_line else (0, 4))


def test_a_traveller_who_leaves_while_paying_gets_the_money_back(
    steps: Steps, payment_steps: PaymentSteps, sold_out: tuple[UUID, list[UUID]], wait: Join
) -> None:
    flight, bookings = sold_out
    traveller = wait(flight)
    steps.cancel(bookings[0])
    booking = offered(steps, flight, traveller)
    payment_steps.pay(booking, owner_id=traveller)
    claim = payment_steps.claim(booking)
    assert claim is not None
    steps.leave(flight, traveller)
    payment_steps.settle(claim, payment_steps.call(claim))
    assert steps.status(booking) == "CANCELLED"
    assert [reason for _, reason, _ in payment_steps.refunds(booking)] == ["cancelled"]


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
