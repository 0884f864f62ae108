"""What cancelling a booking gives back: the fare rule, and quotes that promise its answer for a while.

Only money that was captured is given back. Whoever asks holds the booking's lock, so that nothing is captured meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from core.bookings.errors import QuoteNotFound
from core.clock import new_id
from core.db import RawConnection
from core.lifecycle.end import LockedTrip
from core.settings import Fares

CENT: Final = Decimal("0.01")
NOT_FOUND: Final = "There is no such quote."


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides about a cancellation, read under the booking's lock. `captured`: paid, and not on its way back."""

    captured: Decimal
    moved: bool
    """A change of the schedule waits for the traveller's answer."""
    called_off: bool
    """The airline has cancelled one of the flights."""
    at: datetime

    @property
    def free_of_charge(self) -> bool:
        return self.moved or self.called_off


@dataclass(frozen=True, slots=True)
class Quote:
    """`refund_amount` and `fee_amount` add up to what was captured. `outdated`: a newer quote takes its place."""

    id: UUID
    trip_id: UUID
    refund_amount: Decimal
    fee_amount: Decimal
    currency: str
    expires_at: datetime
    confirmed_at: datetime | None
    expired: bool
    outdated: bool


def fee_of(fares: Fares, captured: Decimal, *, since_booking: timedelta, to_departure: timedelta) -> Decimal:
    """What is kept of `captured` when the traveller cancels now; rounded half up to the cent."""
    if to_departure <= timedelta(hours=fares.cancel_no_refund_hours):
        return captured
    just_booked = since_booking <= timedelta(hours=fares.cancel_free_hours)
    if just_booked and to_departure >= timedelta(days=fares.cancel_free_days):
        return Decimal(0)
    return (captured * fares.cancel_fee_percent / 100).quantize(CENT, ROUND_HALF_UP)


def read_situation(connection: RawConnection, trip: LockedTrip) -> Situation:
    row = connection.execute(
        """
        SELECT coalesce((SELECT sum(p.amount) FROM payments p WHERE p.trip_id = %(trip)s AND p.status = 'SUCCEEDED'
                         AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = p.id)), 0),
               EXISTS (SELECT FROM schedule_changes s WHERE s.trip_id = %(trip)s AND s.action IS NULL),
               EXISTS (SELECT FROM flights f WHERE f.id = ANY(%(flights)s) AND f.status = 'CANCELLED'),
               now()
        """,
        {"trip": trip.id, "flights": [leg.flight_id for leg in trip.legs]},
    ).fetchone()
    assert row is not None
    return Situation(*row)


def refund_of(fares: Fares, trip: LockedTrip, situation: Situation) -> Decimal:
    """What the traveller gets back when this booking is cancelled now."""
    if situation.free_of_charge:
        return situation.captured
    departure = min(leg.departure_ts for leg in trip.legs)
    return situation.captured - fee_of(
        fares,
        situation.captured,
        since_booking=situation.at - trip.legs[0].created_at,
        to_departure=departure - situation.at,
    )


def issue(connection: RawConnection, fares: Fares, trip: LockedTrip, situation: Situation, *, confirmed: bool = False) -> Quote:
    """Store a new quote, which takes the place of all earlier ones. `confirmed`: it is carried out in this transaction."""
    refund = refund_of(fares, trip, situation)
    quote_id = new_id()
    # By the clock, not by the transaction's time: under the booking's lock, that is the order in which quotes were given.
    connection.execute(
        """
        INSERT INTO cancellations (id, trip_id, refund_amount, fee_amount, currency, expires_at, confirmed_at, created_at)
        VALUES (%s, %s, %s, %s, %s, now() + %s * interval '1 minute', CASE WHEN %s THEN now() END, clock_timestamp())
        """,
        (
            quote_id,
            trip.id,
            refund,
            situation.captured - refund,
            trip.legs[0].currency,
            fares.cancel_quote_minutes,
            confirmed,
        ),
    )
    return _get(connection, quote_id)


def confirm(connection: RawConnection, quote: Quote, refund: Decimal) -> None:
    """Note that this quote was carried out. Something better than promised may have happened meanwhile, so `refund` is stored too."""
    connection.execute(
        """
        UPDATE cancellations SET confirmed_at = now(), refund_amount = %s, fee_amount = fee_amount + refund_amount - %s
        WHERE id = %s
        """,
        (refund, refund, quote.id),
    )


def get_quote(connection: RawConnection, quote_id: UUID, owner_id: UUID | None) -> Quote:
    """One quote of one of the owner's bookings; `owner_id` None is an admin.

    Raises:
        QuoteNotFound
    """
    quote = _get(connection, quote_id)
    row = connection.execute("SELECT user_id FROM bookings WHERE id = %s", (quote.trip_id,)).fetchone()
    if row is None or owner_id not in (None, row[0]):
        raise QuoteNotFound(NOT_FOUND)
    return quote


def _get(connection: RawConnection, quote_id: UUID) -> Quote:
    row: tuple[Any, ...] | None = connection.execute(
        """
        SELECT c.id, c.trip_id, c.refund_amount, c.fee_amount, c.currency, c.expires_at, c.confirmed_at, c.expires_at <= now(),
               EXISTS (SELECT FROM cancellations n WHERE n.trip_id = c.trip_id AND (n.created_at, n.id) > (c.created_at, c.id))
        FROM cancellations c WHERE c.id = %s
        """,
        (quote_id,),
    ).fetchone()
    if row is None:
        raise QuoteNotFound(NOT_FOUND)
    return Quote(*row)
