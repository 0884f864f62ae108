"""The contents of a backup: the tables of Skyqueue, their columns and sequences, as they are in the database.

The manifest of a backup has to name exactly these, or nothing is restored. It may come from a stranger: a system table that it names would be
overwritten with all rights of the role, and a table that it leaves out would be empty afterwards without a warning.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, LiteralString

from core.db import RawConnection
from core.migrations.metadata import METADATA
from launcher.backup.archive import Manifest

NOT_IN_BACKUPS: Final = frozenset({"worker_heartbeats"})
"""Tables that are not in backups, because their rows are about processes that run now."""

_EXISTING: Final[LiteralString] = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
"""
_COLUMNS: Final[LiteralString] = """
SELECT attname FROM pg_attribute
WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = %s AND relnamespace = current_schema()::regnamespace)
AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
"""The columns of a table, without generated ones, which Postgres computes itself."""
_SEQUENCES: Final[LiteralString] = """
SELECT DISTINCT s.relname FROM pg_class s
LEFT JOIN pg_depend owned ON owned.classid = 'pg_class'::regclass AND owned.objid = s.oid AND owned.deptype IN ('a', 'i')
LEFT JOIN pg_depend used ON used.refclassid = 'pg_class'::regclass AND used.refobjid = s.oid AND used.classid = 'pg_attrdef'::regclass
LEFT JOIN pg_attrdef preset ON preset.oid = used.objid
JOIN pg_class t ON t.oid IN (owned.refobjid, preset.adrelid)
WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace AND t.relnamespace = s.relnamespace AND t.relname = ANY(%s)
ORDER BY s.relname
"""
"""The sequences that belong to columns of our tables. Other sequences in the schema are not ours."""


def table_names() -> list[str]:
    """The names of the tables in a backup, each after those that it refers to."""
    return [str(table.name) for table in METADATA.sorted_tables if table.name not in NOT_IN_BACKUPS]


def columns_of(connection: RawConnection, table: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(_COLUMNS, (table,))]


def sequence_names(connection: RawConnection) -> list[str]:
    return [str(row[0]) for row in connection.execute(_SEQUENCES, (table_names(),))]


def existing_tables(connection: RawConnection) -> set[str]:
    """Those of our tables that exist in the database. An older schema has fewer."""
    return {str(row[0]) for row in connection.execute(_EXISTING, (table_names(),))}


def find_difference(connection: RawConnection, manifest: Manifest) -> str | None:
    """The first difference between a manifest and the database, which has the schema of the manifest's revision, as a text; None: there is
    none.
    """
    tables = {table.name: sorted(table.columns) for table in manifest.tables}
    sequences = [sequence.name for sequence in manifest.sequences]
    twice = [name for name, times in Counter([*(table.name for table in manifest.tables), *sequences]).items() if times > 1]
    if twice:
        return f"{min(twice)!a} is there twice"
    wanted = {name: sorted(columns_of(connection, name)) for name in existing_tables(connection)}
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
