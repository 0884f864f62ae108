"""Write the mails for which there are requests (`core/mail/requests.py`), each at most once."""

from __future__ import annotations

from collections.abc import Iterator

from core.bookings.reading.by_id import read_bookings
from core.bookings.reading.views import BookingView
from core.clock import now
from core.db import RawConnection
from core.letters.news import news_of
from core.letters.words import words
from core.mail import outbox, requests
from core.mail.outbox import Written
from core.mail.requests import addresses


def write(connection: RawConnection, *, limit: int, sends: bool, with_ticket: bool) -> int:
    """Write the mails of at most `limit` bookings. Returns the number of bookings; if it is less than `limit`, there are no more.

    `sends`: a mail server is configured. `with_ticket`: this process can make tickets.
    """
    booking_ids = requests.take(connection, limit=limit)
    if not booking_ids:
        return 0
    bookings = read_bookings(connection, booking_ids)
    found = addresses(connection, [booking.user_id for booking in bookings.values()])
    mails = [
        mail
        for booking in bookings.values()
        if booking.user_id in found
        for mail in _mails_of(booking, found[booking.user_id], with_ticket=with_ticket, sends=sends)
    ]
    outbox.store(connection, mails, sends=sends)
    return len(booking_ids)


def _mails_of(booking: BookingView, address: str, *, with_ticket: bool, sends: bool) -> Iterator[Written]:
    for news in news_of(booking, now()):
        subject, body = words(news.kind, booking, with_ticket=with_ticket, sends=sends)
        yield Written(booking.id, booking.user_id, news.kind, news.version, address, subject, body)
