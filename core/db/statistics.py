"""Keep Postgres' statistics of tables that grow fast.

Postgres chooses its plans by statistics, and keeps the plan of a prepared statement until the statistics change. A plan that was
made while a table was nearly empty may read the whole table, which costs more with every row. Postgres' own autovacuum checks once a
minute; in the first minute of a sale, or after the first import, that is too late.
"""

from __future__ import annotations

from typing import Final

from psycopg.sql import SQL, Identifier, Literal

from core.db.session import RawConnection

GROWTH: Final = 10
"""A table is analysed when the number of its rows is this many times the number in its statistics."""
SMALLEST_ROWS: Final = 500
"""A smaller table is cheap to read as a whole."""

_GROWN: Final = """
    SELECT c.relname::text FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid
    WHERE s.schemaname = current_schema() AND pg_has_role(c.relowner, 'USAGE')
      AND s.n_live_tup > %s AND s.n_live_tup > %s * greatest(c.reltuples, 0)
    ORDER BY c.relname
"""


def analyze_if_believed_empty(connection: RawConnection, table: str) -> None:
    """Analyse a table that was empty when that was done last, and is not any more. Postgres takes such a table for one row, and may read it
    again for each row of another table. The statistics of other tables are estimated by their size, which is near enough.
    """
    name = Identifier(table)
    believed_empty = SQL("SELECT reltuples = 0 AND EXISTS (SELECT FROM {}) FROM pg_class WHERE oid = {}::regclass")
    row = connection.execute(believed_empty.format(name, Literal(table))).fetchone()
    if row is not None and row[0]:
        connection.execute(SQL("ANALYZE {}").format(name))


def analyze_grown(connection: RawConnection) -> list[str]:
    """Analyse the tables of our schema that have grown tenfold since that was done last. Returns their names.

    The numbers of rows are those that Postgres counts while it works, which are late by about a second. Tables of another owner
    are left out, because only the owner may do it.
    """
    grown = [str(row[0]) for row in connection.execute(_GROWN, (SMALLEST_ROWS, GROWTH)).fetchall()]
    for table in grown:
        connection.execute(SQL("ANALYZE {}").format(Identifier(table)))
    return grown
