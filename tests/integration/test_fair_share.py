"""Fair share: a limit for each traveller and flight, a limit for all unpaid bookings, and the cool-down after an unpaid hold."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from core.bookings.errors import CoolingDown, TooManyHolds, TooManySeats
from core.bookings.intake.fair_share import FairShare
from core.bookings.intake.requests import Accepted, BookingRequest, IntakeResult
from core.bookings.models import PaymentMode
from core.clock import now
from core.errors import Conflict
from core.lifecycle import join_waitlist
from core.waitlist.parties import Party
from tests.support.intake import ANY_NUMBER, new_intake
from tests.support.money import PaymentSteps
from tests.support.pipeline import Pipeline
from tests.support.steps import HOLD_MINUTES, Steps
from workers.bookings import reserve_bookings

SHARE = FairShare(flight_seats=9, cool_down_minutes=60)
PATIENT = replace(SHARE, cool_down_minutes=0)
LIMIT = 4
ROUNDS = 10


@pytest.fixture
def traveller(pipeline: Pipeline) -> UUID:
    return pipeline.account().id


def ask(
    pipeline: Pipeline, *requests: BookingRequest, share: FairShare = SHARE, hold_limit: int = ANY_NUMBER
) -> Sequence[IntakeResult]:
    meant = [replace(request, allow_duplicate=True) for request in requests]
    return new_intake(pipeline.db, hold_limit=hold_limit, fair_share=share).accept(meant)


def join(steps: Steps, flight: UUID, user_id: UUID, size: int = 1, *, share: FairShare = SHARE) -> None:
    with steps.context.db.transaction() as connection:
        joined = join_waitlist.join(
            connection,
            flight,
            Party(user_id, size),
            hold_minutes=HOLD_MINUTES,
            hold_limit=LIMIT,
            fair_share=share,
        )
    joined.after.run(steps.context.redis, steps.context.dispatcher)


# The cap


def test_one_traveller_has_so_many_seats_on_one_flight(pipeline: Pipeline, traveller: UUID) -> None:
    flight, other = pipeline.flight(50), pipeline.flight(50)
    request = BookingRequest(traveller, (flight,), 4, allow_duplicate=True)
    results = ask(pipeline, *[request] * 3, replace(request, seats=1), replace(request, flight_ids=(other,)))
    assert [type(result) for result in results] == [Accepted, Accepted, TooManySeats, Accepted, Accepted]
    (refused,) = ask(pipeline, replace(request, flight_ids=(flight, other), seats=1))
    assert isinstance(refused, TooManySeats)
    assert refused.data == {"limit": 9}
    (other_traveller,) = ask(pipeline, replace(request, user_id=pipeline.account().id, seats=9))
    assert isinstance(other_traveller, Accepted)


def test_seats_that_were_given_back_are_not_counted(pipeline: Pipeline, traveller: UUID) -> None:
    request = BookingRequest(traveller, (pipeline.flight(50),), 9, allow_duplicate=True)
    (first,) = ask(pipeline, request)
    assert isinstance(first, Accepted)
    pipeline.work(first.booking_id)
    assert isinstance(ask(pipeline, request)[0], TooManySeats)
    pipeline.cancel(first.booking_id)
    assert isinstance(ask(pipeline, request)[0], Accepted)


def test_a_repeated_request_takes_no_seats(pipeline: Pipeline, traveller: UUID) -> None:
    request = BookingRequest(traveller, (pipeline.flight(50),), 5, idempotency_key="k", request_hash=b"a", allow_duplicate=True)
    first, second, again, more = ask(
        pipeline, request, request, request, replace(request, seats=4, idempotency_key=None, request_hash=None)
    )
    assert [type(each) for each in (first, second, again, more)] == [Accepted] * 4
    (later, refused) = ask(pipeline, request, replace(request, seats=1, idempotency_key="other"))
    assert isinstance(later, Accepted)
    assert later.replayed
    assert isinstance(refused, TooManySeats)


@pytest.mark.parametrize("share", [SHARE, replace(SHARE, flight_seats=1_000)], ids=["with the cap", "without it: the control"])
def test_the_cap_holds_when_processes_accept_at_once(pipeline: Pipeline, traveller: UUID, share: FairShare) -> None:
    request = BookingRequest(traveller, (pipeline.flight(50),), 1, allow_duplicate=True)
    with ThreadPoolExecutor(8) as processes:
        results = processes.map(lambda _: ask(pipeline, request, share=share)[0], range(30))
    assert sum(isinstance(response, Accepted) for response in results) == (9 if share is SHARE else 30)


def test_who_has_their_seats_waits_for_no_more(steps: Steps, pipeline: Pipeline, traveller: UUID) -> None:
    flight = pipeline.flight(9)
    steps.book(traveller, flight, 8)
    steps.book(pipeline.account().id, flight)
    with pytest.raises(TooManySeats):
        join(steps, flight, traveller, 2)
    join(steps, flight, traveller, 1)


# What is unpaid


def test_cards_that_are_not_charged_yet_count_as_holds(pipeline: Pipeline, traveller: UUID) -> None:
    hold = BookingRequest(traveller, (pipeline.flight(50),), 1, PaymentMode.HOLD, allow_duplicate=True)
    card = replace(hold, payment_mode=PaymentMode.TOKEN, payment_token="tok_ok")
    results = ask(pipeline, hold, card, hold, card, hold, card, card, card, hold_limit=LIMIT)
    refused = [n for n, result in enumerate(results) if isinstance(result, TooManyHolds)]
    assert refused == [4, 7], results


def test_offers_count_as_holds_and_places_in_line_may_become_some(steps: Steps, pipeline: Pipeline, traveller: UUID) -> None:
    flights = [pipeline.flight(1) for _ in range(LIMIT + 1)]
    seated = [steps.book(pipeline.account().id, flight) for flight in flights]
    for flight in flights[:LIMIT]:
        join(steps, flight, traveller)
    with pytest.raises(TooManyHolds):
        join(steps, flights[-1], traveller)
    for booking in seated[:LIMIT]:
        steps.cancel(booking)
    hold = BookingRequest(traveller, (pipeline.flight(1),), 1, PaymentMode.HOLD)
    assert isinstance(ask(pipeline, hold, hold_limit=LIMIT)[0], TooManyHolds)
    with pytest.raises(TooManyHolds):
        join(steps, flights[-1], traveller)


# The pause


def hold_of(user_id: UUID, flight: UUID) -> BookingRequest:
    return BookingRequest(user_id, (flight,), 1, PaymentMode.HOLD, allow_duplicate=True)


def test_who_did_not_pay_for_a_hold_pays_at_once_or_waits(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID
) -> None:
    flight, other = pipeline.flight(4), pipeline.flight(4)
    payment_steps.expire(payment_steps.hold(traveller, flight))
    hold = hold_of(traveller, flight)
    card = replace(hold, payment_mode=PaymentMode.TOKEN, payment_token="tok_ok")
    elsewhere, other_traveller = replace(hold, flight_ids=(other,)), replace(hold, user_id=pipeline.account().id)
    results = ask(pipeline, hold, card, elsewhere, other_traveller)
    assert [type(result) for result in results] == [CoolingDown, Accepted, Accepted, Accepted]
    assert isinstance(results[0], CoolingDown)
    until = datetime.fromisoformat(results[0].data["until"])
    assert 55 * 60 < (until - now()).total_seconds() <= 60 * 60
    payment_steps.steps.execute("UPDATE bookings SET finished_at = finished_at - interval '61 minutes' WHERE status = 'EXPIRED'")
    assert isinstance(ask(pipeline, hold)[0], Accepted)


def test_who_gives_a_hold_back_once_may_change_their_mind(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID
) -> None:
    flight = pipeline.flight(4)
    payment_steps.steps.cancel(payment_steps.hold(traveller, flight))
    (again,) = ask(pipeline, hold_of(traveller, flight))
    assert isinstance(again, Accepted)
    reserve_bookings(payment_steps.steps.context, [again.booking_id])
    payment_steps.steps.cancel(again.booking_id)
    assert isinstance(ask(pipeline, hold_of(traveller, flight))[0], CoolingDown)


def test_a_hold_that_was_paid_and_cancelled_is_none_of_these(
    payment_steps: PaymentSteps, pipeline: Pipeline, traveller: UUID
) -> None:
    flight = pipeline.flight(4)
    for _ in range(2):
        booking = payment_steps.hold(traveller, flight)
        payment_steps.pay(booking)
        payment_steps.work(booking)
        payment_steps.steps.cancel(booking)
    assert isinstance(ask(pipeline, hold_of(traveller, flight))[0], Accepted)


def rounds_until_a_buyer_flies(payment_steps: PaymentSteps, pipeline: Pipeline, share: FairShare) -> int | None:
    """Two accounts pass the one seat of a flight between a hold and the waiting list, and a third tries to buy it before each turn."""
    steps, flight = payment_steps.steps, pipeline.flight(1)
    first, second, buyer = (pipeline.account().id for _ in range(3))
    payment_steps.hold(first, flight)
    travellers = [second, first]
    for turn in range(ROUNDS):
        waiting = travellers[turn % 2]
        try:
            join(steps, flight, waiting, share=share)
        except Conflict:
            (held,) = ask(pipeline, hold_of(waiting, flight), share=share)
            if isinstance(held, Accepted):
                reserve_bookings(steps.context, [held.booking_id])
        (bought,) = pipeline.accept(BookingRequest(buyer, (flight,), 1, PaymentMode.TOKEN, "tok_ok"))
        reserve_bookings(steps.context, [bought])
        payment_steps.work(bought)
        if steps.status(bought) == "CONFIRMED":
            return turn
        (holding,) = payment_steps.rows("SELECT id FROM bookings WHERE status = 'HELD'")
        payment_steps.expire(holding[0])
    return None


def test_two_accounts_cannot_keep_a_seat_from_a_buyer(payment_steps: PaymentSteps, pipeline: Pipeline) -> None:
    turn = rounds_until_a_buyer_flies(payment_steps, pipeline, SHARE)
    assert turn is not None
    assert turn <= 2


def test_without_the_pause_the_buyer_never_gets_it(payment_steps: PaymentSteps, pipeline: Pipeline) -> None:
    """The control."""
    assert rounds_until_a_buyer_flies(payment_steps, pipeline, PATIENT) is None
