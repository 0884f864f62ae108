"""A booking as its traveller sees it, read from Postgres for many bookings at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import msgspec

from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.db import RawConnection
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
    booking_id: UUID
    flight: BookedFlight
    seats: int
    price_total: str
    schedule_change: ScheduleChangeView | None = None


class PassengerView(msgspec.Struct, frozen=True):
    """A named traveller. Who finds a booking by reference and surname, and does not own it, sees the name alone."""

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
    """The last attempt to charge the booking; money is a decimal string."""

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


def money(amount: Decimal) -> str:
    """A decimal string with two places, never an exponent."""
    return f"{amount:.2f}"


_QUERY: Final = """
    SELECT b.trip_id, b.id, b.reference, b.user_id, b.status, b.seats, b.price_total, b.currency, b.payment_mode, b.hold_expires_at,
           b.failure_code, b.timeline, b.created_at, b.updated_at, b.finished_at,
           f.id, f.flight_number, f.source, f.destination, f.departure_ts, f.arrival_ts, f.status, f.departure_ts > now(),
           (SELECT jsonb_build_object('flight_id', f.id, 'old_departure_ts', s.old_departure_ts, 'old_arrival_ts', s.old_arrival_ts,
                                      'new_departure_ts', s.new_departure_ts, 'new_arrival_ts', s.new_arrival_ts, 'action', s.action)
            FROM schedule_changes s WHERE s.trip_id = b.trip_id AND s.booking_id = b.id
            ORDER BY s.action IS NULL DESC, s.resolved_at DESC LIMIT 1),
           (SELECT jsonb_agg(to_jsonb(p) - 'trip_id' - 'surname_key' ORDER BY p.position) FROM passengers p WHERE p.trip_id = b.id),
           (SELECT jsonb_build_object('amount', r.amount::text, 'currency', r.currency, 'status', r.status, 'reason', r.reason)
            FROM refunds r WHERE r.trip_id = b.id ORDER BY r.id DESC LIMIT 1),
           (SELECT jsonb_build_object('id', p.id, 'amount', p.amount::text, 'currency', p.currency, 'status', p.status,
                                      'decline_code', p.decline_code, 'created_at', p.created_at)
            FROM payments p WHERE p.trip_id = b.id AND b.payment_mode <> 'none' ORDER BY p.id DESC LIMIT 1),
           b.rescued_at, f.source_iata, f.destination_iata, b.hold_expires_at > now()
    FROM bookings b JOIN flights f ON f.id = b.flight_id
    WHERE b.id = ANY(%s) OR (b.leg > 0 AND b.trip_id = ANY(%s))
    ORDER BY b.trip_id, b.leg
"""


def read_bookings(connection: RawConnection, trip_ids: Sequence[UUID]) -> dict[UUID, BookingView]:
    """The bookings with these trip ids; ids of nothing, and of later legs, are left out."""
    ids = list(trip_ids)
    rows = connection.execute(_QUERY, (ids, ids)).fetchall()
    views = (_view(list(legs)) for _, legs in groupby(rows, key=lambda row: row[0]))
    return {view.trip_id: view for view in views if view.id == view.trip_id}


def _view(legs: list[tuple[Any, ...]]) -> BookingView:
    first = legs[0]
    status = BookingStatus(first[4])
    segments = [_segment(leg) for leg in legs]
    changes = [segment.schedule_change for segment in segments if segment.schedule_change is not None]
    open_change = next((change for change in changes if change.action is None), None)
    mode = PaymentMode(first[8])
    payment = None if first[26] is None else msgspec.convert(first[26], PaymentView)
    awaiting = awaits_payment(status, mode, payment, in_time=bool(first[30]))
    return BookingView(
        id=first[1],
        trip_id=first[0],
        reference=first[2],
        user_id=first[3],
        status=status,
        flight_id=first[15],
        seats=first[5],
        price_total=money(sum((leg[6] for leg in legs), Decimal(0))),
        currency=first[7],
        payment_mode=mode,
        hold_expires_at=first[9],
        awaiting_payment=awaiting,
        payment_required_by=first[9] if awaiting else None,
        payment=payment,
        rescued_at=first[27],
        failure=failure_of(first[10], first[11]),
        available_actions=available_actions(
            status,
            ahead=first[22],
            called_off=any(leg[21] == FlightStatus.CANCELLED for leg in legs),
            # Of a flight that has left, nothing is to be decided any more.
            moved=any(leg[22] and change_is_open(segment) for leg, segment in zip(legs, segments, strict=True)),
            # A flight that was moved may leave before the one that it was booked behind.
            payable=awaiting and all(leg[22] for leg in legs),
        ),
        segments=segments,
        passengers=[] if first[24] is None else msgspec.convert(first[24], list[PassengerView]),
        schedule_change=open_change or next(iter(changes), None),
        refund=None if first[25] is None else msgspec.convert(first[25], RefundView),
        timeline=list(_stages(first[12], first[11])),
        created_at=first[12],
        updated_at=first[13],
        finished_at=first[14],
    )


def _segment(leg: tuple[Any, ...]) -> Segment:
    change = None if leg[23] is None else msgspec.convert(leg[23], ScheduleChangeView)
    ends = [known for code in leg[28:30] for known in (code, registry.timezone_of(code))]
    flight = BookedFlight(*leg[15:22], *ends)
    return Segment(leg[1], flight, leg[5], money(leg[6]), change)


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
    status: BookingStatus, *, ahead: bool, called_off: bool = False, moved: bool = False, payable: bool = True
) -> list[str]:
    """What the traveller may do now.

    `ahead`: the first flight has not departed. `called_off`: the airline cancelled one of its flights. `moved`: a flight that is still
    to leave was moved, and waits for an answer. `payable`: held seats wait for money, none is on its way, and no flight has departed.
    """
    match status:
        case BookingStatus.CONFIRMED | BookingStatus.HELD if called_off:
            return ["cancel"]
        case BookingStatus.CONFIRMED | BookingStatus.HELD if not ahead:
            return ["accept_change"] if moved else []
        case BookingStatus.CONFIRMED:
            return ["cancel", "accept_change"] if moved else ["cancel"]
        case BookingStatus.HELD:
            return [*(["pay"] if payable else []), "cancel", *(["accept_change"] if moved else [])]
        case BookingStatus.PENDING | BookingStatus.CANCELLED | BookingStatus.FAILED | BookingStatus.EXPIRED:
            return []
