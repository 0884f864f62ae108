"""E-mail addresses, and addresses of mail servers, in different spellings."""

from __future__ import annotations

import pytest

from core import mail_address
from core.mail_address import MailServer


@pytest.mark.parametrize("text", ["asha@example.com", "a.b+c@mail.example.co.uk", "o'neill@example.org", "x@a-b.io"])
def test_mail_can_be_sent_to(text: str) -> None:
    assert mail_address.is_mail_address(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "asha", "asha@", "@example.com", "asha@localhost", "a b@example.com", "a..b@example.com", "a@-x.com", "a@x.com\n"),
        *(".a@example.com", "a.@example.com", f"a@{'b' * 64}.com", "=?utf-8?q?victim=40x.example=2C?=@example.com"),
    ],
)
def test_mail_cannot_be_sent_to(text: str) -> None:
    assert not mail_address.is_mail_address(text)


def test_a_server_is_read_with_the_usual_ports() -> None:
    assert mail_address.parse("smtp://mail.example.com") == MailServer("mail.example.com", 587, False, None, None)
    assert mail_address.parse("smtps://a%40b.c:p%2Fw@mail.example.com:2465") == MailServer(
        "mail.example.com", 2465, True, "a@b.c", "p/w"
    )


@pytest.mark.parametrize("url", ["http://mail.example.com", "smtp://", "smtp://x:99999", "smtp://x/inbox", "smtp://x?tls=1"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="It"):
        mail_address.parse(url)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("trips@example.com", True),
        ("Skyqueue <trips@example.com>", True),
        ("Skyqueue", False),
        ("Skyqueue <trips>", False),
        ("a@b.com\nBcc: x@y.com", False),
    ],
)
def test_a_sender_is_an_address_or_a_name_with_one(text: str, is_one: bool) -> None:
    assert mail_address.is_sender(text) is is_one
