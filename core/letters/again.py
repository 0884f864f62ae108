"""Write to a traveller once more what their booking is now."""

from __future__ import annotations

from datetime import datetime

from core.bookings.reading.views import BookingView
from core.db import RawConnection
from core.errors import Conflict
from core.letters.news import Kind, news_of
from core.mail import outbox, requests


class NothingToSend(Conflict):
    """The booking waits for its seats, or is being paid: its mail is written when that is decided."""

    code = "nothing_to_send"


class NoMailAddress(Conflict):
    """The account has no address to write to."""

    code = "no_mail_address"


def send_again(connection: RawConnection, booking: BookingView, at: datetime) -> tuple[Kind, str]:
    """Ask for a new mail of the booking's state. Those that were written before stay as they are. Returns its kind, and where it goes.

    Raises:
        NothingToSend, NoMailAddress
    """
    news = next(iter(news_of(booking, at)), None)
    if news is None:
        raise NothingToSend("There is nothing to write yet: the booking is not decided.")
    address = requests.addresses(connection, [booking.user_id]).get(booking.user_id)
    if address is None:
        raise NoMailAddress("The account of this booking has no e-mail address.")
    outbox.set_aside(connection, booking.id, news.kind, news.version)
    requests.request(connection, [booking.id])
    return news.kind, address
