"""Restore a backup into an empty database, and migrate it to the schema of this version."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

import psycopg
import redis
from psycopg.sql import SQL, Identifier

from core.db import RawConnection, address, session
from core.db.session import UNLIMITED
from core.migrations.metadata import METADATA
from core.migrations.revisions import newest_revision, revisions
from core.migrations.upgrade import upgrade
from core.startup import CannotStart
from launcher.backup import archive, contents
from launcher.backup.archive import Manifest, Table

NOT_EMPTY_REMEDY: Final = "Name an empty database and an empty Redis, or a new data folder. Nothing was changed."
DAMAGED_REMEDY: Final = "Use another copy. No row was written."


def restore(database_url: str, client: redis.Redis, path: Path) -> Manifest:
    """Insert all rows of the backup in one transaction: all of them or none.

    Redis has to be empty. Its contents are made from Postgres again, and contents that were made from other data would be wrong.

    Raises:
        CannotStart: the file is no backup, or from a newer version, or the database or Redis is not empty.
    """
    with archive.open_existing(path) as (file, manifest):
        if manifest.revision not in revisions():
            raise CannotStart(
                f"{path} was made by Skyqueue {manifest.version}, whose schema this version does not know: revision "
                f"{manifest.revision}; it knows {newest_revision()}.",
                "Restore it with that version, or with a newer one.",
            )
        _require_empty(database_url, manifest)
        if client.dbsize():
            raise CannotStart("Redis is not empty, and what it holds belongs to other data.", NOT_EMPTY_REMEDY)
        upgrade(database_url, manifest.revision)
        with session.connect(address.conninfo(database_url, application="skyqueue-restore"), UNLIMITED) as connection:
            difference = contents.find_difference(connection, manifest)
            if difference is not None:
                raise CannotStart(f"{path} is no backup of this schema: {difference}.", DAMAGED_REMEDY)
            connection.rollback()
            try:
                with connection.transaction():
                    _insert_all(connection, file, manifest)
            except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
                reason = str(error).partition("\n")[0]
                raise CannotStart(f"{path} holds rows that the database refuses: {reason}.", DAMAGED_REMEDY) from error
            connection.execute("ANALYZE")
        upgrade(database_url)
    return manifest


def _insert_all(connection: RawConnection, file: zipfile.ZipFile, manifest: Manifest) -> None:
    for table in manifest.tables:
        _copy(connection, file, table)
    for sequence in manifest.sequences:
        connection.execute(
            "SELECT setval(format('%%I', %s::text)::regclass, %s::bigint, %s)", (sequence.name, sequence.value, sequence.is_used)
        )


def _require_empty(database_url: str, manifest: Manifest) -> None:
    """Check that the database has no table, or the tables of the backup's schema without rows, as an interrupted restore leaves them."""
    with session.connect(address.conninfo(database_url, application="skyqueue-restore"), UNLIMITED) as connection:
        try:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
        except psycopg.errors.UndefinedTable:
            connection.rollback()
            foreign = contents.existing_tables(connection)
            if foreign:
                raise CannotStart(f"The database has tables of others: {', '.join(sorted(foreign))}.", NOT_EMPTY_REMEDY) from None
            return
        connection.rollback()
        full = [table.name for table in manifest.tables if revision is not None and _has_rows(connection, table.name)]
        if full:
            raise CannotStart(f"The database is not empty: there are rows in {', '.join(sorted(full))}.", NOT_EMPTY_REMEDY)
        if revision not in (None, manifest.revision):
            raise CannotStart(
                f"The database has the tables of revision {revision}, and the backup those of {manifest.revision}.",
                NOT_EMPTY_REMEDY,
            )


def _has_rows(connection: RawConnection, table: str) -> bool:
    if table not in METADATA.tables:
        return False
    exists, *_ = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone() or (False,)
    return bool(exists) and connection.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(Identifier(table))).fetchone() is not None


def _copy(connection: RawConnection, file: zipfile.ZipFile, table: Table) -> None:
    columns = SQL(", ").join(map(Identifier, table.columns))
    with connection.cursor() as cursor:
        with (
            file.open(archive.member_of(table.name)) as member,
            cursor.copy(SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), columns)) as copy,
        ):
            while block := member.read(archive.BLOCK_BYTES):
                copy.write(block)
        if cursor.rowcount != table.rows:
            raise CannotStart(
                f"The backup names {table.rows} rows of {table.name}, and has {cursor.rowcount}.",
                DAMAGED_REMEDY,
            )
