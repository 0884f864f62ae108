"""A booking in the form for its traveller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from core.bookings.models import PaymentMode
from core.bookings.states import BookingAction, BookingStatus, FailureCode
from core.payments.models import PaymentStatus

WORDS: Final[dict[FailureCode, str]] = {
    FailureCode.SOLD_OUT: "The flight sold out before your seats could be taken.",
    FailureCode.FLIGHT_NOT_FOUND: "The flight does not exist any more.",
    FailureCode.FLIGHT_DEPARTED: "The flight departed before your seats could be taken.",
    FailureCode.FLIGHT_CANCELLED: "The airline has cancelled this flight.",
    FailureCode.PAYMENT_DECLINED: "The payment was declined; nothing was charged and the seats are free again.",
    FailureCode.PAYMENT_TIMEOUT: "The payment was not completed in time; the seats are free again.",
    FailureCode.INTERNAL: "Something went wrong on our side. No seat is kept and nothing was charged.",
}


class Receipt(msgspec.Struct, frozen=True):
    """The place in the line of a booking that found no seats. Bookings that got seats before had a smaller number, or requested fewer
    seats.
    """

    sequence: int
    """The sequence number of this booking, assigned when it was accepted."""
    last_served: int | None
    """The highest sequence number that had got seats when this booking was refused."""
    sold_out_at: datetime
    """When those seats were reserved. From then on, fewer seats were free than this booking requested."""


class Failure(msgspec.Struct, frozen=True):
    """Why a booking failed: a stable code, and a sentence for people. `flight_id`: the flight of a trip that was the reason. `receipt`: the
    place in the line, if no seats were found.
    """

    code: FailureCode
    message: str
    flight_id: UUID | None = None
    receipt: Receipt | None = None


class Stage(msgspec.Struct, frozen=True):
    """One step of a job: when it was reached, and how many milliseconds after the job was accepted."""

    stage: str
    at: datetime
    ms: float


class BookedFlight(msgspec.Struct, frozen=True):
    """The flight of one segment. The code and the IANA time zone of a place are null if it is not in the registry of airports."""

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
    # Different for each segment, so clients can distinguish segments by it. For the first segment it is the booking's own id.
    booking_id: UUID
    flight: BookedFlight
    seats: int
    price_total: str
    schedule_change: ScheduleChangeView | None = None
    seat_numbers: list[str] = []
    """One seat number for each traveller, in their order; empty: none is picked."""
    seats_change_until: datetime | None = None
    """When check-in closes. Until then seats can be picked and changed. Null if the seats of the flight have no numbers."""


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
    """One booking of one or several flights (`segments`), with one reference, one price and one status. `id` is also its job id."""

    id: UUID
    trip_id: UUID
    reference: str
    sequence: int | None = None
    """The sequence number. It grows in the order in which bookings were accepted, with gaps; null for a booking of a former release."""
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
    """The end of the time to pay, while `awaiting_payment`."""
    payment: PaymentView | None
    rescued_at: datetime | None
    """When a late payment reserved the seats of an expired hold again."""
    failure: Failure | None
    available_actions: list[BookingAction]
    segments: list[Segment]
    passengers: list[PassengerView]
    schedule_change: ScheduleChangeView | None
    """The schedule change that the traveller has not answered, else the last one."""
    refund: RefundView | None
    timeline: list[Stage]
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


def failure_of(code: str | None, timeline: Sequence[Mapping[str, Any]] = (), sequence: int | None = None) -> Failure | None:
    """The failure of a booking. `timeline`: as it is stored; its last stage may have a flight, and the line of that flight at that time."""
    if not code:
        return None
    last = timeline[-1] if timeline else {}
    flight_id = last.get("flight_id")
    known = FailureCode(code)
    return Failure(known, WORDS[known], UUID(flight_id) if flight_id else None, _receipt(last, sequence))


def _receipt(stage: Mapping[str, Any], sequence: int | None) -> Receipt | None:
    served_at = stage.get("last_served_at")
    if served_at is None or sequence is None:
        return None
    return Receipt(sequence, stage.get("last_served"), datetime.fromisoformat(served_at))


def change_is_open(segment: Segment) -> bool:
    return segment.schedule_change is not None and segment.schedule_change.action is None
