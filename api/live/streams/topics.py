"""What can be followed, and which event belongs to what."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from core.events.domain_events import (
    BookingData,
    EventData,
    EventType,
    FlightData,
    ImportData,
    OfferData,
    PaymentData,
    RefundData,
    ScheduleChangeData,
)


class Subject(StrEnum):
    """The kind of a topic: the part before its colon."""

    JOB = "job"
    BOOKING = "booking"
    IMPORT = "import"
    FLIGHT = "flight"
    WAITLIST = "waitlist"


class StreamOnly(StrEnum):
    """Types that are told to listeners and to nobody else: they come often, and only the newest counts."""

    SEATS_CHANGED = "flight.seats_changed"
    IMPORT_PROGRESS = "import.progress"
    JOB_CHANGED = "job.changed"
    """A job went on, or something else about a booking is new that has no type of its own."""


class JobChanged(msgspec.Struct, frozen=True):
    job_id: UUID


class ImportProgress(msgspec.Struct, frozen=True):
    import_id: UUID


class SeatsChanged(msgspec.Struct, frozen=True):
    flight_id: UUID
    available_seats: int


Told: TypeAlias = EventData | JobChanged | ImportProgress | SeatsChanged

LEADS_TO_A_STATUS: Final = frozenset(
    (EventType.PAYMENT_SUCCEEDED, EventType.PAYMENT_DECLINED, EventType.PAYMENT_REFUNDED, EventType.WAITLIST_OFFER_EXPIRED)
)
"""What is told before the status that a booking got in the same transaction."""


class Topic(NamedTuple):
    """What somebody follows. `of`: the party whose place in a waiting list it is; None: everybody's, for who may see all."""

    subject: Subject
    id: UUID
    of: UUID | None = None

    def __str__(self) -> str:
        return f"{self.subject}:{self.id}"


def topics_of(data: Told) -> tuple[Topic, ...]:
    """Where an event is heard. Its subject is the first."""
    match data:
        case BookingData() | ScheduleChangeData() | PaymentData() | RefundData():
            return Topic(Subject.BOOKING, data.booking_id), Topic(Subject.JOB, data.booking_id)
        case OfferData():
            line = Topic(Subject.WAITLIST, data.flight_id)
            own = (line._replace(of=data.user_id),) if data.user_id is not None else ()
            return (line, *own, Topic(Subject.BOOKING, data.booking_id), Topic(Subject.JOB, data.booking_id))
        case FlightData() | SeatsChanged():
            return (Topic(Subject.FLIGHT, data.flight_id),)
        case ImportData() | ImportProgress():
            return Topic(Subject.IMPORT, data.import_id), Topic(Subject.JOB, data.import_id)
        case JobChanged():
            return Topic(Subject.JOB, data.job_id), Topic(Subject.BOOKING, data.job_id)
