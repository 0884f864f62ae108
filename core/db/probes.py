"""Statements that check the state of a Postgres server."""

from __future__ import annotations

from typing import Final, LiteralString

REVISION: Final[LiteralString] = "SELECT version_num, current_setting('transaction_read_only') = 'on' FROM alembic_version"
"""The revision of the tables, and whether the server is read-only."""
SPILL: Final[LiteralString] = """
    SET LOCAL work_mem = '64kB';
    SELECT count(*) FROM generate_series(1, 10000)
"""
"""Sorts more rows than fit into `work_mem`, so Postgres writes a temporary file. This detects a full disk, on which many updates
still succeed, but no new row can be stored.
"""
BLOCKER: Final[LiteralString] = """
    SELECT b.pid, b.application_name
    FROM pg_stat_activity w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocking (pid)
    JOIN pg_stat_activity b ON b.pid = blocking.pid
    WHERE w.datname = current_database() AND w.wait_event_type = 'Lock' AND w.application_name LIKE 'skyqueue-%'
      AND w.query_start < clock_timestamp() - interval '0.5 seconds'
      AND b.wait_event_type IS DISTINCT FROM 'Lock'
      AND coalesce(b.xact_start < clock_timestamp() - interval '2 seconds', true)
    ORDER BY b.xact_start NULLS LAST, b.pid LIMIT 1
"""
"""The process of Postgres, and its application, that has held a lock for more than two seconds while one of ours waits for it: the
head of the line. Of sessions of another role only the process is visible, so its age is unknown and counts as old.
"""
