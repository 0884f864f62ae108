"""The migrations and the models have the same tables; and databases that another version, or another program, has migrated."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.db import Database
from core.migrations.metadata import METADATA
from core.migrations.revisions import SchemaState, newest_revision, revisions, schema_state
from launcher import cli
from tests.support.commands import refusal


def set_revision(database_url: str, revision: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", [revision])


@pytest.fixture
def named(data_dir: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str) -> str:
    """A migrated database, which the settings name."""
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", redis_url)
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET", "x" * 32)
    return database_url


def test_a_newer_database_is_not_changed_and_can_be_used(named: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_revision(named, "9999")
    with pytest.raises(SystemExit) as ended:
        cli.main(["migrate"])
    assert ended.value.code == 0
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == (
        "skyqueue: warning: The database is at revision 9999, newer than this version of Skyqueue, which knows "
        f"{newest_revision()}. It is left as it is.\n"
    )
    with psycopg.connect(named) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_a_newer_database_gets_its_administrator_too(
    named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_revision(named, "9999")
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", "a long password")
    with pytest.raises(SystemExit) as ended:
        cli.main(["migrate"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == "The administrator admin: created.\n"


@pytest.mark.parametrize("revision", ["deadbeef", "0000", "00007", "٩٩٩٩", ""])
@pytest.mark.parametrize("command", [["migrate"], ["up", "--no-sample"]])
def test_a_database_of_another_program_is_refused(
    named: str, capsys: pytest.CaptureFixture[str], revision: str, command: list[str]
) -> None:
    set_revision(named, revision)
    assert refusal(capsys, *command) == (
        f"skyqueue: The database is at revision {revision!a}, which no version of Skyqueue has made. "
        "Name another database in SKYQUEUE_DATABASE_URL, or restore a backup."
    )


def test_revisions_are_numbered_one_after_the_other() -> None:
    """Newer ones are recognised by it."""
    assert revisions() == tuple(f"{number:04}" for number in range(1, len(revisions()) + 1))
    assert schema_state(None) is schema_state("0001") is SchemaState.OLDER
    assert schema_state(newest_revision()) is SchemaState.CURRENT


def test_the_migrations_make_what_the_models_say(db: Database) -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
