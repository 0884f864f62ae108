"""All messages of the queues: the queue, the actor and the ids of each. A message has nothing else."""

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
"""The most ids in one message. A worker may merge messages (`workers/broker/merging.py`)."""


@dataclass(frozen=True, slots=True)
class Message:
    """Work for these ids. An actor reads the state of each id and does what remains, so a message may be delivered twice, or
    never.
    """

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
    """Reserve the seats of one booking that was sent several times without success. Its worker counts the attempt when it begins."""

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
