"""What `skyqueue prune` deletes of imports: those that ended long ago, with their faults and changes. An import with an open dead letter,
which may be replayed, is kept.
"""

from __future__ import annotations

from typing import Final, LiteralString

from core.db.retention import OldRows

_OLD: Final[LiteralString] = """FROM imports i WHERE finished_at < %(before)s AND NOT EXISTS (
    SELECT FROM dead_letters d WHERE d.subject_id = i.id AND d.replayed_at IS NULL AND d.discarded_at IS NULL
)"""

IMPORTS: Final = OldRows(
    "imports",
    count=f"SELECT count(*) {_OLD}",
    delete=f"""
    WITH old AS MATERIALIZED (SELECT i.id {_OLD} LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    DELETE FROM imports WHERE id IN (SELECT id FROM old)
    """,  # noqa: S608  # only constants
)
"""Their faults and changes go with them."""
