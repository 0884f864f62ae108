"""Keys for programs: each acts for the administrator who made it, and may do what its scopes say.

A key is 256 random bits, so its hash is one plain SHA-256. A slow hash (argon2id) protects words that people choose, which can be
guessed; nobody guesses this, and a slow hash would be on the way of every request. Whoever reads the table cannot use what is in it.
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
"""Says what it is to whoever finds one, and to programs that look for secrets in code."""
KEY_BYTES: Final = 32
HINT_CHARACTERS: Final = 8
"""Of the key, kept in clear so that people tell their keys apart: the prefix, and 30 of its 256 bits."""
MOST_KEYS: Final = 1_000
"""Keys that are not revoked. Each API process has all of them in memory."""


class ApiKeyNotFound(NotFound):
    """There is no such key, or it was revoked long ago and is forgotten."""

    code = "api_key_not_found"


class TooManyApiKeys(Conflict):
    """`limit`: how many there may be."""

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
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).digest()


def create(connection: RawConnection, user_id: UUID, name: str, scopes: Collection[KeyScope]) -> tuple[str, ApiKeyView]:
    """A new key for the account of this administrator. It is told here, and never again.

    Raises:
        TooManyApiKeys
    """
    row = connection.execute("SELECT count(*) FROM api_keys WHERE revoked_at IS NULL").fetchone()
    if row is not None and row[0] >= MOST_KEYS:
        raise TooManyApiKeys(f"There are {MOST_KEYS} keys. Revoke those that nobody uses.", limit=MOST_KEYS)
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    made = fetch_one(
        connection,
        ApiKeyView,
        f"""
        INSERT INTO api_keys (id, name, key_hash, hint, scopes, user_id) VALUES (%s, %s, %s, %s, %s, %s) RETURNING {_COLUMNS}
        """,  # noqa: S608  # only constants of this module
        (new_id(), name, digest(key), key[:HINT_CHARACTERS], sorted(set(scopes)), user_id),
    )
    assert made is not None
    return key, made


def list_keys(connection: RawConnection) -> list[ApiKeyView]:
    """Every key, those that were revoked too, newest first."""
    return fetch(connection, ApiKeyView, f"SELECT {_COLUMNS} FROM api_keys ORDER BY id DESC")  # noqa: S608  # likewise


def revoke(connection: RawConnection, key_id: UUID) -> ApiKeyView | None:
    """The key is good for nothing from the commit on. None: it was revoked before.

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


def read_open(connection: RawConnection) -> dict[bytes, Principal]:
    """Every key that is good now, by its hash: not revoked, and of an account that is still there and an administrator's."""
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


def note_use(connection: RawConnection, key_ids: Sequence[UUID]) -> None:
    """These keys were used just now. A key is written once a minute at most, however often it is used."""
    connection.execute(
        """
        UPDATE api_keys SET last_used_at = now()
        WHERE id = ANY(%s) AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        """,
        (list(key_ids),),
    )


def _role(scopes: Collection[KeyScope]) -> Role:
    """What a key sees. Who reads, reads everything, like an agent; who only books, sees the bookings of its account."""
    if KeyScope.ADMIN in scopes:
        return Role.ADMIN
    return Role.AGENT if KeyScope.READ in scopes else Role.TRAVELLER
