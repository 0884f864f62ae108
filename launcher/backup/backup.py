"""Write a backup: every row, as it was at one moment, while everything goes on."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final, LiteralString

import msgspec
import psycopg
from psycopg.sql import SQL, Identifier

from core import __version__
from core.clock import now
from core.db import RawConnection, address, session
from core.db.session import UNLIMITED
from core.migrations.metadata import METADATA
from core.migrations.revisions import newest_revision
from core.startup import CannotStart
from launcher.backup import archive
from launcher.backup.archive import Manifest, Sequence, Table

OF_THE_MOMENT: Final = frozenset({"worker_heartbeats"})
"""Tables whose rows say something of processes that run now."""

COLUMNS: Final[LiteralString] = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
"""Those that are stored as they were written. Postgres computes the others itself."""

SEQUENCES: Final[LiteralString] = """
SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace ORDER BY relname
"""


def write(database_url: str, path: Path) -> Manifest:
    """The backup of a database into a new file.

    Raises:
        CannotStart: the database has another schema than this version, or the file cannot be written.
    """
    with (
        session.connect(address.conninfo(database_url, application="skyqueue-backup"), UNLIMITED) as connection,
        archive.created(path) as file,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            manifest = Manifest(
                format=archive.FORMAT,
                version=__version__,
                revision=_revision(connection),
                made_at=now(),
                tables=[_copy(connection, file, name) for name in table_names()],
                sequences=_sequences(connection),
            )
        file.writestr(archive.MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def table_names() -> list[str]:
    """Each table after those that it refers to."""
    return [str(table.name) for table in METADATA.sorted_tables if table.name not in OF_THE_MOMENT]


def _revision(connection: RawConnection) -> str:
    (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    if found != newest_revision():
        raise CannotStart(
            f"The database has the schema of revision {found}, and this version of Skyqueue knows {newest_revision()}.",
            "Make the backup with the version that runs, or run `skyqueue migrate` first.",
        )
    return str(found)


def _copy(connection: RawConnection, file: zipfile.ZipFile, name: str) -> Table:
    columns = [str(row[0]) for row in connection.execute(COLUMNS, (name,))]
    command = SQL("COPY {} ({}) TO STDOUT").format(Identifier(name), SQL(", ").join(map(Identifier, columns)))
    with connection.cursor() as cursor:
        with file.open(f"{name}.copy", "w", force_zip64=True) as member, cursor.copy(command) as copy:
            for block in copy:
                member.write(block)
        return Table(name, columns, cursor.rowcount)


def _sequences(connection: RawConnection) -> list[Sequence]:
    found = []
    for (name,) in connection.execute(SEQUENCES).fetchall():
        row = connection.execute(SQL("SELECT last_value, is_called FROM {}").format(Identifier(name))).fetchone()
        assert row is not None
        found.append(Sequence(name, *row))
    return found
