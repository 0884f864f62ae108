"""Mails about fares: a watched price has fallen, or a booking was rebooked at a lower one."""

from __future__ import annotations

from collections.abc import Sequence

from core import money
from core.bookings.reading.by_id import read_bookings
from core.bookings.reading.views import BookingView
from core.db import RawConnection
from core.fare_watches.falls import Fall
from core.mail import outbox
from core.mail.mail_requests import find_addresses
from core.mail.outbox import NewMail
from core.notifications.due_mails import MailKind
from core.notifications.texts import CLOSING, MailText, amount, booking_facts, flight_list, route


def write_falls(connection: RawConnection, falls: Sequence[Fall], *, sends: bool) -> None:
    """Write one mail for each fall whose traveller has an address.

    The caller has stored the falls in the same transaction, so no mail is written twice. `sends`: a mail server is configured.
    """
    addresses = find_addresses(connection, [fall.user_id for fall in falls])
    bookings = read_bookings(connection, [fall.booking_id for fall in falls if fall.booking_id is not None])
    mails = []
    for fall in falls:
        if fall.user_id not in addresses:
            continue
        booking = bookings.get(fall.booking_id) if fall.booking_id is not None else None
        subject, body = _route_text(fall) if booking is None else _booking_text(fall, booking)
        version = money.text(fall.price, fall.currency)
        mails.append(NewMail(fall.booking_id, fall.user_id, MailKind.FARE_FELL, version, addresses[fall.user_id], subject, body))
    outbox.store(connection, mails, sends=sends)


def write_rebooked(connection: RawConnection, booking: BookingView, *, sends: bool) -> None:
    """Write the mail about a rebooking. Call it in the transaction that rebooks. `sends`: a mail server is configured."""
    address = find_addresses(connection, [booking.user_id]).get(booking.user_id)
    if address is not None:
        subject, body = _rebooking_text(booking)
        mail = NewMail(booking.id, booking.user_id, MailKind.REBOOKED, booking.price_total, address, subject, body)
        outbox.store(connection, [mail], sends=sends)


def _route_text(fall: Fall) -> MailText:
    """About the cheapest flight of a route on a day."""
    assert fall.day is not None
    places, price = f"{fall.source} to {fall.destination}", amount(money.text(fall.price, fall.currency), fall.currency)
    day = f"{fall.day:%A} {fall.day.day} {fall.day:%B} {fall.day:%Y}"
    before = "" if fall.before is None else f" It was {amount(money.text(fall.before, fall.currency), fall.currency)} before."
    seats = "" if fall.seats == 1 else f", with {fall.seats} seats free"
    paragraphs = [
        f"The cheapest flight from {fall.source} to {fall.destination} on {day} costs {price} a seat now{seats}.{before}",
        "Fares may change again at any time. Search for the route in Skyqueue to book. Under My trips you can stop watching it.",
    ]
    return MailText(f"The fare has fallen to {price} · {places}", "\n\n".join(paragraphs) + "\n")


def _booking_text(fall: Fall, booking: BookingView) -> MailText:
    """About the price of the flights that a traveller has booked."""
    price = amount(money.text(fall.price, fall.currency), fall.currency)
    paragraphs = [
        f"The flights of your booking {booking.reference} cost {price} now. You booked at {amount(booking.price_total, booking.currency)}.",
        "You can rebook at the lower fare on the page of the booking: you keep your seats, and the difference goes back to the card that"
        " you paid with. Fares may change again at any time.",
        flight_list(booking),
        booking_facts(booking),
        CLOSING,
    ]
    return MailText(f"Your fare has fallen to {price} · {_route(booking)} · {booking.reference}", "\n\n".join(paragraphs) + "\n")


def _rebooking_text(booking: BookingView) -> MailText:
    price = amount(booking.price_total, booking.currency)
    first = f"Your booking {booking.reference} costs {price} now. You keep your seats."
    if booking.refund is not None:
        back = amount(booking.refund.amount, booking.refund.currency)
        first += f" {back} go back to the card that you paid with, usually within a few days."
    return MailText(
        f"Rebooked at a lower fare · {_route(booking)} · {booking.reference}",
        "\n\n".join([first, flight_list(booking), booking_facts(booking), CLOSING]) + "\n",
    )


def _route(booking: BookingView) -> str:
    return route([segment.flight for segment in booking.segments])
