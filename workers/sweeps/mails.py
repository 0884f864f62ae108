"""The sweep's step for mails: write the mails that bookings need, remind of holds that end soon, and send due mails to the queue
of mails.
"""

from __future__ import annotations

import time
from typing import Final

from core.bookings.models import PaymentMode
from core.mail import mail_requests, outbox
from core.messaging.messages import SendMails
from core.notifications import booking_mails
from core.notifications.due_mails import REMIND_MINUTES, MailKind
from workers.context import Context
from workers.mails import signer_of

AT_ONCE: Final = 100
"""How many bookings one transaction handles, and how many mails one message has."""
WRITE_SECONDS: Final = 1.0
"""How long one pass writes mails. The next pass continues."""
REMIND_EVERY_SECONDS: Final = 15.0
LEASE_SECONDS: Final = 120
"""If a mail was not sent within this time after its message, the message counts as lost, and the mail is due again."""


class MailStep:
    """The step for mails. It remembers when it last looked for holds that end soon."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reminded_at = float("-inf")

    def run(self) -> None:
        if time.monotonic() - self._reminded_at > REMIND_EVERY_SECONDS:
            self._reminded_at = time.monotonic()
            with self._context.db.transaction() as connection:
                mail_requests.add_before_holds_end(
                    connection,
                    minutes=REMIND_MINUTES,
                    hold_mode=PaymentMode.HOLD,
                    reminder=MailKind.HOLD_ENDING,
                    limit=AT_ONCE * 10,
                )
        self._write()
        if self._context.settings.mail.server is not None:
            self._send_due()

    def _write(self) -> None:
        began_at = time.monotonic()
        sends, with_ticket = self._context.settings.mail.server is not None, signer_of(self._context) is not None
        while time.monotonic() - began_at < WRITE_SECONDS:
            with self._context.db.transaction() as connection:
                looked_at = booking_mails.write_requested(connection, limit=AT_ONCE, sends=sends, with_ticket=with_ticket)
            if looked_at < AT_ONCE:
                return

    def _send_due(self) -> None:
        with self._context.db.transaction() as connection:
            due = outbox.list_due(connection, limit=AT_ONCE)
            outbox.lease(connection, due, seconds=LEASE_SECONDS)
        if due:
            self._context.dispatcher.send(SendMails(tuple(due)))
