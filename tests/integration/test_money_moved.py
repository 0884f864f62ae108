"""Captured money confirms the booking or is refunded, in whatever order the outcomes arrive."""

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
from tests.support.money import FREE_TO_CANCEL, LATE, PRICE, PaymentSteps, statuses
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


def possible_sequences() -> Iterator[tuple[Happens, ...]]:
    """Every order of at most `LONGEST` things that can happen in it."""
    for length in range(1, LONGEST + 1):
        for sequence in permutations(Happens, length):
            if all(NEEDS[what] in sequence[:turn] for turn, what in enumerate(sequence) if what in NEEDS):
                yield sequence


@dataclass
class BookingHistory:
    """One booking and its story. `captured`: payments whose money the provider took."""

    booking_id: UUID
    sequence: tuple[Happens, ...]
    payments: list[UUID] = field(default_factory=list)
    captured: set[UUID] = field(default_factory=set)


class Histories:
    """Many bookings that live through their stories side by side. On a full flight, seats that are given back are gone."""

    def __init__(self, pipeline: Pipeline, *, full: bool) -> None:
        self.pipeline = pipeline
        self.fares = pipeline.context.settings.fares
        history = list(possible_sequences())
        users = pipeline.accounts(len(history))
        self.flights = [pipeline.flight(SEATS, departs_in=FREE_TO_CANCEL) for _ in range(1 + len(history) // SEATS)]
        self.full = full
        bookings = pipeline.accept(
            *(BookingRequest(user.id, (self.flights[n // SEATS],), 1, PaymentMode.HOLD) for n, user in enumerate(users))
        )
        reserve_bookings(pipeline.context, bookings)
        self.histories = [BookingHistory(booking, sequence) for booking, sequence in zip(bookings, history, strict=True)]

    def run(self) -> None:
        """Everything of every story, and at last what the provider says of charges that it has not been heard of."""
        with self.pipeline.db.transaction() as connection:
            for history in self.histories:
                self._pay(connection, history)
            settle_payment.claim(connection, [history.booking_id for history in self.histories], AfterCommit())
        for turn in range(LONGEST):
            now = [history for history in self.histories if turn < len(history.sequence)]
            for what in Happens:
                self._apply(what, [history for history in now if history.sequence[turn] is what])
        with self.pipeline.db.transaction() as connection:
            settle_payment.claim(connection, [history.booking_id for history in self.histories], AfterCommit())
            outcomes = {
                payment: ChargeOutcome(
                    ChargeStatus.CAPTURED if payment in history.captured else ChargeStatus.DECLINED, "card_declined"
                )
                for history in self.histories
                for payment in history.payments
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
        for history in self.histories:
            retained = 0
            for payment in history.payments:
                booking, status, refunded = known[payment]
                took = PRICE if payment in history.captured else Decimal(0)
                retained += took > refunded
                if refunded not in (0, took) or (took and status == PaymentStatus.DECLINED):
                    wrong.append(f"{', '.join(history.sequence)}: took {took}, gave back {refunded}, the payment is {status}")
            if history.payments and retained != (booking == "CONFIRMED"):
                wrong.append(f"{', '.join(history.sequence)}: {retained} captures are kept, and the booking is {booking}")
        return wrong

    def _apply(self, what: Happens, to: Sequence[BookingHistory]) -> None:
        with self.pipeline.db.transaction() as connection:
            match what:
                case Happens.SECOND_CARD:
                    for history in to:
                        self._pay(connection, history)
                    settle_payment.claim(connection, [history.booking_id for history in to], AfterCommit())
                case Happens.CANCELLED:
                    for history in to:
                        with suppress(Conflict):
                            cancel.cancel(connection, history.booking_id, None, self.fares, hold_minutes=HOLD_MINUTES)
                case Happens.EXPIRED:
                    bookings = [history.booking_id for history in to]
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

    def _tell(self, connection: RawConnection, what: Happens, to: Sequence[BookingHistory]) -> None:
        nth, status = EVENTS[what]
        events = []
        for history in to:
            if nth < len(history.payments):
                payment = history.payments[nth]
                if status is ChargeStatus.CAPTURED:
                    history.captured.add(payment)
                events.append(ProviderEvent(f"evt_{uuid4().hex}", payment, ChargeOutcome(status), "{}"))
        settle_payment.apply_events(connection, events, AfterCommit(), hold_minutes=HOLD_MINUTES)

    def _pay(self, connection: RawConnection, history: BookingHistory) -> None:
        with suppress(Conflict):
            pay.pay(connection, history.booking_id, None, "tok_ok")
            row = connection.execute(
                "SELECT id FROM payments WHERE booking_id = %s ORDER BY id DESC LIMIT 1", (history.booking_id,)
            )
            history.payments += [each[0] for each in row.fetchall()]


@pytest.mark.parametrize("full", [False, True], ids=["seats that come back stay free", "seats that come back are gone"])
def test_every_capture_confirms_or_goes_back_whatever_the_order(pipeline: Pipeline, steps: Steps, *, full: bool) -> None:
    stage = Histories(pipeline, full=full)
    stage.run()
    assert stage.neither() == []
    assert [each for each in pipeline.violations() if each.startswith("I1 ")] == []


def test_when_a_decline_is_final_captures_are_lost(pipeline: Pipeline, steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(settle_payment, "_is_settled", lambda payment, _status: payment.is_final)
    stage = Histories(pipeline, full=False)
    stage.run()
    assert stage.neither() != []


def test_a_capture_after_a_decline_pays_for_the_booking(payment_steps: PaymentSteps, payer: UUID, pipeline: Pipeline) -> None:
    booking = payment_steps.hold(payer, pipeline.flight(4))
    payment_steps.pay(booking)
    ((payment, _, _),) = payment_steps.payments(booking)
    payment_steps.callback(payment, "charge.declined")
    assert payment_steps.steps.status(booking) == "HELD"
    payment_steps.callback(payment)
    assert (payment_steps.steps.status(booking), statuses(payment_steps, booking), payment_steps.refunds(booking)) == (
        "CONFIRMED",
        ["SUCCEEDED"],
        [],
    )


def test_money_of_a_card_that_another_took_the_place_of_goes_back(
    payment_steps: PaymentSteps, payer: UUID, pipeline: Pipeline
) -> None:
    booking = payment_steps.hold(payer, pipeline.flight(4))
    payment_steps.pay(booking)
    ((first, _, _),) = payment_steps.payments(booking)
    payment_steps.callback(first, "charge.declined")
    payment_steps.pay(booking)
    payment_steps.callback(first)
    assert payment_steps.refunds(booking) == [(PRICE, "surplus_payment", "PENDING")]
    payment_steps.work(booking)
    assert (payment_steps.steps.status(booking), statuses(payment_steps, booking)) == ("CONFIRMED", ["SURPLUS", "SUCCEEDED"])
    payment_steps.callback(first)
    assert len(payment_steps.refunds(booking)) == 1
    view = payment_steps.steps.read(booking)
    assert view.payment is not None
    assert view.payment.status is PaymentStatus.SUCCEEDED


@pytest.mark.parametrize("order", [("declined", "captured"), ("captured", "declined")], ids=" then ".join)
def test_of_two_events_in_one_batch_the_money_counts(
    payment_steps: PaymentSteps, payer: UUID, pipeline: Pipeline, order: Sequence[str]
) -> None:
    booking = payment_steps.hold(payer, pipeline.flight(4))
    payment_steps.pay(booking)
    ((payment, _, _),) = payment_steps.payments(booking)
    statuses = {"declined": ChargeStatus.DECLINED, "captured": ChargeStatus.CAPTURED}
    events = [ProviderEvent(f"evt_{uuid4().hex}", payment, ChargeOutcome(statuses[kind]), "{}") for kind in order]
    with pipeline.db.transaction() as connection:
        settle_payment.apply_events(connection, events, AfterCommit(), hold_minutes=HOLD_MINUTES)
    assert payment_steps.steps.status(booking) == "CONFIRMED"
