"""Access tokens: they say who is calling, and are checked without a query.

Only HS256 is accepted; `exp iat sub aud iss` are required and checked. A token that was verified is cached until it expires, so a client that
sends many requests costs one dictionary look-up for each, instead of the check of a signature.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import jwt

from core.errors import AppError
from core.startup import CannotStart
from core.users import signed_claims
from core.users.devices import KnownDevices
from core.users.models import KeyScope, Role
from core.users.signed_claims import AUDIENCE, ISSUER

ALGORITHM = "HS256"
SECRET_BYTES = 32
LEEWAY_SECONDS = 5
MAX_CACHED_TOKENS = 16_384

_UNAUTHENTICATED = "Sign in: the access token is missing, wrong or expired."


class Unauthenticated(AppError):
    """There is no token, or it is not valid. The message is the same whichever check failed."""

    code = "unauthenticated"
    status = HTTPStatus.UNAUTHORIZED


class AccountGone(AppError):
    """The token is valid and its account does not exist (the database was replaced)."""

    code = "account_gone"
    status = HTTPStatus.UNAUTHORIZED

    def __init__(self) -> None:
        super().__init__("This account does not exist any more: sign in again.")


class WeakSecret(CannotStart):
    """`SKYQUEUE_JWT_SECRET` is missing or short: the process refuses to start."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The account that a request is from, as its access token or its key says. The row of the account is not read."""

    user_id: UUID
    username: str
    role: Role
    session_id: UUID | None = None
    """None: the token was not issued for a session."""
    key_id: UUID | None = None
    """The key for programs that the request was sent with. None: it was sent with an access token."""
    scopes: frozenset[KeyScope] | None = None
    """What that key allows. None: the request was sent with an access token, and what it may do depends on the role only."""

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def sees_everything(self) -> bool:
        """Whether everything that belongs to others can be read. Agents can read it, administrators can also change it."""
        return self.role in (Role.ADMIN, Role.AGENT)

    def has_scope(self, scope: KeyScope) -> bool:
        """Whether the request may do what needs this scope: it was sent with an access token, or with a key that has this scope or `admin`."""
        return self.scopes is None or scope in self.scopes or KeyScope.ADMIN in self.scopes


class AccessTokens:
    """Signs and verifies access tokens. Every process with the same `secret` accepts them. `lifetime_minutes`: how long a token is valid.

    Raises:
        WeakSecret: `secret` is missing, or shorter than 32 bytes.
    """

    def __init__(self, secret: str | None, *, lifetime_minutes: int) -> None:
        if secret is None or len(secret.encode()) < SECRET_BYTES:
            raise WeakSecret(f"SKYQUEUE_JWT_SECRET must hold at least {SECRET_BYTES} bytes.", "`openssl rand -hex 32` makes one.")
        self._secret = secret
        self._key = secret.encode()
        self._lifetime_seconds = lifetime_minutes * 60
        self._verified: dict[str, tuple[float, Principal]] = {}

    @property
    def secret(self) -> str:
        """The secret of this installation. Other parts that sign derive keys of their own from it."""
        return self._secret

    @property
    def lifetime_seconds(self) -> int:
        return self._lifetime_seconds

    def known_devices(self) -> KnownDevices:
        """The cookies of known devices, signed with a key that is derived from the same secret."""
        return KnownDevices(self._secret)

    def issue(self, principal: Principal) -> str:
        """A signed token for `principal`."""
        issued_at = int(time.time())
        session = {} if principal.session_id is None else {"sid": str(principal.session_id)}
        claims = {
            **session,
            "sub": str(principal.user_id),
            "username": principal.username,
            "role": principal.role.value,
            "iat": issued_at,
            "exp": issued_at + self._lifetime_seconds,
            "iss": ISSUER,
            "aud": AUDIENCE,
        }
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def verify(self, token: str) -> Principal:
        """The principal of a valid token.

        Raises:
            Unauthenticated
        """
        cached = self._verified.get(token)
        if cached is not None and time.time() < cached[0]:
            return cached[1]
        expires_at, principal = self._check(token)
        if len(self._verified) >= MAX_CACHED_TOKENS:
            self._verified.clear()
        self._verified[token] = (expires_at, principal)
        return principal

    def _check(self, token: str) -> tuple[float, Principal]:
        now = time.time()
        try:
            claims = signed_claims.read(token, self._key)
        except signed_claims.BadToken as error:
            raise Unauthenticated(_UNAUTHENTICATED) from error
        if not claims.iat - LEEWAY_SECONDS <= now < claims.exp + LEEWAY_SECONDS:
            raise Unauthenticated(_UNAUTHENTICATED)
        return claims.exp + LEEWAY_SECONDS, Principal(claims.sub, claims.username, claims.role, claims.sid)
