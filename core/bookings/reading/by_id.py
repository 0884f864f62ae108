"""Read bookings by their ids, many with one query.

Postgres returns a booking as one text (`read_texts`), and what a traveller sees is made from that text alone (`view_of`). So a process that
has the view of a text can use it as long as it reads the same text. The text has everything that is shown, also what changes with time
(`in_time`, `ahead`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from core import money
from core.bookings.models import PaymentMode
from core.bookings.reading.actions import available_actions, awaits_payment
from core.bookings.reading.views import (
    BookedFlight,
    BookingView,
    PassengerView,
    PaymentView,
    RefundView,
    ScheduleChangeView,
    Segment,
    Stage,
    change_is_open,
    failure_of,
)
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.db.planning import any_length
from core.flights.models import FlightStatus
from core.flights.rules import CHECK_IN_CLOSES_MINUTES
from core.payments.models import PaymentStatus
from core.payments.refunds import RefundReason
from core.places import registry


@dataclass(frozen=True, slots=True)
class _Row:
    """A booking with one of its segments, as the text of the booking has them."""

    id: UUID
    reference: str
    sequence: int | None
    user_id: UUID
    status: BookingStatus
    seats: int
    price_total: Decimal
    currency: str
    payment_mode: PaymentMode
    hold_expires_at: datetime | None
    in_time: bool | None
    failure_code: str | None
    timeline: list[dict[str, Any]]
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    rescued_at: datetime | None
    passengers: list[PassengerView] | None
    refund: RefundView | None
    payment: PaymentView | None
    public_id: UUID
    segment_price: Decimal
    flight_id: UUID
    flight_number: str
    source: str
    destination: str
    departure_ts: datetime
    arrival_ts: datetime
    flight_status: str
    source_iata: str | None
    destination_iata: str | None
    ahead: bool
    schedule_change: ScheduleChangeView | None
    seat_numbers: list[str]
    seats_change_until: datetime | None


_ROWS: Final = f"""
    SELECT b.id, b.reference, b.sequence, b.user_id, b.status, b.seats, b.price_total, b.currency, b.payment_mode, b.hold_expires_at,
           b.hold_expires_at > now() AS in_time, b.failure_code, b.timeline, b.created_at, b.updated_at, b.finished_at, b.rescued_at,
           (SELECT jsonb_agg(to_jsonb(p) - 'booking_id' - 'surname_key' - 'surname_keys' ORDER BY p.position)
            FROM passengers p WHERE p.booking_id = b.id) AS passengers,
           (SELECT jsonb_build_object('amount', {money.in_units_sql("r.amount", "r.currency")}::text, 'currency', r.currency,
                                      'status', r.status, 'reason', r.reason)
            FROM refunds r WHERE r.booking_id = b.id
              AND (r.reason <> {RefundReason.LOWER_FARE.sql} OR b.status = {BookingStatus.CONFIRMED.sql}) ORDER BY r.reason = {RefundReason.SURPLUS_PAYMENT.sql}, r.id DESC LIMIT 1) AS refund,
           (SELECT jsonb_build_object('id', p.id, 'amount', {money.in_units_sql("p.amount", "p.currency")}::text,
                                      'currency', p.currency, 'status', p.status,
                                      'decline_code', p.decline_code, 'created_at', p.created_at)
            FROM payments p WHERE p.booking_id = b.id AND b.payment_mode <> {PaymentMode.NONE.sql}
            ORDER BY p.status = {PaymentStatus.SUCCEEDED.sql} DESC, p.id DESC LIMIT 1) AS payment,
           s.position, s.public_id, s.price_total AS segment_price, s.flight_id,
           f.flight_number, f.source, f.destination, f.departure_ts, f.arrival_ts, f.status AS flight_status,
           f.source_iata, f.destination_iata, f.departure_ts > now() AS ahead,
           (SELECT jsonb_build_object('flight_id', s.flight_id, 'old_departure_ts', c.old_departure_ts, 'old_arrival_ts', c.old_arrival_ts,
                                      'new_departure_ts', c.new_departure_ts, 'new_arrival_ts', c.new_arrival_ts, 'action', c.action)
            FROM schedule_changes c WHERE c.booking_id = s.booking_id AND c.position = s.position
            ORDER BY c.action IS NULL DESC, c.resolved_at DESC LIMIT 1) AS schedule_change,
           ARRAY(SELECT n.seat_number FROM seat_numbers n WHERE n.booking_id = s.booking_id AND n.position = s.position
                 ORDER BY n.traveller) AS seat_numbers,
           CASE WHEN f.cabin IS NOT NULL THEN f.departure_ts - {CHECK_IN_CLOSES_MINUTES} * interval '1 minute' END AS seats_change_until
    FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
    WHERE b.id = ANY({any_length("%s", "uuid[]")})
"""  # noqa: S608  # only constants of this module
_QUERY: Final = f"SELECT r.id, json_agg(r ORDER BY r.position)::text FROM ({_ROWS}) AS r GROUP BY r.id"  # noqa: S608  # only constants

_decoder: Final = msgspec.json.Decoder(list[_Row])


def read_bookings(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, BookingView]:
    """The bookings with these ids. Unknown ids are ignored."""
    return {booking_id: view_of(text) for booking_id, text in read_texts(connection, booking_ids).items()}


def read_each(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, BookingView | Exception]:
    """As `read_bookings`. A booking that this version of the code cannot read is its error, so that the others are still read."""
    views: dict[UUID, BookingView | Exception] = {}
    for booking_id, text in read_texts(connection, booking_ids).items():
        try:
            views[booking_id] = view_of(text)
        except Exception as error:
            views[booking_id] = error
    return views


def read_texts(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The bookings with these ids, each as the text that `view_of` reads. Unknown ids are ignored."""
    return dict(connection.execute(_QUERY.encode(), (list(booking_ids),)).fetchall())


def view_of(text: str) -> BookingView:
    """The booking with this text."""
    rows = _decoder.decode(text)
    booking = rows[0]
    segments = [_segment(row) for row in rows]
    changes = [segment.schedule_change for segment in segments if segment.schedule_change is not None]
    open_change = next((change for change in changes if change.action is None), None)
    awaiting = awaits_payment(booking.status, booking.payment_mode, booking.payment, in_time=bool(booking.in_time))
    return BookingView(
        id=booking.id,
        trip_id=booking.id,
        reference=booking.reference,
        sequence=booking.sequence,
        user_id=booking.user_id,
        status=booking.status,
        flight_id=booking.flight_id,
        seats=booking.seats,
        price_total=money.text(booking.price_total, booking.currency),
        currency=booking.currency,
        payment_mode=booking.payment_mode,
        hold_expires_at=booking.hold_expires_at,
        awaiting_payment=awaiting,
        payment_required_by=booking.hold_expires_at if awaiting else None,
        payment=booking.payment,
        rescued_at=booking.rescued_at,
        failure=failure_of(booking.failure_code, booking.timeline, booking.sequence),
        available_actions=available_actions(
            booking.status,
            ahead=booking.ahead,
            flight_cancelled=any(row.flight_status == FlightStatus.CANCELLED for row in rows),
            # A change of a flight that has departed cannot be accepted or refused any more.
            moved=any(row.ahead and change_is_open(segment) for row, segment in zip(rows, segments, strict=True)),
            # A flight that was moved may depart before an earlier segment.
            payable=awaiting and all(row.ahead for row in rows),
        ),
        segments=segments,
        passengers=booking.passengers or [],
        schedule_change=open_change or next(iter(changes), None),
        refund=booking.refund,
        timeline=list(_stages(booking.created_at, booking.timeline)),
        created_at=booking.created_at,
        updated_at=booking.updated_at,
        finished_at=booking.finished_at,
    )


def _segment(row: _Row) -> Segment:
    flight = BookedFlight(
        id=row.flight_id,
        flight_number=row.flight_number,
        source=row.source,
        destination=row.destination,
        departure_ts=row.departure_ts,
        arrival_ts=row.arrival_ts,
        status=row.flight_status,
        source_iata=row.source_iata,
        source_timezone=registry.timezone_of(row.source_iata),
        destination_iata=row.destination_iata,
        destination_timezone=registry.timezone_of(row.destination_iata),
    )
    price = money.text(row.segment_price, row.currency)
    return Segment(row.public_id, flight, row.seats, price, row.schedule_change, row.seat_numbers, row.seats_change_until)


def _stages(created_at: datetime, reached: list[dict[str, Any]]) -> Iterator[Stage]:
    yield Stage("accepted", created_at, 0.0)
    for step in reached:
        at = datetime.fromisoformat(step["at"])
        # The clocks of the database and of a worker may differ a little, so a stage is never shown before the first one.
        yield Stage(step["stage"], at, max(0.0, round((at - created_at).total_seconds() * 1000, 3)))
