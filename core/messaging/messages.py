"""All kinds of messages. A message has a queue, an actor and a list of ids, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Self
from uuid import UUID


class Queue(StrEnum):
    """There is one queue for each kind of work, with its own threads (`workers/main.py`), so no kind of work waits for another."""

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
    """Whether a process must not process another message of the queue at the same time, because the work of this one may crash it."""
    ids: tuple[UUID, ...]

    @classmethod
    def for_ids(cls, ids: Sequence[UUID]) -> list[Self]:
        """As many messages as these ids need, with at most `MAX_IDS` each."""
        return [cls(tuple(ids[start : start + MAX_IDS])) for start in range(0, len(ids), MAX_IDS)]


class ReserveBookings(Message):
    """Reserve the seats of these bookings, which were PENDING when the message was sent."""

    queue = Queue.BOOKINGS
    actor = "reserve_bookings"


class ReserveAlone(Message):
    """Reserve the seats of one booking that was sent several times without success. Its worker counts the attempt when it begins."""

    queue = Queue.BOOKINGS
    actor = "reserve_alone"
    alone = True


class ImportFile(Message):
    """Continue an import from its cursor."""

    queue = Queue.IMPORTS
    actor = "import_file"


class WorkPayments(Message):
    """Process the payments of these bookings: charge those that were not charged yet, and look up charges with an unknown outcome."""

    queue = Queue.PAYMENTS
    actor = "work_payments"


class SendRefunds(Message):
    """Send these refunds to the payment provider."""

    queue = Queue.PAYMENTS
    actor = "send_refunds"


class CancelFlights(Message):
    """End the bookings of flights that the airline cancelled. The ids are those of the jobs."""

    queue = Queue.FLIGHTS
    actor = "cancel_flights"


class SendMails(Message):
    """Send these mails to the mail server."""

    queue = Queue.MAILS
    actor = "send_mails"
