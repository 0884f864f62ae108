"""A booking as its traveller sees it, read from Postgres for many bookings at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Final
from uuid import UUID

import msgspec

from core import money
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.db import RawConnection, fetch
from core.flights.models import FlightStatus
from core.payments.models import PaymentStatus
from core.places import registry

WORDS: Final[dict[FailureCode, str]] = {
    FailureCode.SOLD_OUT: "The flight sold out before your seats could be taken.",
    FailureCode.FLIGHT_NOT_FOUND: "The flight does not exist any more.",
    FailureCode.FLIGHT_DEPARTED: "The flight departed before your seats could be taken.",
    FailureCode.FLIGHT_CANCELLED: "The airline has cancelled this flight.",
    FailureCode.PAYMENT_DECLINED: "The payment was declined; nothing was charged and the seats are free again.",
    FailureCode.PAYMENT_TIMEOUT: "The payment was not completed in time; the seats are free again.",
    FailureCode.INTERNAL: "Something went wrong on our side. No seat is kept and nothing was charged.",
}


class Failure(msgspec.Struct, frozen=True):
    """Why a booking failed: a stable code, and words for a person. `flight_id`: which flight of a trip was the reason."""

    code: str
    message: str
    flight_id: UUID | None = None


class Stage(msgspec.Struct, frozen=True):
    """One step of a job: when it was reached, and how many milliseconds after the job was accepted."""

    stage: str
    at: datetime
    ms: float


class BookedFlight(msgspec.Struct, frozen=True):
    """The flight of one segment. The code and the IANA time zone of a place are null where the registry of airports does not know it."""

    id: UUID
    flight_number: str
    source: str
    destination: str
    departure_ts: datetime
    arrival_ts: datetime
    status: str
    source_iata: str | None
    source_timezone: str | None
    destination_iata: str | None
    destination_timezone: str | None


class ScheduleChangeView(msgspec.Struct, frozen=True):
    """A flight of the booking was moved. While `action` is null the traveller may keep the new times, or cancel free of charge."""

    flight_id: UUID
    old_departure_ts: datetime
    old_arrival_ts: datetime
    new_departure_ts: datetime
    new_arrival_ts: datetime
    action: str | None
    """`kept`, `cancelled`, or null: not decided."""


class Segment(msgspec.Struct, frozen=True):
    # Another one for each segment, and the booking's own for the first: a client may tell segments apart by it.
    booking_id: UUID
    flight: BookedFlight
    seats: int
    price_total: str
    schedule_change: ScheduleChangeView | None = None


class PassengerView(msgspec.Struct, frozen=True):
    """A named traveller."""

    position: int
    name: str
    date_of_birth: date | None = None
    contact: str | None = None


class RefundView(msgspec.Struct, frozen=True):
    """Money on its way back to the traveller, as a decimal string."""

    amount: str
    currency: str
    status: str
    reason: str


class PaymentView(msgspec.Struct, frozen=True):
    """The payment that paid for the booking, else the last attempt; money is a decimal string."""

    id: UUID
    amount: str
    currency: str
    status: PaymentStatus
    decline_code: str | None
    created_at: datetime

    @property
    def in_progress(self) -> bool:
        return self.status in (PaymentStatus.REQUIRES_PAYMENT, PaymentStatus.PROCESSING, PaymentStatus.UNKNOWN)


class BookingView(msgspec.Struct, frozen=True, kw_only=True):
    """One booking: a single flight, or a trip whose `segments` share reference, price and fate. `id` is also its job id."""

    id: UUID
    trip_id: UUID
    reference: str
    user_id: UUID
    status: BookingStatus
    flight_id: UUID
    seats: int
    price_total: str
    currency: str
    payment_mode: PaymentMode
    hold_expires_at: datetime | None
    awaiting_payment: bool
    """The seats are held, and the traveller has to pay."""
    payment_required_by: datetime | None
    """Until when, while it awaits payment."""
    payment: PaymentView | None
    rescued_at: datetime | None
    """When money that came late took the seats of an expired hold again."""
    failure: Failure | None
    available_actions: list[str]
    segments: list[Segment]
    passengers: list[PassengerView]
    schedule_change: ScheduleChangeView | None
    """The change that waits for the traveller, else the last one."""
    refund: RefundView | None
    timeline: list[Stage]
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


def failure_of(code: str | None, timeline: Sequence[Mapping[str, str]] = ()) -> Failure | None:
    """`timeline` as it is stored: its last stage may name a flight."""
    if not code:
        return None
    flight_id = timeline[-1].get("flight_id") if timeline else None
    return Failure(code, WORDS[FailureCode(code)], UUID(flight_id) if flight_id else None)


@dataclass(frozen=True, slots=True)
class _Row:
    """A booking with one of its segments, as the query below returns them."""

    id: UUID
    reference: str
    user_id: UUID
    status: BookingStatus
    seats: int
    price_total: Decimal
    currency: str
    payment_mode: PaymentMode
    hold_expires_at: datetime | None
    in_time: bool | None
    failure_code: str | None
    timeline: list[dict[str, str]]
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


_QUERY: Final = f"""
    SELECT b.id, b.reference, b.user_id, b.status, b.seats, b.price_total, b.currency, b.payment_mode, b.hold_expires_at,
           b.hold_expires_at > now() AS in_time, b.failure_code, b.timeline, b.created_at, b.updated_at, b.finished_at, b.rescued_at,
           (SELECT jsonb_agg(to_jsonb(p) - 'booking_id' - 'surname_key' ORDER BY p.position)
            FROM passengers p WHERE p.booking_id = b.id) AS passengers,
           (SELECT jsonb_build_object('amount', round(r.amount, {money.places_sql("r.currency")})::text, 'currency', r.currency,
                                      'status', r.status, 'reason', r.reason)
            FROM refunds r WHERE r.booking_id = b.id ORDER BY r.reason = 'surplus_payment', r.id DESC LIMIT 1) AS refund,
           (SELECT jsonb_build_object('id', p.id, 'amount', round(p.amount, {money.places_sql("p.currency")})::text,
                                      'currency', p.currency, 'status', p.status,
                                      'decline_code', p.decline_code, 'created_at', p.created_at)
            FROM payments p WHERE p.booking_id = b.id AND b.payment_mode <> 'none'
            ORDER BY p.status = 'SUCCEEDED' DESC, p.id DESC LIMIT 1) AS payment,
           s.public_id, s.price_total AS segment_price, s.flight_id,
           f.flight_number, f.source, f.destination, f.departure_ts, f.arrival_ts, f.status AS flight_status,
           f.source_iata, f.destination_iata, f.departure_ts > now() AS ahead,
           (SELECT jsonb_build_object('flight_id', s.flight_id, 'old_departure_ts', c.old_departure_ts, 'old_arrival_ts', c.old_arrival_ts,
                                      'new_departure_ts', c.new_departure_ts, 'new_arrival_ts', c.new_arrival_ts, 'action', c.action)
            FROM schedule_changes c WHERE c.booking_id = s.booking_id AND c.position = s.position
            ORDER BY c.action IS NULL DESC, c.resolved_at DESC LIMIT 1) AS schedule_change
    FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
    WHERE b.id = ANY(%s)
    ORDER BY b.id, s.position
"""  # noqa: S608  # only constants of this module


def read_bookings(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, BookingView]:
    """The bookings with these ids; ids of nothing are left out."""
    rows = fetch(connection, _Row, _QUERY, (list(booking_ids),))
    return {booking_id: _view(list(segments)) for booking_id, segments in groupby(rows, key=lambda row: row.id)}


def _view(rows: list[_Row]) -> BookingView:
    booking = rows[0]
    segments = [_segment(row) for row in rows]
    changes = [segment.schedule_change for segment in segments if segment.schedule_change is not None]
    open_change = next((change for change in changes if change.action is None), None)
    awaiting = awaits_payment(booking.status, booking.payment_mode, booking.payment, in_time=bool(booking.in_time))
    return BookingView(
        id=booking.id,
        trip_id=booking.id,
        reference=booking.reference,
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
        failure=failure_of(booking.failure_code, booking.timeline),
        available_actions=available_actions(
            booking.status,
            ahead=booking.ahead,
            flight_cancelled=any(row.flight_status == FlightStatus.CANCELLED for row in rows),
            # Of a flight that has left, nothing is to be decided any more.
            moved=any(row.ahead and change_is_open(segment) for row, segment in zip(rows, segments, strict=True)),
            # A flight that was moved may leave before the one that it was booked behind.
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
    return Segment(row.public_id, flight, row.seats, money.text(row.segment_price, row.currency), row.schedule_change)


def _stages(created_at: datetime, reached: list[dict[str, str]]) -> Iterator[Stage]:
    yield Stage("accepted", created_at, 0.0)
    for step in reached:
        at = datetime.fromisoformat(step["at"])
        # The clocks of the database and of a worker may differ by a little: a stage never comes before the first one.
        yield Stage(step["stage"], at, max(0.0, round((at - created_at).total_seconds() * 1000, 3)))


def change_is_open(segment: Segment) -> bool:
    return segment.schedule_change is not None and segment.schedule_change.action is None


def awaits_payment(status: BookingStatus, mode: PaymentMode, payment: PaymentView | None, *, in_time: bool) -> bool:
    """Whether seats are held for a traveller who has to pay and still may (`in_time`), and no payment of theirs is on its way."""
    is_paying = payment is not None and payment.in_progress
    return status is BookingStatus.HELD and mode is PaymentMode.HOLD and in_time and not is_paying


def available_actions(
    status: BookingStatus, *, ahead: bool, flight_cancelled: bool = False, moved: bool = False, payable: bool = True
) -> list[str]:
    """What the traveller may do now.

    `ahead`: the first flight has not departed. `flight_cancelled`: the airline cancelled one of its flights. `moved`: a flight that is still
    to leave was moved, and waits for an answer. `payable`: held seats wait for money, none is on its way, and no flight has departed.
    """
    match status:
        case BookingStatus.CONFIRMED | BookingStatus.HELD if flight_cancelled:
            return ["cancel"]
        case BookingStatus.CONFIRMED | BookingStatus.HELD if not ahead:
            return ["accept_change"] if moved else []
        case BookingStatus.CONFIRMED:
            return ["cancel", "accept_change"] if moved else ["cancel"]
        case BookingStatus.HELD:
            return [*(["pay"] if payable else []), "cancel", *(["accept_change"] if moved else [])]
        case BookingStatus.PENDING | BookingStatus.CANCELLED | BookingStatus.FAILED | BookingStatus.EXPIRED:
            return []
