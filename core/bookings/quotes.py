"""Cancellation quotes: compute the refund by the fare rule, and store it as a quote that is valid for some minutes.

Only captured money is refunded. The caller has locked the booking, so no money is captured in the meantime.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from core import money
from core.bookings.errors import QuoteNotFound
from core.bookings.locking import LockedBooking, may_act_for
from core.clock import new_id
from core.db import RawConnection, fetch_one
from core.flights.models import FlightStatus
from core.payments.models import PaymentStatus
from core.payments.refunds import RefundReason, remaining_sql
from core.settings import Fares

NOT_FOUND: Final = "There is no such quote."


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts for a cancellation, read while the booking is locked. `captured`: paid, and not refunded."""

    captured: Decimal
    moved: bool
    """Whether a schedule change waits for the traveller's answer."""
    flight_cancelled: bool
    """Whether the airline has cancelled one of the flights."""
    at: datetime

    @property
    def free_of_charge(self) -> bool:
        return self.moved or self.flight_cancelled


@dataclass(frozen=True, slots=True)
class Quote:
    """`refund_amount` and `fee_amount` add up to what was captured. `outdated`: a newer quote takes its place."""

    id: UUID
    booking_id: UUID
    refund_amount: Decimal
    fee_amount: Decimal
    currency: str
    expires_at: datetime
    confirmed_at: datetime | None
    expired: bool
    outdated: bool


def fee_of(fares: Fares, captured: Decimal, currency: str, *, since_booking: timedelta, to_departure: timedelta) -> Decimal:
    """The fee that is kept of `captured` if the traveller cancels now, rounded half up to the decimals of the currency."""
    if to_departure <= timedelta(hours=fares.cancel_no_refund_hours):
        return captured
    just_booked = since_booking <= timedelta(hours=fares.cancel_free_hours)
    if just_booked and to_departure >= timedelta(days=fares.cancel_free_days):
        return Decimal(0)
    return money.in_units(captured * fares.cancel_fee_percent / 100, currency)


def read_situation(connection: RawConnection, booking: LockedBooking) -> Situation:
    situation = fetch_one(
        connection,
        Situation,
        f"""
        SELECT coalesce((SELECT sum({remaining_sql()}) FROM payments p WHERE p.booking_id = %(booking)s AND p.status = {PaymentStatus.SUCCEEDED.sql}
                         AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = p.id AND r.reason <> {RefundReason.LOWER_FARE.sql})
               ), 0) AS captured,
               EXISTS (SELECT FROM schedule_changes s WHERE s.booking_id = %(booking)s AND s.action IS NULL) AS moved,
               EXISTS (SELECT FROM flights f WHERE f.id = ANY(%(flights)s) AND f.status = {FlightStatus.CANCELLED.sql}) AS flight_cancelled,
               now() AS at
        """,  # noqa: S608  # only constants
        {"booking": booking.id, "flights": list(booking.flight_ids)},
    )
    assert situation is not None
    return situation


def refund_of(fares: Fares, booking: LockedBooking, situation: Situation) -> Decimal:
    """The refund if this booking is cancelled now."""
    if situation.free_of_charge:
        return situation.captured
    departure = min(segment.departure_ts for segment in booking.segments)
    return situation.captured - fee_of(
        fares,
        situation.captured,
        booking.currency,
        since_booking=situation.at - booking.created_at,
        to_departure=departure - situation.at,
    )


def issue(
    connection: RawConnection, fares: Fares, booking: LockedBooking, situation: Situation, *, confirmed: bool = False
) -> Quote:
    """Store a new quote, which replaces all earlier ones. `confirmed`: the booking is cancelled in this transaction."""
    refund = refund_of(fares, booking, situation)
    quote_id = new_id()
    # clock_timestamp(), not the start of the transaction: while the booking is locked, it gives the order of the quotes.
    connection.execute(
        """
        INSERT INTO cancellations (id, booking_id, refund_amount, fee_amount, currency, expires_at, confirmed_at, created_at)
        VALUES (%s, %s, %s, %s, %s, now() + %s * interval '1 minute', CASE WHEN %s THEN now() END, clock_timestamp())
        """,
        (
            quote_id,
            booking.id,
            refund,
            situation.captured - refund,
            booking.currency,
            fares.cancel_quote_minutes,
            confirmed,
        ),
    )
    return _get(connection, quote_id)


def confirm(connection: RawConnection, quote: Quote, refund: Decimal) -> None:
    """Mark this quote as confirmed. `refund`: may be more than quoted, for example because a flight was moved; it is stored too."""
    connection.execute(
        """
        UPDATE cancellations SET confirmed_at = now(), refund_amount = %s, fee_amount = fee_amount + refund_amount - %s
        WHERE id = %s
        """,
        (refund, refund, quote.id),
    )


def get_quote(connection: RawConnection, quote_id: UUID, owner_id: UUID | None) -> Quote:
    """One quote for a booking of this owner. `owner_id`: None for an administrator.

    Raises:
        QuoteNotFound
    """
    quote = _get(connection, quote_id)
    row = connection.execute("SELECT user_id FROM bookings WHERE id = %s", (quote.booking_id,)).fetchone()
    if row is None or not may_act_for(owner_id, row[0]):
        raise QuoteNotFound(NOT_FOUND)
    return quote


def _get(connection: RawConnection, quote_id: UUID) -> Quote:
    quote = fetch_one(
        connection,
        Quote,
        """
        SELECT c.id, c.booking_id, c.refund_amount, c.fee_amount, c.currency, c.expires_at, c.confirmed_at,
               c.expires_at <= now() AS expired,
               EXISTS (
                   SELECT FROM cancellations n WHERE n.booking_id = c.booking_id AND (n.created_at, n.id) > (c.created_at, c.id)
               ) AS outdated
        FROM cancellations c WHERE c.id = %s
        """,
        (quote_id,),
    )
    if quote is None:
        raise QuoteNotFound(NOT_FOUND)
    return quote
