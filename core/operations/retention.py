"""What `skyqueue prune` deletes of dead letters: those that were replayed or discarded long ago. The audit log is never deleted."""

from __future__ import annotations

from typing import Final, LiteralString

from core.db.retention import OldRows

_OLD: Final[LiteralString] = "FROM dead_letters WHERE coalesce(replayed_at, discarded_at) < %(before)s"

DEAD_LETTERS: Final = OldRows(
    "dead letters that were replayed or discarded",
    count=f"SELECT count(*) {_OLD}",
    delete=f"""
    WITH old AS MATERIALIZED (SELECT id {_OLD} LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    DELETE FROM dead_letters WHERE id IN (SELECT id FROM old)
    """,  # noqa: S608  # only constants
)
