"""Every message that may travel through the queue: which queue, which actor, which ids. Nothing else ever travels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID


class Queue(StrEnum):
    """Queues are apart so that one kind of work never waits for another; each has its own threads (`workers/main.py`)."""

    BOOKINGS = "bookings"
    IMPORTS = "imports"
    PAYMENTS = "payments"
    FLIGHTS = "flights"
    MAILS = "mails"


MAX_IDS: Final = 256
"""Bookings in one message: large enough to carry a flood, small enough that a batch stays a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Message:
    """Work on these ids. An actor looks each id up and does what is left to do, so a message may come twice, or never."""

    queue: ClassVar[Queue]
    actor: ClassVar[str]
    alone: ClassVar[bool] = False
    """Never at work in one process with another message of its queue: what it names may be what kills the workers."""
    ids: tuple[UUID, ...]


class ReserveBookings(Message):
    """Take the seats of these bookings, all PENDING when this was sent."""

    queue = Queue.BOOKINGS
    actor = "reserve_bookings"


class ReserveAlone(Message):
    """The same for one booking that came back too often. Its worker counts the attempt, when it begins."""

    queue = Queue.BOOKINGS
    actor = "reserve_alone"
    alone = True


class ImportFile(Message):
    """Work one uploaded file from its cursor on."""

    queue = Queue.IMPORTS
    actor = "import_file"


class WorkPayments(Message):
    """Bring the payments of these bookings to their end: charge what was not charged yet, ask about what is unknown."""

    queue = Queue.PAYMENTS
    actor = "work_payments"


class SendRefunds(Message):
    """Give the money of these refunds back."""

    queue = Queue.PAYMENTS
    actor = "send_refunds"


class CancelFlights(Message):
    """End the bookings of flights that the airline cancelled, by the ids of these jobs."""

    queue = Queue.FLIGHTS
    actor = "cancel_flights"


class SendMails(Message):
    """Hand these mails to the mail server."""

    queue = Queue.MAILS
    actor = "send_mails"
