"""The signed code on a ticket. It proves that we issued the ticket: everybody can check it with our public key, and only we can make it.

`SKY1.K7M2QX.<128 letters>`: the version, the reference of the booking, and in Base32 the booking's id (16 bytes) and an Ed25519 signature
(64 bytes) of all that stands before it. Only characters of the alphanumeric mode of a QR code, which keeps the code small.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import b32decode, b32encode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VERSION: Final = "SKY1"
ID_BYTES: Final = 16
LONGEST: Final = 160
_FORM: Final = re.compile(r"SKY1\.([0-9A-Z]{6})\.([A-Z2-7]{128})")


class NotGenuine(ValueError):
    """The code is not of a ticket's form, or we did not sign it."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The contents of a genuine code. Whether the booking is still valid has to be read from the database."""

    booking_id: UUID
    reference: str


class TicketSigner:
    """`secret`: the secret of the installation, which also signs access tokens. If it changes, older tickets are not accepted any more."""

    def __init__(self, secret: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hmac.digest(secret.encode(), b"skyqueue tickets", hashlib.sha256))

    @property
    def public_key(self) -> str:
        """The 32 bytes of the key, in URL-safe Base64 without padding, as in a JSON Web Key (RFC 8037)."""
        return urlsafe_b64encode(self._key.public_key().public_bytes_raw()).rstrip(b"=").decode()

    def sign(self, booking_id: UUID, reference: str) -> str:
        signature = self._key.sign(_signed_bytes(reference, booking_id.bytes))
        return f"{VERSION}.{reference}.{b32encode(booking_id.bytes + signature).decode()}"

    def read(self, code: str) -> Signed:
        """Check and decode a code. Lower case and spaces around it are accepted, because some scanners produce them.

        Raises:
            NotGenuine
        """
        form = _FORM.fullmatch(code.strip().upper())
        if form is None:
            raise NotGenuine
        reference, rest = form.groups()
        try:
            named = b32decode(rest)
            self._key.public_key().verify(named[ID_BYTES:], _signed_bytes(reference, named[:ID_BYTES]))
        except (binascii.Error, InvalidSignature) as error:
            raise NotGenuine from error
        return Signed(UUID(bytes=named[:ID_BYTES]), reference)


def _signed_bytes(reference: str, booking_id: bytes) -> bytes:
    return f"{VERSION}.{reference}.".encode() + booking_id
