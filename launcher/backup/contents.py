"""What a backup holds: our tables, their columns and sequences, as the database has them.

The manifest of a file that is restored names the same, or nothing is restored. It comes from outside: a table of the server in it would be
written to with all rights of the role, and one that is left out would be empty without a word.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, LiteralString

from core.db import RawConnection
from core.migrations.metadata import METADATA
from launcher.backup.archive import Manifest

OF_THE_MOMENT: Final = frozenset({"worker_heartbeats"})
"""Tables whose rows say something of processes that run now."""

_THERE: Final[LiteralString] = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
"""
_COLUMNS: Final[LiteralString] = """
SELECT attname FROM pg_attribute
WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = %s AND relnamespace = current_schema()::regnamespace)
AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
"""Those that are stored as they were written. Postgres computes the others itself."""
_SEQUENCES: Final[LiteralString] = """
SELECT DISTINCT s.relname FROM pg_class s
LEFT JOIN pg_depend owned ON owned.classid = 'pg_class'::regclass AND owned.objid = s.oid AND owned.deptype IN ('a', 'i')
LEFT JOIN pg_depend used ON used.refclassid = 'pg_class'::regclass AND used.refobjid = s.oid AND used.classid = 'pg_attrdef'::regclass
LEFT JOIN pg_attrdef preset ON preset.oid = used.objid
JOIN pg_class t ON t.oid IN (owned.refobjid, preset.adrelid)
WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace AND t.relnamespace = s.relnamespace AND t.relname = ANY(%s)
ORDER BY s.relname
"""
"""Of the columns of our tables. Others in the same schema belong to somebody else."""


def table_names() -> list[str]:
    """Each table after those that it refers to."""
    return [str(table.name) for table in METADATA.sorted_tables if table.name not in OF_THE_MOMENT]


def columns_of(connection: RawConnection, table: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(_COLUMNS, (table,))]


def sequence_names(connection: RawConnection) -> list[str]:
    return [str(row[0]) for row in connection.execute(_SEQUENCES, (table_names(),))]


def tables_there(connection: RawConnection) -> set[str]:
    """Those of our tables that the schema has: a former one has fewer."""
    return {str(row[0]) for row in connection.execute(_THERE, (table_names(),))}


def find_difference(connection: RawConnection, manifest: Manifest) -> str | None:
    """What the manifest names, or leaves out, otherwise than the schema of its revision, which the database has; in words."""
    tables = {table.name: sorted(table.columns) for table in manifest.tables}
    sequences = [sequence.name for sequence in manifest.sequences]
    twice = [name for name, times in Counter([*(table.name for table in manifest.tables), *sequences]).items() if times > 1]
    if twice:
        return f"{min(twice)!a} is there twice"
    wanted = {name: sorted(columns_of(connection, name)) for name in tables_there(connection)}
    for what, named, known in (
        ("table", set(tables), set(wanted)),
        ("sequence", set(sequences), set(sequence_names(connection))),
    ):
        if named - known:
            return f"there is no {what} {min(named - known)!a}"
        if known - named:
            return f"the {what} {min(known - named)!a} is not in it"
    for name, columns in tables.items():
        if columns != wanted[name]:
            return f"the columns of {name!a} are others"
    return None
