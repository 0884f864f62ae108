"""What a load run did to the promises: the same checker as the tests and `skyqueue audit`."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from uuid import UUID

import redis

from core.db import Database, opened
from core.invariants import checker

QUIET_SECONDS = 60.0
"""How long accepted bookings have to end after the last request."""


class Verdict:
    """Collects what was accepted; judges once."""

    def __init__(self) -> None:
        self._by_key: dict[str, UUID] = {}
        self._doubled: list[str] = []

    @property
    def accepted(self) -> int:
        return len(self._by_key)

    def accept(self, job_id: UUID, key: str) -> None:
        """One 202. A key that names two jobs is a doubled booking."""
        earlier = self._by_key.setdefault(key, job_id)
        if earlier != job_id:
            self._doubled.append(f"the key {key} made two bookings: {earlier} and {job_id}")

    def find_problems(self) -> list[str]:
        """Violations in words, once nothing is PENDING any more, or after a minute."""
        runtime = json.loads((Path(os.environ.get("SKYQUEUE_DATA_DIR", ".skyqueue")) / "runtime.json").read_text())
        with opened(runtime["database_url"], pool_size=1, application="skyqueue-verdict") as database:
            deadline = time.monotonic() + QUIET_SECONDS
            while time.monotonic() < deadline and _any_pending(database):
                time.sleep(0.2)
            with database.transaction() as connection, redis.Redis.from_url(runtime["redis_url"]) as client:
                violations = checker.check(connection, client, self._by_key.values())
        return [*self._doubled, *(str(violation) for violation in violations)]


def _any_pending(database: Database) -> bool:
    with database.snapshot() as connection:
        return connection.execute("SELECT 1 FROM bookings WHERE status = 'PENDING' LIMIT 1").fetchone() is not None
