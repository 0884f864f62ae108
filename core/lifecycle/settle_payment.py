"""Apply the outcomes of payments to bookings. All outcomes are handled here: from the response to a worker's call, from a callback of the
provider, and from a look-up after a crash.

Locks are taken in one order: bookings, then their payments, then their flights. No lock and no transaction is open while the
provider is called. Between `claim` and `apply_outcomes` the payment has the status PROCESSING and a lease.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from core.after_commit import AfterCommit
from core.bookings.locking import LockedBooking, lock_bookings
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import Transition, Transitions, mark_rescued, reach_stage, stages
from core.clock import now
from core.db import RawConnection
from core.flights.changes import schedule_changes
from core.flights.seat_counts import SeatCounts, lock_counts, write_counts
from core.lifecycle.end import end_bookings
from core.payments import charges, events, refunds
from core.payments.charges import LockedPayment, NewAttempt
from core.payments.events import ProviderEvent
from core.payments.models import PaymentStatus
from core.payments.provider import Charge, ChargeOutcome, ChargeStatus
from core.payments.refunds import RefundReason

NOT_PAYING: Final = (PaymentStatus.DECLINED, PaymentStatus.SURPLUS)
MAX_LOOK_UPS: Final = 6
"""If the provider still has no such charge after so many claims (more than half a minute), the charge never arrived and will not arrive.
"""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """One payment that only the caller processes now. `look_up_first`: the charge may have been sent before, so look up its outcome at the
    provider first.
    """

    charge: Charge
    attempt: int
    look_up_first: bool
    may_charge: bool
    """Whether the booking still waits for this money and its flights have not departed. If false, the charge is only looked up, and not
    made.
    """


def claim(connection: RawConnection, booking_ids: Sequence[UUID], after: AfterCommit) -> dict[UUID, Claim]:
    """Claim the payments of these bookings: booking -> claim. Payments that are final, or that another worker has, are left out.

    A booking that pays by token gets its payment row here. If a booking ended before its payment was sent, the payment is closed.
    """
    bookings = lock_bookings(connection, booking_ids)
    payments = charges.lock_undeclined(connection, list(bookings))
    unopened = {
        booking.id: NewAttempt(booking.price_total)
        for booking in bookings.values()
        if booking.id not in payments and _is_charged_by_us(booking)
    }
    payments |= {payment.booking_id: payment for payment in charges.open_attempts(connection, unopened)}
    claims: dict[UUID, Claim] = {}
    begun: list[UUID] = []
    dropped: dict[UUID, str] = {}
    for booking_id, payment in payments.items():
        wanted = _is_wanted(bookings[booking_id])
        if payment.status is PaymentStatus.REQUIRES_PAYMENT and not wanted:
            dropped[payment.id] = charges.NOT_CHARGED
        elif payment.status in (PaymentStatus.REQUIRES_PAYMENT, PaymentStatus.UNKNOWN):
            sent_before = payment.status is PaymentStatus.UNKNOWN
            claims[booking_id] = Claim(_charge(payment), payment.attempts + 1, look_up_first=sent_before, may_charge=wanted)
            if payment.attempts == 0:
                begun.append(booking_id)
    charges.begin(connection, [each.charge.payment_id for each in claims.values()])
    charges.decline(connection, dropped, after)
    # From here on the payment has a lease, not the booking.
    _reach_stage(connection, begun, "payment_started", after, rests=True)
    return claims


def apply_outcomes(
    connection: RawConnection, outcomes: Mapping[UUID, ChargeOutcome], after: AfterCommit, *, hold_minutes: int
) -> None:
    """Store the outcomes of these payments, and change their bookings accordingly. Payments that are final are not changed.

    `hold_minutes`: how long an offer of seats that a decline frees is valid.
    """
    bookings = lock_bookings(connection, charges.find_bookings(connection, list(outcomes)))
    payments = charges.lock_all(connection, list(bookings))
    work = _Decisions(paying={each.booking_id: each.id for each in payments if each.status not in NOT_PAYING})
    decided = [payment for payment in payments if payment.id in outcomes]
    # Captures come last: if one payment of a booking was declined and another captured in the same batch, the captured one pays
    # for it.
    for payment in sorted(decided, key=lambda payment: outcomes[payment.id].status is ChargeStatus.CAPTURED):
        _decide(payment, outcomes[payment.id], bookings[payment.booking_id], work)
    charges.decline(connection, work.declined, after)
    charges.succeed(connection, work.succeeded, after)
    charges.succeed(connection, work.surplus, after, PaymentStatus.SURPLUS)
    refunds.request_surplus(connection, work.surplus, after)
    charges.postpone(connection, work.unknown, PaymentStatus.UNKNOWN)
    charges.postpone(connection, work.unsent, PaymentStatus.REQUIRES_PAYMENT)
    # All flights are locked at once, because locking them for each group of bookings could cause a deadlock with another transaction;
    # and only now, because other transactions wait for them.
    moving = [*work.captured, *work.failed]
    counts = lock_counts(connection, {flight_id for booking in moving for flight_id in booking.flight_ids}) if moving else {}
    _receive(connection, work.captured, counts, after, hold_minutes=hold_minutes)
    end_bookings(
        connection,
        work.failed,
        BookingStatus.FAILED,
        after,
        hold_minutes=hold_minutes,
        failure=FailureCode.PAYMENT_DECLINED,
    )
    _reach_stage(connection, work.refused, "payment_declined", after)
    _reach_stage(connection, work.newly_unknown, "payment_unknown", after)


def apply_events(connection: RawConnection, received: Sequence[ProviderEvent], after: AfterCommit, *, hold_minutes: int) -> None:
    """Apply callbacks of the provider. An event that is already stored is ignored, because it was applied before."""
    outcomes: dict[UUID, ChargeOutcome] = {}
    for event in events.store(connection, received):
        known = outcomes.get(event.payment_id)
        if known is None or known.status is not ChargeStatus.CAPTURED:
            outcomes[event.payment_id] = event.outcome
    apply_outcomes(connection, outcomes, after, hold_minutes=hold_minutes)


@dataclass(slots=True)
class _Decisions:
    """Ids of payments by their new status, and the bookings to change."""

    paying: dict[UUID, UUID]
    """For each booking, its payment that is not declined: booking -> payment."""
    surplus: list[UUID] = field(default_factory=list)
    succeeded: list[UUID] = field(default_factory=list)
    declined: dict[UUID, str] = field(default_factory=dict)
    unknown: list[UUID] = field(default_factory=list)
    unsent: list[UUID] = field(default_factory=list)
    captured: list[LockedBooking] = field(default_factory=list)
    failed: list[LockedBooking] = field(default_factory=list)
    refused: list[UUID] = field(default_factory=list)
    """Holds that stay open: the traveller may try another card."""
    newly_unknown: list[UUID] = field(default_factory=list)
    """Bookings whose first attempt at a charge has no known outcome; the traveller is told."""


def _decide(payment: LockedPayment, outcome: ChargeOutcome, booking: LockedBooking, work: _Decisions) -> None:
    if outcome.amount not in (None, payment.amount) or outcome.currency not in (None, payment.currency):
        said = f"{outcome.amount} {outcome.currency}"
        _log.error("the payment provider names another amount", payment_id=str(payment.id), said=said)
        outcome = ChargeOutcome(ChargeStatus.UNKNOWN)
    if _is_settled(payment, outcome.status):
        return
    match outcome.status:
        case ChargeStatus.CAPTURED if work.paying.get(booking.id, payment.id) != payment.id:
            _log.warning(
                "money for a booking that another payment pays for", payment_id=str(payment.id), booking_id=str(booking.id)
            )
            work.surplus.append(payment.id)
        case ChargeStatus.CAPTURED:
            work.paying[booking.id] = payment.id
            work.succeeded.append(payment.id)
            work.captured.append(booking)
        case ChargeStatus.DECLINED:
            work.declined[payment.id] = outcome.decline_code or "declined"
            work.paying.pop(booking.id)
            if booking.status is BookingStatus.HELD and booking.payment_mode is PaymentMode.TOKEN:
                work.failed.append(booking)
            else:
                work.refused.append(booking.id)
        case ChargeStatus.NOT_FOUND if not _is_wanted(booking) and payment.attempts >= MAX_LOOK_UPS:
            work.declined[payment.id] = charges.NEVER_ARRIVED
            work.paying.pop(booking.id)
        case ChargeStatus.NOT_SENT if payment.status is PaymentStatus.PROCESSING and outcome.attempt == payment.attempts:
            work.unsent.append(payment.id)
        case ChargeStatus.UNKNOWN | ChargeStatus.PROCESSING | ChargeStatus.NOT_FOUND | ChargeStatus.NOT_SENT:
            work.unknown.append(payment.id)
            if payment.attempts == 1:
                work.newly_unknown.append(booking.id)


def _is_settled(payment: LockedPayment, status: ChargeStatus) -> bool:
    """Whether the outcome changes nothing. A capture always counts, even if the payment was declined before, because the money
    has moved.
    """
    if payment.status is PaymentStatus.DECLINED:
        return status is not ChargeStatus.CAPTURED
    return payment.is_final


def _receive(
    connection: RawConnection,
    bookings: Sequence[LockedBooking],
    counts: dict[UUID, SeatCounts],
    after: AfterCommit,
    *,
    hold_minutes: int,
) -> None:
    """Money was captured for these bookings. Each is confirmed, or gets its seats again after its hold expired, or is refunded."""
    held, rescued = Transitions(), Transitions()
    missed: list[LockedBooking] = []
    returned: dict[RefundReason, list[UUID]] = defaultdict(list)
    at = now()
    for booking in bookings:
        match booking.status:
            case BookingStatus.HELD if booking.has_departed_flight:
                missed.append(booking)
                returned[RefundReason.LATE_PAYMENT].append(booking.id)
            case BookingStatus.HELD:
                held.add(Transition(booking.id, BookingStatus.CONFIRMED, stages(("paid", at), ("confirmed", at))))
                for flight_id in booking.flight_ids:
                    counts[flight_id].hold(-booking.seats)
                    counts[flight_id].sell(booking.seats)
            case BookingStatus.EXPIRED if _has_room(booking, counts):
                rescued.add(Transition(booking.id, BookingStatus.CONFIRMED, stages(("paid", at), ("rescued", at))))
                for flight_id in booking.flight_ids:
                    counts[flight_id].sell(booking.seats)
                    # In Redis this booking is marked as released, and its seats count as free.
                    after.stale_flights.add(flight_id)
            case BookingStatus.CANCELLED:
                by_airline = any(counts[flight_id].cancelled for flight_id in booking.flight_ids)
                returned[RefundReason.FLIGHT_CANCELLED if by_airline else RefundReason.CANCELLED].append(booking.id)
            case BookingStatus.EXPIRED | BookingStatus.FAILED:
                returned[RefundReason.LATE_PAYMENT].append(booking.id)
            case BookingStatus.PENDING | BookingStatus.CONFIRMED:
                # We never charge before seats are held, and never twice, so we did not request this money.
                _log.critical(
                    "money was captured for a booking that needs none", booking_id=str(booking.id), status=booking.status
                )
                returned[RefundReason.LATE_PAYMENT].append(booking.id)
    held.write(connection, BookingStatus.HELD, after)
    rescued.write(connection, BookingStatus.EXPIRED, after)
    if rescued.made:
        again = [each.booking_id for each in rescued.made]
        mark_rescued(connection, again)
        after.events += schedule_changes.record_missed(connection, again)
    write_counts(connection, counts)
    for reason, booking_ids in returned.items():
        refunds.request(connection, dict.fromkeys(booking_ids), reason, after)
        _reach_stage(connection, booking_ids, "refund_requested", after)
    after.free_seats |= {flight_id: count.free for flight_id, count in counts.items()}
    _end_missed(connection, missed, after, hold_minutes)


def _end_missed(connection: RawConnection, bookings: Sequence[LockedBooking], after: AfterCommit, hold_minutes: int) -> None:
    """End bookings whose flight has departed before they were paid, as if their hold had expired."""
    by_token = [booking for booking in bookings if booking.payment_mode is PaymentMode.TOKEN]
    held = [booking for booking in bookings if booking.payment_mode is not PaymentMode.TOKEN]
    end_bookings(connection, held, BookingStatus.EXPIRED, after, hold_minutes=hold_minutes)
    timeout = FailureCode.PAYMENT_TIMEOUT
    end_bookings(connection, by_token, BookingStatus.FAILED, after, hold_minutes=hold_minutes, failure=timeout)


def _has_room(booking: LockedBooking, counts: Mapping[UUID, SeatCounts]) -> bool:
    return not booking.has_departed_flight and all(
        not counts[flight_id].cancelled and counts[flight_id].fits(booking.seats) for flight_id in booking.flight_ids
    )


def _is_wanted(booking: LockedBooking) -> bool:
    """Whether the booking still waits for its money, and its flights have not departed. A hold may end a little after the
    departure.
    """
    return booking.status is BookingStatus.HELD and booking.may_be_paid


def _is_charged_by_us(booking: LockedBooking) -> bool:
    return _is_wanted(booking) and booking.payment_mode is PaymentMode.TOKEN


def _charge(payment: LockedPayment) -> Charge:
    return Charge(payment.id, payment.amount, payment.currency, payment.token, f"booking {payment.booking_id}")


def _reach_stage(
    connection: RawConnection, booking_ids: Sequence[UUID], stage: str, after: AfterCommit, *, rests: bool = False
) -> None:
    if booking_ids:
        reach_stage(connection, booking_ids, stage, rests=rests)
        after.changed_bookings += booking_ids
