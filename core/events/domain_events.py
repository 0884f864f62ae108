"""The types of events, and the data of each. They are sent to webhooks and event streams after a commit.

The data are small: ids, and values that may have changed by the time the event is read. A listener who needs more reads the booking, payment,
flight or import from the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

import msgspec


class EventType(StrEnum):
    BOOKING_ACCEPTED = "booking.accepted"
    BOOKING_HELD = "booking.held"
    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_FAILED = "booking.failed"
    BOOKING_EXPIRED = "booking.expired"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_SCHEDULE_CHANGED = "booking.schedule_changed"
    """A flight of the booking was moved, or moved back. `GET /api/v1/bookings/{id}` has the times."""
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_DECLINED = "payment.declined"
    PAYMENT_REFUNDED = "payment.refunded"
    """The provider has confirmed that it gave money back."""
    WAITLIST_OFFERED = "waitlist.offered"
    """Seats are held for a party of the waiting list."""
    WAITLIST_OFFER_EXPIRED = "waitlist.offer_expired"
    FLIGHT_CHANGED = "flight.changed"
    FLIGHT_CANCELLED = "flight.cancelled"
    IMPORT_FINISHED = "import.finished"


class BookingData(msgspec.Struct, frozen=True, omit_defaults=True):
    """`status`: the new status of the booking. `failure_code`: why it failed; None for a booking that did not fail."""

    booking_id: UUID
    status: str
    failure_code: str | None = None


class ScheduleChangeData(msgspec.Struct, frozen=True):
    booking_id: UUID


class PaymentData(msgspec.Struct, frozen=True, omit_defaults=True):
    """`amount`: a decimal string with the decimals of its currency."""

    booking_id: UUID
    payment_id: UUID
    amount: str
    currency: str
    decline_code: str | None = None


class RefundData(msgspec.Struct, frozen=True):
    booking_id: UUID
    payment_id: UUID
    refund_id: UUID
    amount: str
    currency: str


class OfferData(msgspec.Struct, frozen=True, omit_defaults=True):
    """`booking_id`: the booking that holds, or held, the seats of the offer. `user_id`: the traveller; None: an older version wrote the
    event.
    """

    booking_id: UUID
    flight_id: UUID
    user_id: UUID | None = None


class FlightData(msgspec.Struct, frozen=True):
    flight_id: UUID


class ImportData(msgspec.Struct, frozen=True):
    import_id: UUID
    status: str


EventData: TypeAlias = BookingData | ScheduleChangeData | PaymentData | RefundData | OfferData | FlightData | ImportData

DATA: Final[Mapping[EventType, type[EventData]]] = {
    EventType.BOOKING_ACCEPTED: BookingData,
    EventType.BOOKING_HELD: BookingData,
    EventType.BOOKING_CONFIRMED: BookingData,
    EventType.BOOKING_FAILED: BookingData,
    EventType.BOOKING_EXPIRED: BookingData,
    EventType.BOOKING_CANCELLED: BookingData,
    EventType.BOOKING_SCHEDULE_CHANGED: ScheduleChangeData,
    EventType.PAYMENT_SUCCEEDED: PaymentData,
    EventType.PAYMENT_DECLINED: PaymentData,
    EventType.PAYMENT_REFUNDED: RefundData,
    EventType.WAITLIST_OFFERED: OfferData,
    EventType.WAITLIST_OFFER_EXPIRED: OfferData,
    EventType.FLIGHT_CHANGED: FlightData,
    EventType.FLIGHT_CANCELLED: FlightData,
    EventType.IMPORT_FINISHED: ImportData,
}
"""The class of the data of each type."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event before it is written to the outbox or published."""

    type: EventType
    data: EventData

    @property
    def subject_id(self) -> UUID:
        """The id of the booking, flight or import that the event is about. Listeners get events with the same subject in their order."""
        match self.data:
            case BookingData() | ScheduleChangeData() | PaymentData() | RefundData() | OfferData():
                return self.data.booking_id
            case FlightData():
                return self.data.flight_id
            case ImportData():
                return self.data.import_id


def read_data(kind: EventType, encoded: bytes) -> EventData:
    """Decode the data of a stored event.

    Raises:
        msgspec.ValidationError: another version wrote the event, with other data.
    """
    return msgspec.json.decode(encoded, type=DATA[kind])


def booking_event(booking_id: UUID, status: str, failure_code: str | None = None) -> Event:
    """The event about a booking's new status. PENDING: the booking is new, or its dead letter was replayed."""
    kind = EventType.BOOKING_ACCEPTED if status == "PENDING" else EventType(f"booking.{status.lower()}")
    return Event(kind, BookingData(booking_id, status, failure_code))


def schedule_changed(booking_id: UUID) -> Event:
    return Event(EventType.BOOKING_SCHEDULE_CHANGED, ScheduleChangeData(booking_id))


def import_finished(import_id: UUID, status: str) -> Event:
    return Event(EventType.IMPORT_FINISHED, ImportData(import_id, status))


def flight_cancelled(flight_id: UUID) -> Event:
    return Event(EventType.FLIGHT_CANCELLED, FlightData(flight_id))


def flight_changed(flight_id: UUID) -> Event:
    """The event about a flight whose times, places, capacity or price have changed."""
    return Event(EventType.FLIGHT_CHANGED, FlightData(flight_id))
