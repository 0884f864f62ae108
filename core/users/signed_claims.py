"""Check and decode our access tokens: JSON Web Tokens signed with HS256 (RFC 7519, RFC 7515).

`tokens.py` caches tokens that it has checked, but when many travellers book at once, most tokens come for the first time. PyJWT takes ten
times as long as this module, which knows one header, one algorithm and one set of claims. Tests compare the two: PyJWT accepts every token
that is accepted here, with the same claims.
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
"""The only header that is accepted, so a token cannot choose its algorithm."""


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The claims of an access token. `iat` and `exp`: when it was issued and when it expires, in seconds since 1970."""

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
    """The token was not signed with the secret, or has another form than our tokens."""


_decoder: Final = msgspec.json.Decoder(Claims)


def read(token: str, secret: bytes) -> Claims:
    """The claims of `token`. Whether it has expired is not checked here.

    Raises:
        BadToken: the header, the signature or the claims are wrong.
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
