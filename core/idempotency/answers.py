"""Answers that are given once: kept under the request's key, in the transaction of what the request did.

So a client that lost an answer repeats its request and hears the same, whatever happened meanwhile, and nothing happens twice. Two
requests under one key at once wait for each other: the second hears the answer of the first, or takes its place if that was refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from core.db import RawConnection, fetch_one
from core.errors import AppError, Unavailable

KEPT_DAYS: Final = 7


class IdempotencyKeyReused(AppError):
    code = "idempotency_key_reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """One request that may come again."""

    user_id: UUID
    operation: str
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """`body` is JSON."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Kept:
    request_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes


def begin(connection: RawConnection, request: KeyedRequest) -> StoredAnswer | None:
    """Take the key for this transaction, or find the answer that was given under it.

    Raises:
        IdempotencyKeyReused: the key came with another request before.
    """
    is_new = connection.execute(
        "INSERT INTO idempotency_keys (user_id, operation, key, request_hash) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (request.user_id, request.operation, request.key, request.request_hash),
    ).rowcount
    if is_new:
        return None
    kept = fetch_one(
        connection,
        _Kept,
        "SELECT request_hash, status, headers, body FROM idempotency_keys WHERE user_id = %s AND operation = %s AND key = %s",
        (request.user_id, request.operation, request.key),
    )
    if kept is None:  # it was forgotten between the two statements
        raise Unavailable("The answer under this Idempotency-Key is too old to be given again.")
    if kept.request_hash != request.request_hash:
        raise IdempotencyKeyReused("This Idempotency-Key was used for another request.")
    return StoredAnswer(kept.status, kept.headers, kept.body)


def keep(connection: RawConnection, request: KeyedRequest, answer: StoredAnswer) -> None:
    """Store what is answered, in the transaction that began with `begin`."""
    connection.execute(
        "UPDATE idempotency_keys SET status = %s, headers = %s, body = %s WHERE user_id = %s AND operation = %s AND key = %s",
        (answer.status, Jsonb(dict(answer.headers)), answer.body, request.user_id, request.operation, request.key),
    )


def forget_all(connection: RawConnection, user_id: UUID) -> None:
    """Delete the answers that this account was given: they are copies of what it did, with names."""
    connection.execute("DELETE FROM idempotency_keys WHERE user_id = %s", (user_id,))


def forget_old(connection: RawConnection, *, limit: int) -> int:
    """Delete answers that nobody asks for any more, some at a time; returns how many."""
    return connection.execute(
        """
        DELETE FROM idempotency_keys WHERE (user_id, operation, key) IN (
            SELECT user_id, operation, key FROM idempotency_keys
            WHERE created_at < now() - %s * interval '1 day' ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
        )
        """,
        (KEPT_DAYS, limit),
    ).rowcount
