"""Cancellation quotes: compute the refund by the fare rule, and store it as a quote that is valid for some minutes.

Only captured money is refunded. The caller has locked the booking, so no money is captured in the meantime.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from core import money
from core.bookings.errors import QuoteNotFound
from core.bookings.locking import LockedBooking, may_act_for
from core.clock import new_id
from core.db import RawConnection, fetch
from core.flights.models import FlightStatus
from core.payments.refunds import captured_sql
from core.settings import Fares

NOT_FOUND: Final = "There is no such quote."


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts for a cancellation, read while the booking is locked. `captured`: paid, and not refunded."""

    booking_id: UUID
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


def read_situations(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, Situation]:
    """The situations of these locked bookings, by booking id."""
    situations = fetch(
        connection,
        Situation,
        f"""
        SELECT b.id AS booking_id,
               {captured_sql("b.id")} AS captured,
               EXISTS (SELECT FROM schedule_changes s WHERE s.booking_id = b.id AND s.action IS NULL) AS moved,
               EXISTS (SELECT FROM booking_segments s JOIN flights f ON f.id = s.flight_id
                       WHERE s.booking_id = b.id AND f.status = {FlightStatus.CANCELLED.sql}) AS flight_cancelled,
               now() AS at
        FROM unnest(%s::uuid[]) AS b(id)
        """,  # noqa: S608  # only constants
        (list(booking_ids),),
    )
    return {situation.booking_id: situation for situation in situations}


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


def issue(connection: RawConnection, fares: Fares, booking: LockedBooking, situation: Situation) -> Quote:
    """Store a new quote, which replaces all earlier ones."""
    return _get(connection, _store(connection, fares, {booking.id: (situation, refund_of(fares, booking, situation))})[0])


def issue_confirmed(
    connection: RawConnection, fares: Fares, wanted: Sequence[tuple[LockedBooking, Situation]]
) -> dict[UUID, Decimal]:
    """Store a new quote for each of these bookings, which are cancelled in this transaction. Returns the refunds, by booking id."""
    if not wanted:
        return {}
    refunds = {booking.id: (situation, refund_of(fares, booking, situation)) for booking, situation in wanted}
    _store(connection, fares, refunds, confirmed=True)
    return {booking_id: refund for booking_id, (_, refund) in refunds.items()}


def _store(
    connection: RawConnection, fares: Fares, refunds: Mapping[UUID, tuple[Situation, Decimal]], *, confirmed: bool = False
) -> list[UUID]:
    """Returns the ids of the quotes."""
    ids = [new_id() for _ in refunds]
    # clock_timestamp(), not the start of the transaction: while the booking is locked, it gives the order of the quotes.
    connection.execute(
        """
        INSERT INTO cancellations (id, booking_id, refund_amount, fee_amount, currency, expires_at, confirmed_at, created_at)
        SELECT w.id, b.id, w.refund, w.fee, b.currency, now() + %s * interval '1 minute', CASE WHEN %s THEN now() END, clock_timestamp()
        FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[], %s::numeric[]) AS w(id, booking_id, refund, fee)
        JOIN bookings b ON b.id = w.booking_id
        """,
        (
            fares.cancel_quote_minutes,
            confirmed,
            ids,
            list(refunds),
            [refund for _, refund in refunds.values()],
            [situation.captured - refund for situation, refund in refunds.values()],
        ),
    )
    return ids


def confirm(connection: RawConnection, refunds: Mapping[UUID, Decimal]) -> dict[UUID, Decimal]:
    """Mark these quotes as confirmed. `refunds`: quote id -> amount, which may be more than quoted, for example because a flight was moved; it
    is stored too. Returns the refunds, by booking id.
    """
    if not refunds:
        return {}
    rows = connection.execute(
        """
        UPDATE cancellations c SET confirmed_at = now(), refund_amount = w.refund, fee_amount = c.fee_amount + c.refund_amount - w.refund
        FROM unnest(%s::uuid[], %s::numeric[]) AS w(id, refund) WHERE c.id = w.id RETURNING c.booking_id, c.refund_amount
        """,
        (list(refunds), list(refunds.values())),
    ).fetchall()
    return dict(rows)


def find_own_bookings(connection: RawConnection, owners: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Quote id -> booking id. `owners`: quote id -> account; a quote for a booking of another account is left out."""
    rows = connection.execute(
        """
        SELECT c.id, c.booking_id FROM unnest(%s::uuid[], %s::uuid[]) AS w(id, user_id)
        JOIN cancellations c ON c.id = w.id JOIN bookings b ON b.id = c.booking_id AND b.user_id = w.user_id
        """,
        (list(owners), list(owners.values())),
    ).fetchall()
    return dict(rows)


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


def read_quotes(connection: RawConnection, quote_ids: Sequence[UUID]) -> dict[UUID, Quote]:
    """The quotes with these ids. Unknown ids are ignored."""
    if not quote_ids:
        return {}
    quotes = fetch(
        connection,
        Quote,
        """
        SELECT c.id, c.booking_id, c.refund_amount, c.fee_amount, c.currency, c.expires_at, c.confirmed_at,
               c.expires_at <= now() AS expired,
               EXISTS (
                   SELECT FROM cancellations n WHERE n.booking_id = c.booking_id AND (n.created_at, n.id) > (c.created_at, c.id)
               ) AS outdated
        FROM cancellations c WHERE c.id = ANY(%s)
        """,
        (list(quote_ids),),
    )
    return {quote.id: quote for quote in quotes}


def _get(connection: RawConnection, quote_id: UUID) -> Quote:
    quote = read_quotes(connection, [quote_id]).get(quote_id)
    if quote is None:
        raise QuoteNotFound(NOT_FOUND)
    return quote
