"""Dead letters that were replayed or discarded long ago. The audit log, beside them, is never removed."""

from __future__ import annotations

from typing import Final, LiteralString

from core.db.retention import OldRows

_OLD: Final[LiteralString] = "FROM dead_letters WHERE coalesce(replayed_at, discarded_at) < %(before)s"

DEAD_LETTERS: Final = OldRows(
    "dead letters that somebody has seen to",
    count=f"SELECT count(*) {_OLD}",
    delete=f"DELETE FROM dead_letters WHERE id IN (SELECT id {_OLD} LIMIT %(limit)s FOR UPDATE SKIP LOCKED)",  # noqa: S608  # only constants
)
