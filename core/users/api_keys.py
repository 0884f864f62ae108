"""Keys for programs (API keys). A key acts for the administrator who created it, and is allowed what its scopes say.

Only the SHA-256 of a key is stored, so nobody can use what is in the table. A slow hash such as argon2id is not needed: it protects passwords
that people choose, because those can be guessed, and a key is 256 random bits. It would also make every request slow.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from core.clock import new_id
from core.db import RawConnection, fetch, fetch_one
from core.errors import Conflict, NotFound
from core.users.models import KeyScope, Role
from core.users.tokens import Principal

PREFIX: Final = "sk_"
"""The beginning of every key. People, and programs that search code for secrets, recognize a key by it."""
KEY_BYTES: Final = 32
HINT_CHARACTERS: Final = 8
"""How many characters of a key are stored as they are, so that people can distinguish their keys: the prefix, and 30 of the 256 bits."""
MAX_KEYS: Final = 1_000
"""The most keys that are not revoked. Each API process has all of them in memory."""


class ApiKeyNotFound(NotFound):
    """There is no such key, or it was revoked long ago and is deleted."""

    code = "api_key_not_found"


class TooManyApiKeys(Conflict):
    """`limit`: the most keys that may exist."""

    code = "too_many_api_keys"


class ApiKeyView(msgspec.Struct, frozen=True):
    """A key without its secret. `hint` is how it begins; `last_used_at` is true to the minute."""

    id: UUID
    name: str
    scopes: list[KeyScope]
    hint: str
    user_id: UUID
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


_COLUMNS: Final = "id, name, scopes, hint, user_id, created_at, last_used_at, revoked_at"


def digest(key: str) -> bytes:
    """The hash of a key: 32 bytes, the only part of it that is stored besides its hint."""
    return hashlib.sha256(key.encode()).digest()


def create(connection: RawConnection, user_id: UUID, name: str, scopes: Collection[KeyScope]) -> tuple[str, ApiKeyView]:
    """Create a key for the account of this administrator. The key itself is returned here only; afterwards only its hash is known.

    Raises:
        TooManyApiKeys
    """
    row = connection.execute("SELECT count(*) FROM api_keys WHERE revoked_at IS NULL").fetchone()
    if row is not None and row[0] >= MAX_KEYS:
        raise TooManyApiKeys(f"There are {MAX_KEYS} keys. Revoke those that nobody uses.", limit=MAX_KEYS)
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    created = fetch_one(
        connection,
        ApiKeyView,
        f"""
        INSERT INTO api_keys (id, name, key_hash, hint, scopes, user_id) VALUES (%s, %s, %s, %s, %s, %s) RETURNING {_COLUMNS}
        """,  # noqa: S608  # only constants of this module
        (new_id(), name, digest(key), key[:HINT_CHARACTERS], sorted(set(scopes)), user_id),
    )
    assert created is not None
    return key, created


def list_keys(connection: RawConnection) -> list[ApiKeyView]:
    """All keys, also revoked ones, newest first."""
    return fetch(connection, ApiKeyView, f"SELECT {_COLUMNS} FROM api_keys ORDER BY id DESC")  # noqa: S608  # likewise


def revoke(connection: RawConnection, key_id: UUID) -> ApiKeyView | None:
    """Revoke a key: it is not accepted after the commit. None: it was revoked before.

    Raises:
        ApiKeyNotFound
    """
    revoked = fetch_one(
        connection,
        ApiKeyView,
        f"UPDATE api_keys SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL RETURNING {_COLUMNS}",  # noqa: S608  # likewise
        (key_id,),
    )
    if revoked is None and connection.execute("SELECT FROM api_keys WHERE id = %s", (key_id,)).fetchone() is None:
        raise ApiKeyNotFound("There is no such key.")
    return revoked


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    key_hash: bytes
    scopes: list[KeyScope]
    user_id: UUID
    username: str


def list_valid(connection: RawConnection) -> dict[bytes, Principal]:
    """Hash -> principal, of every key that is accepted now: it is not revoked, and its account is not closed and an administrator's."""
    rows = fetch(
        connection,
        _Row,
        """
        SELECT k.id, k.key_hash, k.scopes, k.user_id, u.username FROM api_keys k JOIN users u ON u.id = k.user_id
        WHERE k.revoked_at IS NULL AND u.closed_at IS NULL AND u.role = 'admin'
        """,
    )
    return {
        row.key_hash: Principal(row.user_id, row.username, _role(row.scopes), key_id=row.id, scopes=frozenset(row.scopes))
        for row in rows
    }


def mark_used(connection: RawConnection, key_ids: Sequence[UUID]) -> None:
    """Store that these keys were used now. The row of a key is written once a minute at most."""
    connection.execute(
        """
        UPDATE api_keys SET last_used_at = now()
        WHERE id = ANY(%s) AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        """,
        (list(key_ids),),
    )


def _role(scopes: Collection[KeyScope]) -> Role:
    """The role that a key has. With the scope `read` it reads everything, like an agent; with `book` only, the bookings of its account."""
    if KeyScope.ADMIN in scopes:
        return Role.ADMIN
    return Role.AGENT if KeyScope.READ in scopes else Role.TRAVELLER
