"""What a server of Postgres is asked to find out how it is."""

from __future__ import annotations

from typing import Final, LiteralString

REVISION: Final[LiteralString] = "SELECT version_num, current_setting('transaction_read_only') = 'on' FROM alembic_version"
"""The revision of its tables, and whether it may only be read."""
SPILL: Final[LiteralString] = """
    SET LOCAL work_mem = '64kB';
    SELECT count(*) FROM generate_series(1, 10000)
"""
"""More than fits into so little memory, so Postgres writes it to its disk. On a full one many updates still succeed, and no row more."""
