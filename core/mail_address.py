"""Parse the address of a mail server (a setting), and check e-mail addresses of persons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

LONGEST: Final = 254
"""The longest e-mail address, in characters (RFC 5321)."""
_PERSON: Final = re.compile(
    r"(?![.])[A-Za-z0-9_.+%&'*/=?!#$^~-]{1,64}(?<![.])@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
ENCODED: Final = "=?"
"""The beginning of an encoded word (RFC 2047). In a header it would be decoded, and the result may be another address, so it is
refused.
"""
_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server. `encrypted`: TLS from the first byte (`smtps`). Otherwise STARTTLS is used if the server offers it."""

    host: str
    port: int
    encrypted: bool
    username: str | None
    password: str | None


def is_mail_address(text: str) -> bool:
    """Whether the text is an e-mail address. Only ASCII is allowed, because not every mail server accepts other characters."""
    return len(text) <= LONGEST and _PERSON.fullmatch(text) is not None and ".." not in text and ENCODED not in text


def parse(url: str) -> MailServer:
    """Parse `smtp://[username:password@]host[:port]` or `smtps://...`.

    Raises:
        ValueError: what is wrong. The message never contains the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError("It must begin with smtp:// or smtps://.")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise ValueError("Its port must be a number up to 65535.") from error
    if not parts.hostname:
        raise ValueError("It has no host.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("It must end after the port.")
    return MailServer(
        parts.hostname,
        port,
        parts.scheme == "smtps",
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def is_sender(text: str) -> bool:
    """Whether the text is an e-mail address, or a name and an address in angle brackets."""
    name, address = parseaddr(text)
    return is_mail_address(address) and "\n" not in text and text in (address, f"{name} <{address}>", f'"{name}" <{address}>')
