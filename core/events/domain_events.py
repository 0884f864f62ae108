"""Everything that happens and that somebody outside of a transaction may want to know: one list of types, each with its data.

Data are small: ids, and what cannot be read any more later. Who wants more reads the address of what is named.
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
    """The money is back."""
    WAITLIST_OFFERED = "waitlist.offered"
    """Seats are held for a party that waits."""
    WAITLIST_OFFER_EXPIRED = "waitlist.offer_expired"
    FLIGHT_CHANGED = "flight.changed"
    FLIGHT_CANCELLED = "flight.cancelled"
    IMPORT_FINISHED = "import.finished"


class BookingMoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """`status`: the one that the booking has since this event."""

    booking_id: UUID
    status: str
    failure_code: str | None = None


class ScheduleChanged(msgspec.Struct, frozen=True):
    booking_id: UUID


class PaymentMoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """`amount`: a decimal string with the decimals of its currency."""

    booking_id: UUID
    payment_id: UUID
    amount: str
    currency: str
    decline_code: str | None = None


class Refunded(msgspec.Struct, frozen=True):
    booking_id: UUID
    payment_id: UUID
    refund_id: UUID
    amount: str
    currency: str


class OfferMoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """`booking_id`: the booking that holds, or held, the seats of the offer. `user_id`: whose it is; None: written by an older version."""

    booking_id: UUID
    flight_id: UUID
    user_id: UUID | None = None


class FlightMoved(msgspec.Struct, frozen=True):
    flight_id: UUID


class ImportEnded(msgspec.Struct, frozen=True):
    import_id: UUID
    status: str


EventData: TypeAlias = BookingMoved | ScheduleChanged | PaymentMoved | Refunded | OfferMoved | FlightMoved | ImportEnded

DATA: Final[Mapping[EventType, type[EventData]]] = {
    EventType.BOOKING_ACCEPTED: BookingMoved,
    EventType.BOOKING_HELD: BookingMoved,
    EventType.BOOKING_CONFIRMED: BookingMoved,
    EventType.BOOKING_FAILED: BookingMoved,
    EventType.BOOKING_EXPIRED: BookingMoved,
    EventType.BOOKING_CANCELLED: BookingMoved,
    EventType.BOOKING_SCHEDULE_CHANGED: ScheduleChanged,
    EventType.PAYMENT_SUCCEEDED: PaymentMoved,
    EventType.PAYMENT_DECLINED: PaymentMoved,
    EventType.PAYMENT_REFUNDED: Refunded,
    EventType.WAITLIST_OFFERED: OfferMoved,
    EventType.WAITLIST_OFFER_EXPIRED: OfferMoved,
    EventType.FLIGHT_CHANGED: FlightMoved,
    EventType.FLIGHT_CANCELLED: FlightMoved,
    EventType.IMPORT_FINISHED: ImportEnded,
}
"""The data of each type."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, before it is written."""

    type: EventType
    data: EventData

    @property
    def subject_id(self) -> UUID:
        """Events of one subject are told in their order: the booking, where the event is about one."""
        match self.data:
            case BookingMoved() | ScheduleChanged() | PaymentMoved() | Refunded() | OfferMoved():
                return self.data.booking_id
            case FlightMoved():
                return self.data.flight_id
            case ImportEnded():
                return self.data.import_id


def read_data(kind: EventType, encoded: bytes) -> EventData:
    """The data of an event as it was written.

    Raises:
        msgspec.ValidationError: an older or a newer version wrote something else.
    """
    return msgspec.json.decode(encoded, type=DATA[kind])


def booking_moved(booking_id: UUID, status: str, failure_code: str | None = None) -> Event:
    """What a booking tells that has `status` from now on. A new one is PENDING, and so is one that begins anew."""
    kind = EventType.BOOKING_ACCEPTED if status == "PENDING" else EventType(f"booking.{status.lower()}")
    return Event(kind, BookingMoved(booking_id, status, failure_code))


def schedule_changed(booking_id: UUID) -> Event:
    return Event(EventType.BOOKING_SCHEDULE_CHANGED, ScheduleChanged(booking_id))


def import_finished(import_id: UUID, status: str) -> Event:
    return Event(EventType.IMPORT_FINISHED, ImportEnded(import_id, status))


def flight_cancelled(flight_id: UUID) -> Event:
    return Event(EventType.FLIGHT_CANCELLED, FlightMoved(flight_id))


def flight_changed(flight_id: UUID) -> Event:
    """What a flight tells whose times, places, capacity or price are others from now on."""
    return Event(EventType.FLIGHT_CHANGED, FlightMoved(flight_id))
