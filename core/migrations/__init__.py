"""Bring a database to the newest schema. Safe to call from several processes at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from core.db import driver_url

ADVISORY_LOCK = 7_305_001
"""Held around an upgrade: the second process waits, then finds nothing left to do."""


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    return settings


def newest_revision() -> str | None:
    """What `alembic_version` holds in a database that is up to date."""
    return ScriptDirectory.from_config(config()).get_current_head()


def older_revisions() -> frozenset[str]:
    """What `alembic_version` may hold in a database that lacks something this code needs. What is in no list was made by newer code."""
    script = ScriptDirectory.from_config(config())
    return frozenset(each.revision for each in script.walk_revisions()) - {script.get_current_head()}


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run every migration up to `revision`, in one transaction."""
    engine = create_engine(driver_url(database_url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
