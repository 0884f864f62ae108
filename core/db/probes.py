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
