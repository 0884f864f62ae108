"""Idempotency keys of bookings: the first request of a user with a key becomes a booking, and later ones get that booking as
their response.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.bookings.states import BookingStatus
from core.db import RawConnection, fetch


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The booking that holds a key."""

    user_id: UUID
    idempotency_key: str
    id: UUID
    status: BookingStatus
    request_hash: bytes


_FIND: Final = """
    SELECT b.user_id, b.idempotency_key, b.id, b.status, b.request_hash
    FROM unnest(%s::uuid[], %s::text[]) AS w(user_id, key) JOIN bookings b ON b.user_id = w.user_id AND b.idempotency_key = w.key
"""


def find_holders(connection: RawConnection, keys: Iterable[tuple[UUID, str] | None]) -> dict[tuple[UUID, str], KeyHolder]:
    """The bookings that were made with these keys. None entries are ignored."""
    owned = [key for key in keys if key is not None]
    if not owned:
        return {}
    rows = fetch(connection, KeyHolder, _FIND, [list(column) for column in zip(*owned, strict=True)])
    return {(row.user_id, row.idempotency_key): row for row in rows}
