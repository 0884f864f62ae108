"""What payments do to bookings. Every road leads here: the worker's answer, the provider's callback, the question after a crash.

Locks are taken in one order: the bookings, then their payments, then their flights. No lock and no transaction is held while
the provider is called; between `claim` and `apply_outcomes` there is only a row that says PROCESSING, and its lease.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from core.after_commit import AfterCommit
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import Transition, Transitions, stages
from core.clock import now
from core.db import RawConnection
from core.flights import schedule_changes
from core.flights.seat_counts import Count, lock_counts, write_counts
from core.lifecycle.end import LockedTrip, end_trips, lock_trips
from core.payments import charges, events, refunds
from core.payments.charges import LockedPayment
from core.payments.events import ProviderEvent
from core.payments.models import PaymentStatus
from core.payments.provider import Charge, Outcome, Verdict
from core.payments.refunds import RefundReason

QUESTIONS: Final = 6
"""After so many claims, over half a minute, a charge that the provider never heard of has not arrived and will not."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """One payment that the caller, and nobody else, works now. `ask_first`: it may have been sent before."""

    charge: Charge
    attempt: int
    ask_first: bool
    may_charge: bool
    """The booking still waits for this money, and its flights are still to leave. If not, the provider is only asked."""


def find_flights(connection: RawConnection, trip_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The (first) flight of each of these bookings: whose charges share one limit."""
    rows = connection.execute("SELECT id, flight_id FROM bookings WHERE id = ANY(%s)", (list(trip_ids),)).fetchall()
    return {row[0]: row[1] for row in rows}


def claim(connection: RawConnection, trip_ids: Sequence[UUID], after: AfterCommit) -> dict[UUID, Claim]:
    """Take over what is to be done for these bookings: trip -> claim. What is done, or in other hands, is left out.

    A booking that pays by token gets its payment row here. A payment that was not sent before its booking ended is closed.
    """
    trips = lock_trips(connection, trip_ids)
    payments = charges.lock_undeclined(connection, list(trips))
    unopened = {trip.id: trip.price_total for trip in trips.values() if trip.id not in payments and _is_charged_by_us(trip)}
    payments |= {payment.trip_id: payment for payment in charges.open_attempts(connection, unopened)}
    claims: dict[UUID, Claim] = {}
    begun: list[UUID] = []
    dropped: dict[UUID, str] = {}
    for trip_id, payment in payments.items():
        wanted = _is_wanted(trips[trip_id])
        if payment.status is PaymentStatus.REQUIRES_PAYMENT and not wanted:
            dropped[payment.id] = charges.NOT_CHARGED
        elif payment.status in (PaymentStatus.REQUIRES_PAYMENT, PaymentStatus.UNKNOWN):
            sent_before = payment.status is PaymentStatus.UNKNOWN
            claims[trip_id] = Claim(_charge(payment), payment.attempts + 1, ask_first=sent_before, may_charge=wanted)
            if payment.attempts == 0:
                begun.append(trip_id)
    charges.begin(connection, [each.charge.payment_id for each in claims.values()])
    charges.decline(connection, dropped)
    # From here on it is the payment that has a lease.
    _reach_stage(connection, begun, "payment_started", after, rests=True)
    return claims


def apply_outcomes(connection: RawConnection, outcomes: Mapping[UUID, Outcome], after: AfterCommit, *, hold_minutes: int) -> None:
    """Write what is known now about these payments, and what follows for their bookings. Payments that are final stay as they are.

    `hold_minutes`: how long a party of the waiting list may take to pay for seats that a decline frees.
    """
    trips = lock_trips(connection, charges.find_trips(connection, list(outcomes)))
    work = _Decisions()
    for payment in charges.lock(connection, list(outcomes)):
        _decide(payment, outcomes[payment.id], trips[payment.trip_id], work)
    # All flights at once, because two groups of bookings, each in its own order, could meet a foreign transaction halfway.
    moving = [*work.captured, *work.failed]
    counts = lock_counts(connection, {leg.flight_id for trip in moving for leg in trip.legs}) if moving else {}
    charges.succeed(connection, work.succeeded)
    charges.decline(connection, work.declined)
    charges.postpone(connection, work.unknown, PaymentStatus.UNKNOWN)
    charges.postpone(connection, work.unsent, PaymentStatus.REQUIRES_PAYMENT)
    _receive(connection, work.captured, counts, after, hold_minutes=hold_minutes)
    end_trips(
        connection,
        work.failed,
        BookingStatus.FAILED,
        after,
        hold_minutes=hold_minutes,
        failure=FailureCode.PAYMENT_DECLINED,
    )
    _reach_stage(connection, work.refused, "payment_declined", after)
    _reach_stage(connection, work.in_doubt, "payment_unknown", after)


def apply_events(connection: RawConnection, received: Sequence[ProviderEvent], after: AfterCommit, *, hold_minutes: int) -> None:
    """The same for callbacks; an event that was stored before has had its effect."""
    outcomes = {event.payment_id: event.outcome for event in events.store(connection, received)}
    apply_outcomes(connection, outcomes, after, hold_minutes=hold_minutes)


@dataclass(slots=True)
class _Decisions:
    """Ids of payments by what becomes of them, and the bookings that follow."""

    succeeded: list[UUID] = field(default_factory=list)
    declined: dict[UUID, str] = field(default_factory=dict)
    unknown: list[UUID] = field(default_factory=list)
    unsent: list[UUID] = field(default_factory=list)
    captured: list[LockedTrip] = field(default_factory=list)
    failed: list[LockedTrip] = field(default_factory=list)
    refused: list[UUID] = field(default_factory=list)
    """Holds whose traveller may try another card."""
    in_doubt: list[UUID] = field(default_factory=list)


def _decide(payment: LockedPayment, outcome: Outcome, trip: LockedTrip, work: _Decisions) -> None:
    if outcome.amount not in (None, payment.amount) or outcome.currency not in (None, payment.currency):
        said = f"{outcome.amount} {outcome.currency}"
        _log.error("the payment provider speaks of another sum", payment_id=str(payment.id), said=said)
        outcome = Outcome(Verdict.UNKNOWN)
    # Money that moved is a fact, also for a charge that we had written off.
    written_off = payment.status is PaymentStatus.DECLINED and payment.decline_code == charges.NEVER_ARRIVED
    if payment.is_final and not (written_off and outcome.verdict is Verdict.CAPTURED):
        return
    match outcome.verdict:
        case Verdict.CAPTURED:
            work.succeeded.append(payment.id)
            work.captured.append(trip)
        case Verdict.DECLINED:
            work.declined[payment.id] = outcome.decline_code or "declined"
            if trip.status is BookingStatus.HELD and trip.legs[0].payment_mode is PaymentMode.TOKEN:
                work.failed.append(trip)
            else:
                work.refused.append(trip.id)
        case Verdict.NOT_FOUND if not _is_wanted(trip) and payment.attempts >= QUESTIONS:
            work.declined[payment.id] = charges.NEVER_ARRIVED
        case Verdict.NOT_SENT if payment.status is PaymentStatus.PROCESSING and outcome.attempt == payment.attempts:
            work.unsent.append(payment.id)
        case Verdict.UNKNOWN | Verdict.PROCESSING | Verdict.NOT_FOUND | Verdict.NOT_SENT:
            work.unknown.append(payment.id)
            if payment.attempts == 1:
                work.in_doubt.append(trip.id)


def _receive(
    connection: RawConnection, trips: Sequence[LockedTrip], counts: dict[UUID, Count], after: AfterCommit, *, hold_minutes: int
) -> None:
    """Money came in for these bookings: each is confirmed, rescued or refunded."""
    held, rescued = Transitions(), Transitions()
    missed: list[LockedTrip] = []
    returned: dict[RefundReason, list[UUID]] = defaultdict(list)
    at = now()
    for trip in trips:
        match trip.status:
            case BookingStatus.HELD if any(leg.departed for leg in trip.legs):
                missed.append(trip)
                returned[RefundReason.LATE_PAYMENT].append(trip.id)
            case BookingStatus.HELD:
                for leg in trip.legs:
                    counts[leg.flight_id].hold(-leg.seats)
                    counts[leg.flight_id].sell(leg.seats)
                    held.add(Transition(leg.id, trip.id, BookingStatus.CONFIRMED, stages(("paid", at), ("confirmed", at))))
            case BookingStatus.EXPIRED if _has_room(trip, counts):
                for leg in trip.legs:
                    counts[leg.flight_id].sell(leg.seats)
                    rescued.add(Transition(leg.id, trip.id, BookingStatus.CONFIRMED, stages(("paid", at), ("rescued", at))))
                    # Redis has this booking's tombstone, and its seats as free.
                    after.stale_flights.add(leg.flight_id)
            case BookingStatus.CANCELLED:
                called_off = any(counts[leg.flight_id].cancelled for leg in trip.legs)
                returned[RefundReason.FLIGHT_CANCELLED if called_off else RefundReason.CANCELLED].append(trip.id)
            case BookingStatus.EXPIRED | BookingStatus.FAILED:
                returned[RefundReason.LATE_PAYMENT].append(trip.id)
            case BookingStatus.PENDING | BookingStatus.CONFIRMED:
                # Nothing is charged before seats are held, and nothing twice: such money is not ours.
                _log.critical("money for a booking that asked for none", trip_id=str(trip.id), status=trip.status)
                returned[RefundReason.LATE_PAYMENT].append(trip.id)
    held.write(connection, BookingStatus.HELD)
    rescued.write(connection, BookingStatus.EXPIRED)
    if rescued.made:
        connection.execute(
            "UPDATE bookings SET rescued_at = now() WHERE id = ANY(%s)", ([each.booking_id for each in rescued.made],)
        )
        schedule_changes.compare(connection, [each.booking_id for each in rescued.made])
    write_counts(connection, counts)
    for reason, trip_ids in returned.items():
        refunds.request_many(connection, dict.fromkeys(trip_ids), reason, after)
        _reach_stage(connection, trip_ids, "refund_requested", after)
    after.transitions.made += [*held.made, *rescued.made]
    after.transitions.seats |= {flight_id: count.free for flight_id, count in counts.items()}
    _end_missed(connection, missed, after, hold_minutes)


def _end_missed(connection: RawConnection, trips: Sequence[LockedTrip], after: AfterCommit, hold_minutes: int) -> None:
    """Nobody boards a flight that has left: these end as if their time to pay had been over, which it was."""
    by_token = [trip for trip in trips if trip.legs[0].payment_mode is PaymentMode.TOKEN]
    held = [trip for trip in trips if trip.legs[0].payment_mode is not PaymentMode.TOKEN]
    end_trips(connection, held, BookingStatus.EXPIRED, after, hold_minutes=hold_minutes)
    timeout = FailureCode.PAYMENT_TIMEOUT
    end_trips(connection, by_token, BookingStatus.FAILED, after, hold_minutes=hold_minutes, failure=timeout)


def _has_room(trip: LockedTrip, counts: Mapping[UUID, Count]) -> bool:
    return not any(leg.departed for leg in trip.legs) and all(
        not counts[leg.flight_id].cancelled and counts[leg.flight_id].fits(leg.seats) for leg in trip.legs
    )


def _is_wanted(trip: LockedTrip) -> bool:
    """Whether the booking still waits for its money. A hold may last a little longer than the flight was there to be flown."""
    return trip.status is BookingStatus.HELD and trip.may_be_paid


def _is_charged_by_us(trip: LockedTrip) -> bool:
    return _is_wanted(trip) and trip.legs[0].payment_mode is PaymentMode.TOKEN


def _charge(payment: LockedPayment) -> Charge:
    return Charge(payment.id, payment.amount, payment.currency, payment.token, f"booking {payment.trip_id}")


def _reach_stage(
    connection: RawConnection, trip_ids: Sequence[UUID], stage: str, after: AfterCommit, *, rests: bool = False
) -> None:
    """Note a stage on bookings that stay where they are. `rests`: nobody needs to look at them before their time to pay is over."""
    if trip_ids:
        connection.execute(
            """
            UPDATE bookings SET timeline = timeline || %s::jsonb, updated_at = now(),
                next_at = CASE WHEN %s THEN hold_expires_at ELSE next_at END
            WHERE id = ANY(%s)
            """,
            (stages((stage, now())), rests, list(trip_ids)),
        )
        after.changed_bookings += trip_ids
