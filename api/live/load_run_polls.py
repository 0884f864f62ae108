"""Counts the polls of load runs: many in one statement, after their responses."""

from __future__ import annotations

from collections import Counter
from typing import Final

from core.batching import Batcher
from core.db import Database
from core.load_runs import recording

LIMIT: Final = 10_000


class LoadRunPolls:
    """Used on the event loop only. Polls that cannot be stored because Postgres is away are not counted. The number is for load tests,
    where that does no harm.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counter: Batcher[str, None] = Batcher("load-run-polls", self._write, limit=LIMIT)

    def count(self, run_id: str) -> None:
        """Count one poll of a client of this load run."""
        self._counter.post(run_id)

    async def close(self) -> None:
        """Store the counts."""
        await self._counter.close()

    def _write(self, runs: list[str]) -> list[None]:
        with self._db.transaction() as connection:
            recording.count_polls(connection, Counter(runs))
        return [None] * len(runs)
