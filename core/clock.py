"""The time and new ids. Leases and holds use the clock of the database, not this one, because the clocks of machines differ."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from uuid import UUID


def now() -> datetime:
    """The current time, with the zone UTC."""
    return datetime.now(UTC)


def first_id_at(at: datetime) -> UUID:
    """The smallest UUIDv7 of this moment. Ids of earlier rows are smaller and ids of later rows larger, so ids select rows by
    time.
    """
    return UUID(int=int(at.timestamp() * 1000) << 80)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. New ids are the largest, so inserts touch few index
    pages.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & 0x3FFFFFFFFFFFFFFF
    return UUID(int=value)
