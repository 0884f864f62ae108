"""What there is to tell the traveller of a booking, as it is now.

Read from the booking and never from a history of it: a mail that is written late tells what is true, and what is over already is not told.
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

REMIND_MINUTES: Final = 5
"""How long before its end the traveller is reminded of a hold."""


class Kind(StrEnum):
    CONFIRMED = "confirmed"
    HELD = "held"
    HOLD_ENDING = "hold_ending"
    OFFERED = "offered"
    """Seats of the waiting list."""
    MOVED = "moved"
    """A flight has new times, which wait for an answer."""
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REBOOKED = "rebooked"
    """At a lower fare."""
    FARE_FELL = "fare_fell"
    """The price of a watched fare."""
    FLIGHT_CANCELLED = "flight_cancelled"


@dataclass(frozen=True, slots=True)
class News:
    """`version`: of what is told, where a booking may come to it several times."""

    kind: Kind
    version: str = ""


def news_of(booking: BookingView, at: datetime) -> Iterator[News]:
    """`at`: now."""
    match booking.status:
        case BookingStatus.PENDING:
            return
        case BookingStatus.HELD:
            yield from _of_hold(booking, at)
        case BookingStatus.CONFIRMED:
            yield News(Kind.CONFIRMED)
        case BookingStatus.EXPIRED:
            yield News(Kind.EXPIRED)
        case BookingStatus.FAILED:
            yield News(Kind.FAILED)
        case BookingStatus.CANCELLED:
            by_airline = booking.failure is not None and booking.failure.code == FailureCode.FLIGHT_CANCELLED
            yield News(Kind.FLIGHT_CANCELLED if by_airline else Kind.CANCELLED)
    if booking.status in (BookingStatus.HELD, BookingStatus.CONFIRMED) and (version := _new_times(booking)):
        yield News(Kind.MOVED, version)


def _of_hold(booking: BookingView, at: datetime) -> Iterator[News]:
    """A card that is being charged is no news: it is decided within seconds."""
    if booking.payment_mode is not PaymentMode.HOLD or not booking.awaiting_payment or booking.hold_expires_at is None:
        return
    is_offer = any(stage.stage == "offered" for stage in booking.timeline)
    yield News(Kind.OFFERED if is_offer else Kind.HELD)
    reminds = timedelta(minutes=REMIND_MINUTES)
    if booking.hold_expires_at - at < reminds < at - booking.updated_at:
        yield News(Kind.HOLD_ENDING)


def _new_times(booking: BookingView) -> str:
    """Which new times wait for an answer; empty: none do."""
    return " ".join(
        f"{position}:{segment.schedule_change.new_departure_ts.isoformat()}/{segment.schedule_change.new_arrival_ts.isoformat()}"
        for position, segment in enumerate(booking.segments)
        if change_is_open(segment) and segment.schedule_change is not None
    )
