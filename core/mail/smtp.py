"""Send mails through a mail server (SMTP, RFC 5321), several over one connection."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from core.clock import now
from core.mail_address import ENCODED, MailServer, is_mail_address

TIMEOUT_SECONDS: Final = 10.0
"""How long the server may take for one answer."""
PERMANENT: Final = range(500, 600)
"""Reply codes by which a server refuses a mail for good."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    data: bytes


class MailNotAccepted(Exception):
    """The mail server did not accept a mail. `permanent`: another attempt would fail too."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


def compose(
    mail_id: UUID, sender: str, address: str, subject: str, body: str, attachments: list[Attachment] | None = None
) -> EmailMessage:
    """Make the message of one mail. Its `Message-ID` contains the id of the mail, so mail programs recognize a copy that is sent after a
    crash.

    Raises:
        MailNotAccepted: nothing can be sent to this address.
    """
    if not is_mail_address(address):
        raise MailNotAccepted("This is not an e-mail address.", permanent=True)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = address
    # The name of a place may contain the mark of an encoded word (RFC 2047), and a line break in such a word would begin a new header.
    message["Subject"] = subject.replace(ENCODED, "= ?")
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{mail_id}@skyqueue>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    for each in attachments or []:
        kind, _, subtype = each.media_type.partition("/")
        message.add_attachment(each.data, maintype=kind, subtype=subtype, filename=each.name)
    return message


@contextmanager
def connect(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Open a connection, encrypted where the server can do that, and sign in where the setting has a username.

    Raises:
        MailNotAccepted: the server does not answer, or refuses the connection or the sign-in. Never `permanent`.
    """
    try:
        client = _open(server)
    except (OSError, smtplib.SMTPException) as error:
        raise MailNotAccepted(f"{server.host} cannot be used: {error}", permanent=False) from error
    try:
        yield client
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()


def _open(server: MailServer) -> smtplib.SMTP:
    if server.encrypted:
        context = ssl.create_default_context()
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        client.ehlo()
        if client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
    if server.username is not None:
        client.login(server.username, server.password or "")
    return client


def send(client: smtplib.SMTP, message: EmailMessage) -> None:
    """Send one message.

    Raises:
        MailNotAccepted
    """
    try:
        client.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        ((code, reply),) = error.recipients.values()
        raise MailNotAccepted(f"{code} {reply.decode(errors='replace')}", permanent=code in PERMANENT) from error
    except smtplib.SMTPResponseException as error:
        raise MailNotAccepted(f"{error.smtp_code} {error.smtp_error!r}", permanent=error.smtp_code in PERMANENT) from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailNotAccepted(str(error), permanent=False) from error
