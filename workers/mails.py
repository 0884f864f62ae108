"""The queue of mails: send each mail to the mail server, outside a transaction, then store the result.

If the worker crashes between the two steps, the mail is sent again with the same `Message-ID`.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from uuid import UUID

import structlog

from core import failpoints
from core.bookings.errors import BookingNotFound
from core.clock import now
from core.mail import outbox, smtp
from core.mail.outbox import MailToSend
from core.mail.smtp import Attachment, MailNotAccepted
from core.notifications.texts import WITH_TICKET
from core.telemetry.incidents import Incident
from core.telemetry.tracing import spans
from core.tickets import calendar_file, reading
from core.tickets.errors import NoTicket
from core.tickets.signature import TicketSigner
from workers.context import Context

_log = structlog.get_logger(__name__)
_away = Incident(_log, "the mail server cannot be reached; mails wait", "the mail server accepts mails again")


def send_mails(context: Context, mail_ids: Sequence[UUID]) -> None:
    """Try to send each of these mails once. A mail that is not accepted is tried again later, when the sweep sends its id."""
    server = context.settings.mail.server
    if server is None:
        return
    try:
        with smtp.connect(server) as client:
            for mail_id in mail_ids:
                _try(context, client, mail_id)
    except MailNotAccepted as error:
        _away.failed(error=str(error))
        for mail_id in mail_ids:
            with context.db.transaction() as connection:
                if outbox.begin_attempt(connection, mail_id) is not None:
                    outbox.mark_failed(connection, mail_id, str(error), permanent=False)
    else:
        _away.succeeded()


def signer_of(context: Context) -> TicketSigner | None:
    """None: this process has no secret to sign tickets with, so its mails have no ticket."""
    secret = context.settings.accounts.jwt_secret
    return TicketSigner(secret.get_secret_value()) if secret else None


def _try(context: Context, client: smtplib.SMTP, mail_id: UUID) -> None:
    with context.db.transaction() as connection:
        mail = outbox.begin_attempt(connection, mail_id)
    if mail is not None:
        with spans.span("mail", mail.traceparent):
            _send(context, client, mail)


def _send(context: Context, client: smtplib.SMTP, mail: MailToSend) -> None:
    attached = _attachments(context, mail)
    try:
        message = smtp.compose(mail.id, context.settings.mail.sender, mail.address, mail.subject, mail.body, attached)
        smtp.send(client, message)
    except MailNotAccepted as error:
        _log.warning(
            "a mail was not accepted", mail_id=str(mail.id), attempt=mail.attempts, permanent=error.permanent, error=str(error)
        )
        with context.db.transaction() as connection:
            outbox.mark_failed(connection, mail.id, str(error), permanent=error.permanent)
        return
    failpoints.reach("after_mail")
    with context.db.transaction() as connection:
        outbox.mark_sent(connection, mail.id)


def _attachments(context: Context, mail: MailToSend) -> list[Attachment]:
    """The present ticket and its calendar file; empty if the booking has ended."""
    signer = signer_of(context)
    if signer is None or mail.booking_id is None or mail.kind not in WITH_TICKET:
        return []
    from core.tickets.pdf import MEDIA_TYPE, pdf  # imported here because only a worker that sends tickets needs it

    try:
        with context.db.snapshot() as connection:
            ticket = reading.get_ticket(connection, mail.booking_id, None, signer)
            versions = reading.list_versions(connection, [segment.flight_id for segment in ticket.segments])
    except (BookingNotFound, NoTicket):
        return []
    events = calendar_file.calendar_file(ticket, versions, at=now())
    return [
        Attachment(f"ticket-{ticket.reference}.pdf", MEDIA_TYPE, pdf(ticket)),
        Attachment(f"flights-{ticket.reference}.ics", calendar_file.MEDIA_TYPE, events),
    ]
