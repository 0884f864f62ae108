"""Time and identity. Leases and holds follow the database's clock, not this one; see `docs/reliability.md`."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from uuid import UUID


def now() -> datetime:
    """The time in UTC, with a zone."""
    return datetime.now(UTC)


def first_id_at(at: datetime) -> UUID:
    """No id of a later moment sorts before it, none of an earlier one behind it: ids select rows by the time at which they were made."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. Ids of later rows sort later, so index pages stay warm."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & 0x3FFFFFFFFFFFFFFF
    return UUID(int=value)
