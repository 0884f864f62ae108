"""Access tokens: who is calling, proven without a query.

HS256 is pinned; `exp iat sub aud iss` are required and checked. A token that was verified once is remembered until it expires,
so a client that polls costs one dictionary look-up per request instead of one signature.
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
REMEMBERED_TOKENS = 16_384

_PROVES_NOTHING = "Sign in: the access token is missing, wrong or expired."


class Unauthenticated(AppError):
    """No token, or one that proves nothing. The words never tell which check failed."""

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
    """The account behind a request, as its token or its key tells it; the row is not read."""

    user_id: UUID
    username: str
    role: Role
    session_id: UUID | None = None
    """None: the token was not issued for a session."""
    key_id: UUID | None = None
    """The key for programs that was presented in the place of a token."""
    scopes: frozenset[KeyScope] | None = None
    """What that key may do. None: this is a person, who may do what the role allows."""

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def sees_everything(self) -> bool:
        """Whether what belongs to others may be read, and only read unless this is an administrator."""
        return self.role in (Role.ADMIN, Role.AGENT)

    def has_scope(self, scope: KeyScope) -> bool:
        """Whether this is a person, or a key with this scope or with all of them."""
        return self.scopes is None or scope in self.scopes or KeyScope.ADMIN in self.scopes


class AccessTokens:
    """Signs and verifies the access tokens of one deployment; every process with the same secret accepts them.

    `lifetime_minutes` is how long one is good for. `secret` shorter than 32 bytes raises `WeakSecret`.
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
        """For what else is signed in the name of the deployment, each with a key of its own that is made from it."""
        return self._secret

    @property
    def lifetime_seconds(self) -> int:
        return self._lifetime_seconds

    def known_devices(self) -> KnownDevices:
        """Signed with the same secret."""
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
        """The principal that `token` proves, or `Unauthenticated`."""
        remembered = self._verified.get(token)
        if remembered is not None and time.time() < remembered[0]:
            return remembered[1]
        expires_at, principal = self._check(token)
        if len(self._verified) >= REMEMBERED_TOKENS:
            self._verified.clear()
        self._verified[token] = (expires_at, principal)
        return principal

    def _check(self, token: str) -> tuple[float, Principal]:
        now = time.time()
        try:
            claims = signed_claims.read(token, self._key)
        except signed_claims.BadToken as error:
            raise Unauthenticated(_PROVES_NOTHING) from error
        if not claims.iat - LEEWAY_SECONDS <= now < claims.exp + LEEWAY_SECONDS:
            raise Unauthenticated(_PROVES_NOTHING)
        return claims.exp + LEEWAY_SECONDS, Principal(claims.sub, claims.username, claims.role, claims.sid)
