"""Brings a database to the newest schema. Safe to call from several processes at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from core.db import UnusableDatabase, address, session
from core.db.refusals import NO_CHANGES
from core.db.session import UNLIMITED
from core.migrations.revisions import SchemaState, foreign, newest_revision, schema_state
from core.startup import CannotStart

ADVISORY_LOCK: Final = 7_305_001
"""The key of an advisory lock that is held during an upgrade. A second process waits for it, and then finds the schema up to date."""


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return settings


def upgrade(database_url: str, revision: str = "head") -> str | None:
    """Run every migration up to `revision`, in one transaction.

    Returns a warning if the database is newer than this code. Then it is not changed, and this code can use it.

    Raises:
        CannotStart: no version of Skyqueue has made this schema.
        UnusableDatabase: `database_url` is not an address, or the role may not create and change tables.
    """
    connect = partial(session.connect, address.conninfo(database_url, application="skyqueue-migrate"), UNLIMITED)
    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        for found in MigrationContext.configure(connection).get_current_heads():
            match schema_state(found):
                case SchemaState.NEWER:
                    return (
                        f"The database is at revision {found}, newer than this version of Skyqueue, which knows "
                        f"{newest_revision()}. It is left as it is."
                    )
                case SchemaState.FOREIGN:
                    raise CannotStart(foreign(found), "Name another database in SKYQUEUE_DATABASE_URL, or restore a backup.")
                case SchemaState.OLDER | SchemaState.CURRENT:
                    pass
        role, schema = connection.execute(text("SELECT current_user, current_schema()")).one()
        settings = config()
        settings.attributes["connection"] = connection
        try:
            command.upgrade(settings, revision)
        except ProgrammingError as error:
            if not isinstance(error.orig, InsufficientPrivilege):
                raise
            said = error.orig.diag.message_primary
            raise UnusableDatabase(NO_CHANGES, role=role, schema=schema, said=said) from error
    return None
