"""Write a mail about the present state of a booking again, at the wish of staff."""

from __future__ import annotations

from datetime import datetime

from core.bookings.reading.views import BookingView
from core.db import RawConnection
from core.errors import Conflict
from core.mail import mail_requests, outbox
from core.notifications.due_mails import MailKind, list_due_mails


class NothingToSend(Conflict):
    """The booking waits for its seats, or is being paid: its mail is written when that is decided."""

    code = "nothing_to_send"


class NoMailAddress(Conflict):
    """The account of the traveller has no e-mail address."""

    code = "no_mail_address"


def request_again(connection: RawConnection, booking: BookingView, at: datetime) -> tuple[MailKind, str]:
    """Request a new mail about the booking's state at the time `at`. Mails that were written before are kept.

    Returns:
        The kind of the new mail, and the address that it goes to.

    Raises:
        NothingToSend, NoMailAddress
    """
    mail = next(iter(list_due_mails(booking, at)), None)
    if mail is None:
        raise NothingToSend("There is nothing to write yet: the booking is not decided.")
    address = mail_requests.find_addresses(connection, [booking.user_id]).get(booking.user_id)
    if address is None:
        raise NoMailAddress("The account of this booking has no e-mail address.")
    outbox.allow_another(connection, booking.id, mail.kind, mail.version)
    mail_requests.add(connection, [booking.id])
    return mail.kind, address
