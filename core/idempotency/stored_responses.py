"""Idempotency keys: the response to a request is stored under its `Idempotency-Key`, in the same transaction as the effect of the
request.

A client that lost a response repeats the request and gets the same response, and the effect does not happen twice. If two requests
with the same key come at the same time, the second waits for the first. It then gets the response of the first; if the first one was
refused, the second is processed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from core.db import RawConnection, fetch, fetch_one
from core.errors import AppError, Unavailable

KEPT_DAYS: Final = 7


class IdempotencyKeyReused(AppError):
    code = "idempotency_key_reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request with an idempotency key, which may be repeated."""

    user_id: UUID
    operation: str
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response to a request. `body`: JSON."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Kept:
    request_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes


def begin(connection: RawConnection, request: KeyedRequest) -> StoredResponse | None:
    """Lock the key for this transaction, or return the response that is stored under it.

    Raises:
        IdempotencyKeyReused: the key was used for a different request.
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
    if kept is None:  # it was deleted between the two statements
        raise Unavailable("The response to this Idempotency-Key was just deleted because of its age. Send the request again.")
    if kept.request_hash != request.request_hash:
        raise IdempotencyKeyReused("This Idempotency-Key was used for a different request. Use a new key for a new request.")
    return StoredResponse(kept.status, kept.headers, kept.body)


def begin_new(connection: RawConnection, requests: Sequence[KeyedRequest]) -> set[KeyedRequest]:
    """Lock the keys of these requests for this transaction. Returns those that were not used before; of two with one key, the first."""
    locked = fetch(
        connection,
        KeyedRequest,
        """
        INSERT INTO idempotency_keys (user_id, operation, key, request_hash)
        SELECT user_id, operation, key, request_hash
        FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bytea[]) WITH ORDINALITY AS w(user_id, operation, key, request_hash, place)
        ORDER BY user_id, operation, key, place ON CONFLICT DO NOTHING RETURNING user_id, operation, key, request_hash
        """,
        (
            [each.user_id for each in requests],
            [each.operation for each in requests],
            [each.key for each in requests],
            [each.request_hash for each in requests],
        ),
    )
    return set(locked)


def keep(connection: RawConnection, request: KeyedRequest, response: StoredResponse) -> None:
    """Store the response, in the transaction that began with `begin`."""
    connection.execute(
        "UPDATE idempotency_keys SET status = %s, headers = %s, body = %s WHERE user_id = %s AND operation = %s AND key = %s",
        (response.status, Jsonb(dict(response.headers)), response.body, request.user_id, request.operation, request.key),
    )


def forget(connection: RawConnection, request: KeyedRequest) -> None:
    """Give the key free again, because the request was refused in a transaction that goes on."""
    connection.execute(
        "DELETE FROM idempotency_keys WHERE user_id = %s AND operation = %s AND key = %s",
        (request.user_id, request.operation, request.key),
    )


def delete_all(connection: RawConnection, user_id: UUID) -> None:
    """Delete all stored responses of this account, because they contain personal data."""
    connection.execute("DELETE FROM idempotency_keys WHERE user_id = %s", (user_id,))


def delete_old(connection: RawConnection, *, limit: int) -> int:
    """Delete at most `limit` responses that are older than `KEPT_DAYS`. Returns how many were deleted."""
    return connection.execute(
        """
        WITH old AS MATERIALIZED (
            SELECT user_id, operation, key FROM idempotency_keys
            WHERE created_at < now() - %s * interval '1 day' ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
        )
        DELETE FROM idempotency_keys WHERE (user_id, operation, key) IN (SELECT user_id, operation, key FROM old)
        """,
        (KEPT_DAYS, limit),
    ).rowcount
