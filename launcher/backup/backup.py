"""Write a backup: all rows in one snapshot, while everything else runs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import psycopg
from psycopg.sql import SQL, Identifier

from core import __version__
from core.clock import now
from core.db import RawConnection, address, session
from core.db.session import UNLIMITED
from core.migrations.revisions import newest_revision
from core.startup import CannotStart
from launcher.backup import archive, contents
from launcher.backup.archive import Manifest, Sequence, Table


def write(database_url: str, path: Path) -> Manifest:
    """Write the backup of a database into a new file.

    Raises:
        CannotStart: the database has another schema than this version, or the file cannot be written.
    """
    with (
        session.connect(address.conninfo(database_url, application="skyqueue-backup"), UNLIMITED) as connection,
        archive.create(path) as file,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            manifest = Manifest(
                format=archive.FORMAT,
                version=__version__,
                revision=_revision(connection),
                made_at=now(),
                tables=[_copy(connection, file, name) for name in contents.table_names()],
                sequences=_sequences(connection),
            )
        file.writestr(archive.MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def _revision(connection: RawConnection) -> str:
    (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    if found != newest_revision():
        raise CannotStart(
            f"The database has the schema of revision {found}, and this version of Skyqueue knows {newest_revision()}.",
            "Make the backup with the version that runs, or run `skyqueue migrate` first.",
        )
    return str(found)


def _copy(connection: RawConnection, file: zipfile.ZipFile, name: str) -> Table:
    columns = contents.columns_of(connection, name)
    command = SQL("COPY {} ({}) TO STDOUT").format(Identifier(name), SQL(", ").join(map(Identifier, columns)))
    with connection.cursor() as cursor:
        with file.open(archive.member_of(name), "w", force_zip64=True) as member, cursor.copy(command) as copy:
            for block in copy:
                member.write(block)
        return Table(name, columns, cursor.rowcount)


def _sequences(connection: RawConnection) -> list[Sequence]:
    found = []
    for name in contents.sequence_names(connection):
        row = connection.execute(SQL("SELECT last_value, is_called FROM {}").format(Identifier(name))).fetchone()
        assert row is not None
        found.append(Sequence(name, *row))
    return found
