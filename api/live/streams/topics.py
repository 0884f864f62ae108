"""The topics of event streams, and the topics of each event."""

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
    """Types of events that are only sent on streams, not to webhooks: they are frequent, and only the newest counts."""

    SEATS_CHANGED = "flight.seats_changed"
    IMPORT_PROGRESS = "import.progress"
    JOB_CHANGED = "job.changed"
    """A job made progress, or a booking has changed in a way that has no type of its own."""


class JobChanged(msgspec.Struct, frozen=True):
    job_id: UUID


class ImportProgress(msgspec.Struct, frozen=True):
    import_id: UUID


class SeatsChanged(msgspec.Struct, frozen=True):
    flight_id: UUID
    available_seats: int


StreamData: TypeAlias = EventData | JobChanged | ImportProgress | SeatsChanged

BEFORE_STATUS_EVENTS: Final = frozenset(
    (EventType.PAYMENT_SUCCEEDED, EventType.PAYMENT_DECLINED, EventType.PAYMENT_REFUNDED, EventType.WAITLIST_OFFER_EXPIRED)
)
"""Types of events that are sent before the new status of a booking of the same transaction."""


class Topic(NamedTuple):
    """A topic that a client follows. `of`: only the entry of this user in a waiting list; None: all entries, for staff."""

    subject: Subject
    id: UUID
    of: UUID | None = None

    def __str__(self) -> str:
        return f"{self.subject}:{self.id}"


def topics_of(data: StreamData) -> tuple[Topic, ...]:
    """The topics of an event. The first is its subject."""
    match data:
        case BookingData() | ScheduleChangeData() | PaymentData() | RefundData():
            return Topic(Subject.BOOKING, data.booking_id), Topic(Subject.JOB, data.booking_id)
        case OfferData():
            waiting_list = Topic(Subject.WAITLIST, data.flight_id)
            own = (waiting_list._replace(of=data.user_id),) if data.user_id is not None else ()
            return (waiting_list, *own, Topic(Subject.BOOKING, data.booking_id), Topic(Subject.JOB, data.booking_id))
        case FlightData() | SeatsChanged():
            return (Topic(Subject.FLIGHT, data.flight_id),)
        case ImportData() | ImportProgress():
            return Topic(Subject.IMPORT, data.import_id), Topic(Subject.JOB, data.import_id)
        case JobChanged():
            return Topic(Subject.JOB, data.job_id), Topic(Subject.BOOKING, data.job_id)
