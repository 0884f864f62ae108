"""Money that moved is a fact, in every order of what is told: it confirms the booking, or it goes back. Never neither."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from core.after_commit import AfterCommit
from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.db import RawConnection
from core.errors import Conflict
from core.invariants import money
from core.lifecycle import cancel, expire, pay, settle_payment
from core.payments.events import ProviderEvent
from core.payments.models import PaymentStatus
from core.payments.provider import ChargeOutcome, ChargeStatus
from tests.support.money import FREE_TO_CANCEL, LATE, PRICE, Till, statuses
from tests.support.pipeline import Pipeline
from tests.support.steps import HOLD_MINUTES, Steps
from workers.bookings import reserve_bookings

LONGEST = 5
SEATS = 1_000


class Happens(StrEnum):
    """What may happen to a booking while its first card is being charged."""

    FIRST_DECLINED = "first card declined"
    FIRST_CAPTURED = "first card captured"
    SECOND_CARD = "the traveller pays with a second card"
    SECOND_DECLINED = "second card declined"
    SECOND_CAPTURED = "second card captured"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


EVENTS = {
    Happens.FIRST_DECLINED: (0, ChargeStatus.DECLINED),
    Happens.FIRST_CAPTURED: (0, ChargeStatus.CAPTURED),
    Happens.SECOND_DECLINED: (1, ChargeStatus.DECLINED),
    Happens.SECOND_CAPTURED: (1, ChargeStatus.CAPTURED),
}


NEEDS = {
    Happens.SECOND_CARD: Happens.FIRST_DECLINED,
    Happens.SECOND_DECLINED: Happens.SECOND_CARD,
    Happens.SECOND_CAPTURED: Happens.SECOND_CARD,
}
"""What cannot happen before something else has: there is a second card after the first was declined, and no event of it sooner."""


def stories() -> Iterator[tuple[Happens, ...]]:
    """Every order of at most `LONGEST` things that can happen in it."""
    for length in range(1, LONGEST + 1):
        for story in permutations(Happens, length):
            if all(NEEDS[what] in story[:turn] for turn, what in enumerate(story) if what in NEEDS):
                yield story


@dataclass
class Told:
    """One booking and its story. `captured`: payments whose money the provider took."""

    booking_id: UUID
    story: tuple[Happens, ...]
    payments: list[UUID] = field(default_factory=list)
    captured: set[UUID] = field(default_factory=set)


class Stage:
    """Many bookings that live through their stories side by side. On a full flight, seats that are given back are gone."""

    def __init__(self, pipeline: Pipeline, *, full: bool) -> None:
        self.pipeline = pipeline
        self.fares = pipeline.context.settings.fares
        told = list(stories())
        people = pipeline.accounts(len(told))
        self.flights = [pipeline.flight(SEATS, departs_in=FREE_TO_CANCEL) for _ in range(1 + len(told) // SEATS)]
        self.full = full
        bookings = pipeline.accept(
            *(BookingRequest(person.id, (self.flights[n // SEATS],), 1, PaymentMode.HOLD) for n, person in enumerate(people))
        )
        reserve_bookings(pipeline.context, bookings)
        self.told = [Told(booking, story) for booking, story in zip(bookings, told, strict=True)]

    def play(self) -> None:
        """Everything of every story, and at last what the provider says of charges that it has not been heard of."""
        with self.pipeline.db.transaction() as connection:
            for told in self.told:
                self._pay(connection, told)
            settle_payment.claim(connection, [told.booking_id for told in self.told], AfterCommit())
        for turn in range(LONGEST):
            now = [told for told in self.told if turn < len(told.story)]
            for what in Happens:
                self._let_happen(what, [told for told in now if told.story[turn] is what])
        with self.pipeline.db.transaction() as connection:
            settle_payment.claim(connection, [told.booking_id for told in self.told], AfterCommit())
            outcomes = {
                payment: ChargeOutcome(
                    ChargeStatus.CAPTURED if payment in told.captured else ChargeStatus.DECLINED, "card_declined"
                )
                for told in self.told
                for payment in told.payments
            }
            settle_payment.apply_outcomes(connection, outcomes, AfterCommit(), hold_minutes=HOLD_MINUTES)

    def neither(self) -> list[str]:
        """Stories in which a capture neither confirmed its booking nor is on its way back, or did both."""
        with self.pipeline.db.transaction() as connection:
            rows = connection.execute(
                """
                SELECT p.id, b.status, p.status, coalesce(r.amount, 0) FROM payments p JOIN bookings b ON b.id = p.booking_id
                LEFT JOIN refunds r ON r.payment_id = p.id
                """
            ).fetchall()
            wrong = money.find_violations(connection, limit=20)
        known = {payment: (booking, status, refunded) for payment, booking, status, refunded in rows}
        for told in self.told:
            kept = 0
            for payment in told.payments:
                booking, status, refunded = known[payment]
                took = PRICE if payment in told.captured else Decimal(0)
                kept += took > refunded
                if refunded not in (0, took) or (took and status == PaymentStatus.DECLINED):
                    wrong.append(f"{', '.join(told.story)}: took {took}, gave back {refunded}, the payment is {status}")
            if told.payments and kept != (booking == "CONFIRMED"):
                wrong.append(f"{', '.join(told.story)}: {kept} captures are kept, and the booking is {booking}")
        return wrong

    def _let_happen(self, what: Happens, to: Sequence[Told]) -> None:
        with self.pipeline.db.transaction() as connection:
            match what:
                case Happens.SECOND_CARD:
                    for told in to:
                        self._pay(connection, told)
                    settle_payment.claim(connection, [told.booking_id for told in to], AfterCommit())
                case Happens.CANCELLED:
                    for told in to:
                        with suppress(Conflict):
                            cancel.cancel(connection, told.booking_id, None, self.fares, hold_minutes=HOLD_MINUTES)
                case Happens.EXPIRED:
                    bookings = [told.booking_id for told in to]
                    connection.execute(
                        """
                        UPDATE bookings SET hold_expires_at = now() - %s * interval '1 minute', next_at = now() - interval '1 second'
                        WHERE id = ANY(%s) AND status = 'HELD'
                        """,
                        (LATE, bookings),
                    )
                    expire.end_overdue(connection, bookings, hold_minutes=HOLD_MINUTES)
                case _:
                    self._tell(connection, what, to)
            if self.full:
                connection.execute("UPDATE flights SET total_seats = greatest(1, seats_held + seats_sold)")

    def _tell(self, connection: RawConnection, what: Happens, to: Sequence[Told]) -> None:
        nth, status = EVENTS[what]
        events = []
        for told in to:
            if nth < len(told.payments):
                payment = told.payments[nth]
                if status is ChargeStatus.CAPTURED:
                    told.captured.add(payment)
                events.append(ProviderEvent(f"evt_{uuid4().hex}", payment, ChargeOutcome(status), "{}"))
        settle_payment.apply_events(connection, events, AfterCommit(), hold_minutes=HOLD_MINUTES)

    def _pay(self, connection: RawConnection, told: Told) -> None:
        with suppress(Conflict):
            pay.pay(connection, told.booking_id, None, "tok_ok")
            row = connection.execute("SELECT id FROM payments WHERE booking_id = %s ORDER BY id DESC LIMIT 1", (told.booking_id,))
            told.payments += [each[0] for each in row.fetchall()]


@pytest.mark.parametrize("full", [False, True], ids=["seats that come back stay free", "seats that come back are gone"])
def test_every_capture_confirms_or_goes_back_whatever_the_order(pipeline: Pipeline, steps: Steps, *, full: bool) -> None:
    stage = Stage(pipeline, full=full)
    stage.play()
    assert stage.neither() == []
    assert [each for each in pipeline.violations() if each.startswith("I1 ")] == []


def test_when_a_decline_is_final_captures_are_lost(pipeline: Pipeline, steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(settle_payment, "_is_settled", lambda payment, _status: payment.is_final)
    stage = Stage(pipeline, full=False)
    stage.play()
    assert stage.neither() != []


def test_a_capture_after_a_decline_pays_for_the_booking(till: Till, payer: UUID, pipeline: Pipeline) -> None:
    trip = till.hold(payer, pipeline.flight(4))
    till.pay(trip)
    ((payment, _, _),) = till.payments(trip)
    till.callback(payment, "charge.declined")
    assert till.steps.status(trip) == "HELD"
    till.callback(payment)
    assert (till.steps.status(trip), statuses(till, trip), till.refunds(trip)) == ("CONFIRMED", ["SUCCEEDED"], [])


def test_money_of_a_card_that_another_took_the_place_of_goes_back(till: Till, payer: UUID, pipeline: Pipeline) -> None:
    trip = till.hold(payer, pipeline.flight(4))
    till.pay(trip)
    ((first, _, _),) = till.payments(trip)
    till.callback(first, "charge.declined")
    till.pay(trip)
    till.callback(first)
    assert till.refunds(trip) == [(PRICE, "surplus_payment", "PENDING")]
    till.work(trip)
    assert (till.steps.status(trip), statuses(till, trip)) == ("CONFIRMED", ["SURPLUS", "SUCCEEDED"])
    till.callback(first)
    assert len(till.refunds(trip)) == 1
    booking = till.steps.read(trip)
    assert booking.payment is not None
    assert booking.payment.status is PaymentStatus.SUCCEEDED


@pytest.mark.parametrize("order", [("declined", "captured"), ("captured", "declined")], ids=" then ".join)
def test_of_two_events_in_one_batch_the_money_counts(till: Till, payer: UUID, pipeline: Pipeline, order: Sequence[str]) -> None:
    trip = till.hold(payer, pipeline.flight(4))
    till.pay(trip)
    ((payment, _, _),) = till.payments(trip)
    statuses = {"declined": ChargeStatus.DECLINED, "captured": ChargeStatus.CAPTURED}
    events = [ProviderEvent(f"evt_{uuid4().hex}", payment, ChargeOutcome(statuses[kind]), "{}") for kind in order]
    with pipeline.db.transaction() as connection:
        settle_payment.apply_events(connection, events, AfterCommit(), hold_minutes=HOLD_MINUTES)
    assert till.steps.status(trip) == "CONFIRMED"
