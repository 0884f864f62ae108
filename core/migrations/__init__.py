"""Bring a database to the newest schema. Safe to call from several processes at once.

Revisions are numbers of four digits, each one more than the last. So a number that this code does not know, and that is higher than
all that it knows, belongs to a newer version of Skyqueue.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache, partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from core.db import UnusableDatabase, address, session
from core.db.refusals import NO_CHANGES
from core.db.session import UNLIMITED
from core.startup import CannotStart

ADVISORY_LOCK = 7_305_001
"""Held around an upgrade: the second process waits, then finds nothing left to do."""


class SchemaState(StrEnum):
    """How the schema of a database compares with this code."""

    OLDER = "older"
    """It lacks something that this code needs; `upgrade` adds it."""
    CURRENT = "current"
    NEWER = "newer"
    """A newer version has migrated it. It has all that this code needs: a migration only adds."""
    FOREIGN = "foreign"
    """No version of Skyqueue has made it."""


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return settings


@cache
def revisions() -> tuple[str, ...]:
    """Of this code, the oldest first."""
    return tuple(each.revision for each in ScriptDirectory.from_config(config()).walk_revisions())[::-1]


def newest_revision() -> str:
    """What `alembic_version` holds in a database that is up to date."""
    return revisions()[-1]


def schema_state(revision: str | None) -> SchemaState:
    """`revision` is what `alembic_version` holds; None: nothing, so the database is empty."""
    if revision is None or revision in revisions()[:-1]:
        return SchemaState.OLDER
    if revision == newest_revision():
        return SchemaState.CURRENT
    is_numbered = len(revision) == len(newest_revision()) and revision.isascii() and revision.isdigit()
    return SchemaState.NEWER if is_numbered and revision > newest_revision() else SchemaState.FOREIGN


def foreign(revision: str) -> str:
    """What is wrong with a database that no version of Skyqueue has made."""
    return f"The database is at revision {revision!a}, which no version of Skyqueue has made."


def upgrade(database_url: str, revision: str = "head") -> str | None:
    """Run every migration up to `revision`, in one transaction.

    Returns a warning when the database is newer than this code: it is left as it is, and this code can work with it.

    Raises:
        CannotStart: no version of Skyqueue has made this schema.
        UnusableDatabase: `database_url` is no address, or the role may not make and change tables.
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
