"""Write the mails for which there are requests (`core/mail/mail_requests.py`), each at most once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.bookings.reading.by_id import read_bookings
from core.bookings.reading.views import BookingView
from core.clock import now
from core.db import RawConnection
from core.mail import mail_requests, outbox
from core.mail.mail_requests import Requested
from core.mail.outbox import NewMail
from core.notifications.due_mails import list_due_mails
from core.notifications.texts import booking_text


def write_requested(connection: RawConnection, *, limit: int, sends: bool, with_ticket: bool) -> int:
    """Write the mails of at most `limit` bookings. Returns the number of bookings; if it is less than `limit`, there are no more.

    `sends`: a mail server is configured. `with_ticket`: this process can make tickets.
    """
    requested = mail_requests.take(connection, limit=limit)
    if not requested:
        return 0
    bookings = read_bookings(connection, list(requested))
    addresses = mail_requests.find_addresses(connection, [booking.user_id for booking in bookings.values()])
    mails = [
        replace(mail, traceparent=requested[booking.id].traceparent)
        for booking in bookings.values()
        if booking.user_id in addresses
        for mail in _write(booking, requested[booking.id], addresses[booking.user_id], with_ticket=with_ticket, sends=sends)
    ]
    outbox.store(connection, mails, sends=sends)
    return len(requested)


def _write(booking: BookingView, requested: Requested, address: str, *, with_ticket: bool, sends: bool) -> Iterator[NewMail]:
    for mail in list_due_mails(booking, now(), new_ticket=requested.new_ticket):
        text = booking_text(mail.kind, booking, with_ticket=with_ticket, sends=sends)
        yield NewMail(booking.id, booking.user_id, mail.kind, mail.version, address, text.subject, text.body)
