"""The headers of a mail: the name of a place cannot add a recipient or a header."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

import pytest

from core.mail.smtp import MailNotAccepted, compose

ANOTHER_HEADER = "You are booked · =?utf-8?q?Delhi=0d=0aBcc=3A_x=40y.example?= to Mumbai"
OURS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]


def headers_of(message: EmailMessage) -> list[str]:
    """As who gets it reads it; without those that describe the body."""
    read = message_from_bytes(message.as_bytes(policy=policy.SMTP), policy=policy.default)
    return [name for name in read if not name.startswith(("Content-", "MIME-"))]


@pytest.mark.parametrize("subject", [ANOTHER_HEADER, "=?utf-8?b?DQpCY2M6IHhAeS5leGFtcGxl?=", "x" * 3_000, "مرحبا " * 90])
def test_a_subject_begins_no_other_header(subject: str) -> None:
    message = compose(uuid4(), "trips@example.com", "asha@example.com", subject, "text")
    assert headers_of(message) == OURS
    assert "\n" not in str(message["Subject"])


def test_control_such_a_subject_as_it_is_has_the_beginning_of_another_header() -> None:
    """A Python before 3.13 also writes it as one."""
    message = EmailMessage()
    message["Subject"] = ANOTHER_HEADER
    assert "\r\nBcc: x@y.example" in str(message["Subject"])


@pytest.mark.parametrize(
    "address",
    ["=?utf-8?q?victim=40x.example=2C?=@b.example", "=?utf-8?q?a=0d=0aBcc=3A_x?=@b.example", "a@b.example, c@d.example"],
)
def test_nothing_is_sent_to_what_is_read_as_another_address(address: str) -> None:
    with pytest.raises(MailNotAccepted) as refused:
        compose(uuid4(), "trips@example.com", address, "You are booked", "text")
    assert refused.value.permanent
