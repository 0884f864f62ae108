"""Decide which mails a booking needs in its present state.

This is decided from the booking, not from a history of its changes. So a mail that is written late still describes the present
state, and there is no mail about something that is over. Only one fact is not in the booking: that its seats or names were different
before. The request for the mail has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.bookings.models import PaymentMode
from core.bookings.reading.views import BookingView, change_is_open
from core.bookings.states import BookingStatus, FailureCode
from core.mail.mail_requests import NewTicket
from core.mail.models import TicketChange

REMIND_MINUTES: Final = 5
"""How many minutes before the end of a hold its traveller is reminded."""


class MailKind(StrEnum):
    CONFIRMED = "confirmed"
    HELD = "held"
    HOLD_ENDING = "hold_ending"
    OFFERED = "offered"
    """An offer of the waiting list."""
    MOVED = "moved"
    """A flight has new times, which the traveller has not accepted yet."""
    SEATS_CHANGED = "seats_changed"
    """The booking has got other seats, so its ticket is a new one."""
    NAMES_CHANGED = "names_changed"
    """Travellers of the booking were added, or their names corrected, so its ticket is a new one."""
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REBOOKED = "rebooked"
    """At a lower fare."""
    FARE_FELL = "fare_fell"
    """The price of a watched fare."""
    FLIGHT_CANCELLED = "flight_cancelled"


@dataclass(frozen=True, slots=True)
class DueMail:
    """One mail that a booking needs. `version` distinguishes mails of the same kind, for example those about several schedule changes."""

    kind: MailKind
    version: str = ""


_KIND_OF_CHANGE: Final = {TicketChange.SEATS: MailKind.SEATS_CHANGED, TicketChange.NAMES: MailKind.NAMES_CHANGED}


def list_due_mails(booking: BookingView, at: datetime, *, new_ticket: NewTicket | None = None) -> Iterator[DueMail]:
    """The mails about the present state of a booking, whether or not they were written before. `at`: the present time. `new_ticket`: the
    request about a changed ticket, if there is one.
    """
    match booking.status:
        case BookingStatus.PENDING:
            return
        case BookingStatus.HELD:
            yield from _hold_mails(booking, at)
        case BookingStatus.CONFIRMED:
            yield DueMail(MailKind.CONFIRMED)
            if new_ticket is not None:
                yield DueMail(_KIND_OF_CHANGE[new_ticket.change], str(new_ticket.request_id))
        case BookingStatus.EXPIRED:
            yield DueMail(MailKind.EXPIRED)
        case BookingStatus.FAILED:
            yield DueMail(MailKind.FAILED)
        case BookingStatus.CANCELLED:
            by_airline = booking.failure is not None and booking.failure.code == FailureCode.FLIGHT_CANCELLED
            yield DueMail(MailKind.FLIGHT_CANCELLED if by_airline else MailKind.CANCELLED)
    if booking.status in (BookingStatus.HELD, BookingStatus.CONFIRMED) and (version := _new_times(booking)):
        yield DueMail(MailKind.MOVED, version)


def _hold_mails(booking: BookingView, at: datetime) -> Iterator[DueMail]:
    """The mails about a hold. While a card is being charged there is none, because that is decided within seconds."""
    if booking.payment_mode is not PaymentMode.HOLD or not booking.awaiting_payment or booking.hold_expires_at is None:
        return
    is_offer = any(stage.stage == "offered" for stage in booking.timeline)
    yield DueMail(MailKind.OFFERED if is_offer else MailKind.HELD)
    reminder = timedelta(minutes=REMIND_MINUTES)
    if booking.hold_expires_at - at < reminder < at - booking.updated_at:
        yield DueMail(MailKind.HOLD_ENDING)


def _new_times(booking: BookingView) -> str:
    """The new times that the traveller has not accepted yet, as text; empty if there are none."""
    return " ".join(
        f"{position}:{segment.schedule_change.new_departure_ts.isoformat()}/{segment.schedule_change.new_arrival_ts.isoformat()}"
        for position, segment in enumerate(booking.segments)
        if change_is_open(segment) and segment.schedule_change is not None
    )
