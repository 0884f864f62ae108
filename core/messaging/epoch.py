"""Detect that Redis has lost its data: a random mark is stored in it, and if the mark is gone or different, the data was lost."""

from __future__ import annotations

import secrets
from typing import cast

import redis

from core import keys


class Epoch:
    """The mark, as this process last read it."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._seen: bytes | None = None

    def was_lost(self) -> bool:
        """True once for each loss, also for one that happened before this process started."""
        mark = secrets.token_hex(8).encode()
        if self._redis.set(keys.EPOCH, mark, nx=True):
            self._seen = mark
            return True
        current = cast("bytes | None", self._redis.get(keys.EPOCH))
        lost = self._seen is not None and current != self._seen
        self._seen = current
        return lost
