"""Addresses: of a mail server, as a setting names it, and of a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

LONGEST: Final = 254
"""Characters of an address of e-mail (RFC 5321)."""
_PERSON: Final = re.compile(
    r"(?![.])[A-Za-z0-9_.+%&'*/=?!#$^~-]{1,64}(?<![.])@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
ENCODED: Final = "=?"
"""Begins letters that are written in others (RFC 2047). In a header it would be read as what it stands for, which may be another address."""
_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """`encrypted`: from the first byte (`smtps`). Otherwise as soon as the server offers it."""

    host: str
    port: int
    encrypted: bool
    username: str | None
    password: str | None


def is_mail_address(text: str) -> bool:
    """Whether mail can be sent to it. Letters of ASCII alone: not every mail server takes others."""
    return len(text) <= LONGEST and _PERSON.fullmatch(text) is not None and ".." not in text and ENCODED not in text


def parse(url: str) -> MailServer:
    """Of `smtp://[username:password@]host[:port]`, or `smtps://...`.

    Raises:
        ValueError: with what is wrong, and without the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError("It begins with smtp:// or smtps://.")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise ValueError("Its port is no number up to 65535.") from error
    if not parts.hostname:
        raise ValueError("It names no host.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("It ends with the port.")
    return MailServer(
        parts.hostname,
        port,
        parts.scheme == "smtps",
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def is_sender(text: str) -> bool:
    """Whether it is an address, or a name and an address in angle brackets."""
    name, address = parseaddr(text)
    return is_mail_address(address) and "\n" not in text and text in (address, f"{name} <{address}>", f'"{name}" <{address}>')
