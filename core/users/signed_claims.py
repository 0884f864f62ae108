"""Reads the claims out of an access token of our own: a JSON Web Token signed with HS256 (RFC 7519, RFC 7515).

A rush is made of strangers: each token is seen for the first time, so its check is on the way of every booking. PyJWT is general and
takes ten times as long as this module, which knows exactly one header, one algorithm and one set of claims. Tests compare the two:
what is accepted here, PyJWT accepts, with the same claims.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Final, Literal
from uuid import UUID

import msgspec

from core.users.models import Role

ISSUER: Final = "skyqueue"
AUDIENCE: Final = "skyqueue-api"

_HEADER: Final = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
"""The only header that is accepted, letter for letter, so no token chooses its own algorithm."""


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an access token says. `iat` and `exp`: when it was issued and when it ends, in seconds since 1970."""

    sub: UUID
    username: str
    role: Role
    iat: int
    exp: int
    iss: Literal["skyqueue"]
    aud: Literal["skyqueue-api"]
    sid: UUID | None = None
    """The session that the token was issued for."""


class BadToken(ValueError):
    """Not signed with the secret, or not a token of ours."""


_decoder: Final = msgspec.json.Decoder(Claims)


def read(token: str, secret: bytes) -> Claims:
    """The claims of `token`. Its times are not judged here.

    Raises:
        BadToken: another header, a signature that `secret` did not make, or other claims than ours.
    """
    header, _, rest = token.partition(".")
    payload, _, signature = rest.partition(".")
    if header != _HEADER or not token.isascii():
        raise BadToken
    digest = hmac.digest(secret, f"{header}.{payload}".encode(), "sha256")
    expected = urlsafe_b64encode(digest).rstrip(b"=")
    if not hmac.compare_digest(expected, signature.encode()):
        raise BadToken
    try:
        return _decoder.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (NotBase64, msgspec.DecodeError) as error:
        raise BadToken from error
