"""What `skyqueue prune` deletes of load runs: old runs, with the records of their bookings."""

from __future__ import annotations

from typing import Final, LiteralString

from core.db.retention import OldRows

_OLD: Final[LiteralString] = "FROM load_runs WHERE created_at < %(before)s"

LOAD_RUNS: Final = OldRows(
    "load runs",
    count=f"SELECT count(*) {_OLD}",
    delete=f"""
    WITH old AS MATERIALIZED (SELECT id {_OLD} LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
    bookings AS (DELETE FROM load_run_bookings WHERE run_id IN (SELECT id FROM old))
    DELETE FROM load_runs WHERE id IN (SELECT id FROM old)
    """,  # noqa: S608  # only constants
)
