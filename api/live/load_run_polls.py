"""Counts the polls of load runs: many in one statement, after their responses."""

from __future__ import annotations

from collections import Counter
from typing import Final

from core.batching import Batcher
from core.db import Database
from core.load_runs import recording

LIMIT: Final = 10_000


class LoadRunPolls:
    """Lives on the event loop. What is not written when Postgres is away is not counted: a figure of a test, and no promise."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counter: Batcher[str, None] = Batcher("load-run-polls", self._write, limit=LIMIT)

    def count(self, run_id: str) -> None:
        """One poll of a client of this load run."""
        self._counter.post(run_id)

    async def close(self) -> None:
        """Write what was counted."""
        await self._counter.close()

    def _write(self, runs: list[str]) -> list[None]:
        with self._db.transaction() as connection:
            recording.count_polls(connection, Counter(runs))
        return [None] * len(runs)
