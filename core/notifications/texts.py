"""The texts of mails to travellers: what happened, what it means for them, and what they can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from core.bookings.reading.views import BookedFlight, BookingView, ScheduleChangeView, change_is_open
from core.notifications.due_mails import MailKind
from core.tickets.issue import TicketSegment, ticket_segments


class MailText(NamedTuple):
    subject: str
    body: str


def booking_text(kind: MailKind, booking: BookingView, *, with_ticket: bool, sends: bool) -> MailText:
    """Subject and body of a mail about a booking. `with_ticket`: the ticket and the calendar file can be made. They are attached if
    the mail is sent (`sends`); otherwise the mail says that they are on the page of the booking.
    """
    subject, paragraphs = _PARTS[kind](booking)
    if with_ticket and kind in WITH_TICKET:
        where = "are attached" if sends else "are on the page of the booking"
        paragraphs = [*paragraphs, f"Your ticket and a file for your calendar {where}."]
    body = "\n\n".join([*paragraphs, flight_list(booking), booking_facts(booking), CLOSING])
    places = route([segment.flight for segment in booking.segments])
    return MailText(f"{subject} · {places} · {booking.reference}", f"{body}\n")


CLOSING: Final = "You can see, change or cancel this booking under My trips in Skyqueue."
WITH_TICKET: Final = (MailKind.CONFIRMED, MailKind.MOVED, MailKind.SEATS_CHANGED, MailKind.NAMES_CHANGED)
"""The kinds of mail that a ticket and a calendar file are attached to."""

_Parts = tuple[str, list[str]]
"""What is special about a kind of mail: the beginning of its subject, and its first paragraphs."""


def _confirmed(booking: BookingView) -> _Parts:
    paid = f"You paid {amount(booking.price_total, booking.currency)}." if booking.payment else ""
    return "You are booked", [f"Your booking {booking.reference} is confirmed. {paid}".strip()]


def _held(booking: BookingView) -> _Parts:
    return "Your seats are held", [
        f"{_seats(booking)} held for you until {_until(booking)}.",
        f"Pay {amount(booking.price_total, booking.currency)} before then, and the booking is confirmed. After that the seats are free for others.",
    ]


def _hold_ending(booking: BookingView) -> _Parts:
    return "Your hold is about to end", [
        f"{_seats(booking)} held for you until {_until(booking)}, and not paid for yet.",
        f"Pay {amount(booking.price_total, booking.currency)} before then, or the seats are free for others.",
    ]


def _offered(booking: BookingView) -> _Parts:
    return "Seats for you from the waiting list", [
        "You were waiting for this flight, and it is your turn.",
        f"{_seats(booking)} held for you until {_until(booking)}. Pay {amount(booking.price_total, booking.currency)} before then, or the next in line"
        " gets the offer.",
    ]


def _moved(booking: BookingView) -> _Parts:
    changes = [segment.schedule_change for segment in booking.segments if change_is_open(segment)]
    return "Your flight has new times", [
        *(_new_times(booking, change) for change in changes if change is not None),
        "Keep the new times, or cancel free of charge and get all of your money back. Both are on the page of the booking.",
    ]


def _seats_changed(booking: BookingView) -> _Parts:
    return "Your seats have changed", [
        f"The seats of your booking {booking.reference} are those below. Its ticket is a new one: please use it instead of the one that you had before."
    ]


def _names_changed(booking: BookingView) -> _Parts:
    return "Your travellers' names have changed", [
        f"The travellers of your booking {booking.reference} are those below. Its ticket is a new one: please use it instead of the one that you had before."
    ]


def _expired(booking: BookingView) -> _Parts:
    return "Your hold has ended", [
        f"The seats of booking {booking.reference} were not paid for in time, so they are free for others. {_money_back(booking, 'Nothing was charged.')}"
    ]


def _failed(booking: BookingView) -> _Parts:
    why = booking.failure.message if booking.failure else "The booking could not be made."
    return "Your booking could not be made", [f"{why} {_money_back(booking, '')}".strip()]


def _cancelled(booking: BookingView) -> _Parts:
    return "Your booking is cancelled", [
        f"Booking {booking.reference} is cancelled. {_money_back(booking, 'There is nothing to give back.')}"
    ]


def _flight_cancelled(booking: BookingView) -> _Parts:
    return "The airline has cancelled your flight", [
        f"We are sorry: the airline has cancelled a flight of booking {booking.reference}, so the whole booking has ended."
        f" {_money_back(booking, 'Nothing had been paid.')}"
    ]


_PARTS: Final[dict[MailKind, Callable[[BookingView], _Parts]]] = {
    MailKind.CONFIRMED: _confirmed,
    MailKind.HELD: _held,
    MailKind.HOLD_ENDING: _hold_ending,
    MailKind.OFFERED: _offered,
    MailKind.MOVED: _moved,
    MailKind.SEATS_CHANGED: _seats_changed,
    MailKind.NAMES_CHANGED: _names_changed,
    MailKind.EXPIRED: _expired,
    MailKind.FAILED: _failed,
    MailKind.CANCELLED: _cancelled,
    MailKind.FLIGHT_CANCELLED: _flight_cancelled,
}


def _seats(booking: BookingView) -> str:
    return "1 seat is" if booking.seats == 1 else f"{booking.seats} seats are"


def amount(amount: str, currency: str) -> str:
    """`1234.50` and `INR` become `INR 1,234.50`."""
    whole, _, rest = amount.partition(".")
    return f"{currency} {int(whole):,}" + (f".{rest}" if rest else "")


def _money_back(booking: BookingView, otherwise: str) -> str:
    if booking.refund is None or not any(digit in booking.refund.amount for digit in "123456789"):
        return otherwise
    return f"{amount(booking.refund.amount, booking.refund.currency)} go back to the card that you paid with, usually within a few days."


def _until(booking: BookingView) -> str:
    """The end of the hold in local time at the first airport, because the place of the traveller is not known."""
    assert booking.hold_expires_at is not None
    flight = booking.segments[0].flight
    return _local_time(booking.hold_expires_at, flight.source, flight.source_timezone)


def _local_time(at: datetime, place: str, zone: str | None) -> str:
    local = at.astimezone(ZoneInfo(zone) if zone else UTC)
    return f"{local:%H:%M} on {local:%a} {local.day} {local:%b} " + (f"(time in {place})" if zone else "(UTC)")


def _new_times(booking: BookingView, change: ScheduleChangeView) -> str:
    flight = next(segment.flight for segment in booking.segments if segment.flight.id == change.flight_id)
    before = _local_time(change.old_departure_ts, flight.source, flight.source_timezone)
    after = _local_time(change.new_departure_ts, flight.source, flight.source_timezone)
    arrives = _local_time(change.new_arrival_ts, flight.destination, flight.destination_timezone)
    return f"{flight.flight_number} was to leave at {before}. It now leaves at {after} and arrives at {arrives}."


def route(flights: Sequence[BookedFlight]) -> str:
    """`Delhi to Mumbai`, also if the flights connect in Goa; `Delhi to Mumbai and back`, where the longest stay is in Mumbai."""
    first, last = flights[0], flights[-1]
    if first.source != last.destination:
        return f"{first.source} to {last.destination}"
    stays = [after.departure_ts - before.arrival_ts for before, after in pairwise(flights)]
    farthest = flights[stays.index(max(stays))].destination if stays else last.destination
    return f"{first.source} to {farthest} and back"


def flight_list(booking: BookingView) -> str:
    """The flights of a booking, a paragraph each: number, days, local times, places and seat numbers."""
    return "\n\n".join(_segment(segment) for segment in ticket_segments(booking.segments))


def _segment(segment: TicketSegment) -> str:
    def place(name: str, code: str | None) -> str:
        return f"{name} ({code})" if code and code != name else name

    later = f" ({segment.destination.day})" if segment.days_later else ""
    return "\n".join(
        [
            f"{segment.number}, {segment.source.day}",
            f"  {segment.source.time}  {place(segment.source.name, segment.source.code)}",
            f"  {segment.destination.time}  {place(segment.destination.name, segment.destination.code)}{later}",
            *([f"  Seats: {', '.join(segment.seat_numbers)}"] if segment.seat_numbers else []),
        ]
    )


def booking_facts(booking: BookingView) -> str:
    """Reference, number of seats, travellers and price, a line each."""
    names: Sequence[str] = [passenger.name for passenger in booking.passengers]
    return "\n".join(
        [
            f"Reference: {booking.reference}",
            f"Seats: {booking.seats}",
            *([f"Travellers: {', '.join(names)}"] if names else []),
            f"Price: {amount(booking.price_total, booking.currency)}",
        ]
    )
