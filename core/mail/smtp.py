"""Hand mails to a mail server (SMTP, RFC 5321), one connection for several of them."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from core.clock import now
from core.mail_address import ENCODED, MailServer, is_mail_address

SECONDS: Final = 10.0
"""How long the server may take for one answer."""
PERMANENT: Final = range(500, 600)
"""Answers that will be the same tomorrow."""


class Attachment:
    __slots__ = ("data", "media_type", "name")

    def __init__(self, name: str, media_type: str, data: bytes) -> None:
        self.name, self.media_type, self.data = name, media_type, data


class NotTaken(Exception):
    """The mail server did not take a mail. `for_good`: nor will it later."""

    def __init__(self, said: str, *, for_good: bool) -> None:
        super().__init__(said)
        self.for_good = for_good


def compose(
    mail_id: UUID, sender: str, address: str, subject: str, body: str, attachments: list[Attachment] | None = None
) -> EmailMessage:
    """The `Message-ID` is the mail's own, so who gets it twice after a crash can tell.

    Raises:
        NotTaken: nothing can be sent to this address.
    """
    if not is_mail_address(address):
        raise NotTaken("This is no address of e-mail.", for_good=True)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = address
    # A name may hold what stands for other letters, and a line break among them would begin a header of its own.
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
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Signed in, and encrypted where the server can.

    Raises:
        NotTaken: it is away, or lets us not in.
    """
    try:
        client = _connect(server)
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(f"{server.host} cannot be used: {error}", for_good=False) from error
    try:
        yield client
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.encrypted:
        context = ssl.create_default_context()
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        client.ehlo()
        if client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
    if server.username is not None:
        client.login(server.username, server.password or "")
    return client


def send(client: smtplib.SMTP, message: EmailMessage) -> None:
    """Raises:
    NotTaken
    """
    try:
        client.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        ((code, said),) = error.recipients.values()
        raise NotTaken(f"{code} {said.decode(errors='replace')}", for_good=code in PERMANENT) from error
    except smtplib.SMTPResponseException as error:
        raise NotTaken(f"{error.smtp_code} {error.smtp_error!r}", for_good=error.smtp_code in PERMANENT) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(str(error), for_good=False) from error
