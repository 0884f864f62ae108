"""Mails about fares: a watched price has fallen, and a booking was rebooked at a lower one."""

from __future__ import annotations

from collections.abc import Sequence

from core import money
from core.bookings.reading.by_id import read_bookings
from core.bookings.reading.views import BookingView
from core.db import RawConnection
from core.fare_watches.falls import Fall
from core.letters.news import Kind
from core.letters.words import CLOSING, Words, amount, facts, flights, way
from core.mail import outbox
from core.mail.outbox import Written
from core.mail.requests import addresses


def write_falls(connection: RawConnection, falls: Sequence[Fall], *, sends: bool) -> None:
    """To those travellers who have an address. The caller has noted the falls in this transaction, so each is told once."""
    found = addresses(connection, [fall.user_id for fall in falls])
    bookings = read_bookings(connection, [fall.booking_id for fall in falls if fall.booking_id is not None])
    mails = []
    for fall in falls:
        if fall.user_id not in found:
            continue
        booking = bookings.get(fall.booking_id) if fall.booking_id is not None else None
        subject, body = words_of_day(fall) if booking is None else words_of_booking(fall, booking)
        version = money.text(fall.price, fall.currency)
        mails.append(Written(fall.booking_id, fall.user_id, Kind.FARE_FELL, version, found[fall.user_id], subject, body))
    outbox.store(connection, mails, sends=sends)


def write_rebooked(connection: RawConnection, booking: BookingView, *, sends: bool) -> None:
    """In the transaction that rebooks."""
    found = addresses(connection, [booking.user_id])
    if booking.user_id in found:
        subject, body = words_of_rebooking(booking)
        mail = Written(booking.id, booking.user_id, Kind.REBOOKED, booking.price_total, found[booking.user_id], subject, body)
        outbox.store(connection, [mail], sends=sends)


def words_of_day(fall: Fall) -> Words:
    """Of the cheapest flight of a day."""
    assert fall.day is not None
    route, price = f"{fall.source} to {fall.destination}", amount(money.text(fall.price, fall.currency), fall.currency)
    day = f"{fall.day:%A} {fall.day.day} {fall.day:%B} {fall.day:%Y}"
    before = "" if fall.before is None else f" It was {amount(money.text(fall.before, fall.currency), fall.currency)} before."
    seats = "" if fall.seats == 1 else f", with {fall.seats} seats free"
    paragraphs = [
        f"The cheapest flight from {fall.source} to {fall.destination} on {day} costs {price} a seat now{seats}.{before}",
        "Fares may change again at any time. Search for the route in Skyqueue to book. Under My trips you can stop watching it.",
    ]
    return Words(f"The fare has fallen to {price} · {route}", "\n\n".join(paragraphs) + "\n")


def words_of_booking(fall: Fall, booking: BookingView) -> Words:
    """Of what a traveller has booked."""
    price = amount(money.text(fall.price, fall.currency), fall.currency)
    paragraphs = [
        f"The flights of your booking {booking.reference} cost {price} now. You booked at {amount(booking.price_total, booking.currency)}.",
        "You can rebook at the lower fare on the page of the booking: you keep your seats, and the difference goes back to the card that"
        " you paid with. Fares may change again at any time.",
        flights(booking),
        facts(booking),
        CLOSING,
    ]
    return Words(f"Your fare has fallen to {price} · {_way(booking)} · {booking.reference}", "\n\n".join(paragraphs) + "\n")


def words_of_rebooking(booking: BookingView) -> Words:
    price = amount(booking.price_total, booking.currency)
    told = f"Your booking {booking.reference} costs {price} now. You keep your seats."
    if booking.refund is not None:
        back = amount(booking.refund.amount, booking.refund.currency)
        told += f" {back} go back to the card that you paid with, usually within a few days."
    return Words(
        f"Rebooked at a lower fare · {_way(booking)} · {booking.reference}",
        "\n\n".join([told, flights(booking), facts(booking), CLOSING]) + "\n",
    )


def _way(booking: BookingView) -> str:
    return way([segment.flight for segment in booking.segments])
