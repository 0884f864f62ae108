"""Databases that cannot be used: every command and process says why in one line, and does not start."""

from __future__ import annotations

import contextlib
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from core.db import UnusableDatabase, opened
from core.migrations import check
from core.migrations.upgrade import upgrade
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres
from tests.conftest import ServerFactory
from tests.support.api import ApiFactory
from tests.support.commands import refusal
from tests.support.databases import NewDatabase, execute
from tests.support.process_forks import ProcessForker
from tests.support.processes import Api, Process, Worker
from tests.support.server_folder import server_folder
from tests.support.waiting import until

LATIN1 = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
MESSAGES = (
    "The database {name} has the encoding LATIN1, which cannot store every name. "
    "Create another: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0."
)
READ_ONLY = (
    "The database is read-only: a standby server, or one with default_transaction_read_only on. "
    "Name the primary server in SKYQUEUE_DATABASE_URL, or allow writing."
)
NewRole = Callable[..., str]


def message_of(database_url: str, *, tables: bool = True) -> str:
    with pytest.raises(UnusableDatabase) as refused:
        check.require(database_url, tables=tables)
    line = str(refused.value)
    assert "\n" not in line
    return line


@pytest.mark.parametrize("command", ["up", "migrate", "sample", "audit", "create-admin"])
def test_every_command_refuses(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    new_database: NewDatabase,
    redis_url: str,
) -> None:
    database_url = new_database(LATIN1)
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", redis_url)
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET", "x" * 32)
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", "a long password")
    assert refusal(capsys, command) == f"skyqueue: {MESSAGES.format(name=urlsplit(database_url).path[1:])}"


@pytest.mark.parametrize("kind", [Api, Worker])
def test_every_process_refuses(
    forker: ProcessForker, tmp_path: Path, new_database: NewDatabase, redis_url: str, kind: type[Process]
) -> None:
    database_url = new_database(LATIN1)
    process = started(kind, forker, tmp_path, database_url, redis_url)
    until(lambda: not process.is_running, seconds=30)
    assert process.log.read_text().splitlines()[-1].endswith(MESSAGES.format(name=urlsplit(database_url).path[1:]))


@contextlib.contextmanager
def ended(process: Process) -> Iterator[Process]:
    try:
        yield process
    finally:
        process.kill()


def started(kind: type[Process], forker: ProcessForker, folder: Path, database_url: str, redis_url: str) -> Process:
    environment = {
        "SKYQUEUE_DATABASE_URL": database_url,
        "SKYQUEUE_REDIS_URL": redis_url,
        "SKYQUEUE_JWT_SECRET": "x" * 32,
        "SKYQUEUE_DATA_DIR": str(folder),
    }
    process = kind(forker, environment, folder / "process.log")
    process.launch()
    return process


def test_a_worker_waits_for_the_tables(forker: ProcessForker, tmp_path: Path, new_database: NewDatabase, redis_url: str) -> None:
    database_url = new_database()
    with ended(started(Worker, forker, tmp_path, database_url, redis_url)) as worker:
        until(lambda: worker.said("The database has no tables yet"), seconds=30)
        assert not worker.said("worker ready")
        upgrade(database_url)
        until(lambda: worker.said("worker ready"), seconds=30)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "EUC_JP", "WIN1252"])
def test_an_encoding_that_cannot_hold_every_name_is_refused(new_database: NewDatabase, encoding: str) -> None:
    line = message_of(new_database(f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"))
    assert f" has the encoding {encoding}, which cannot store every name." in line


def test_an_old_server_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no wheel of one: the newest is called old."""
    with psycopg.connect(database_url) as connection:
        version = connection.info.server_version // 10_000
    monkeypatch.setattr("core.db.session.OLDEST_POSTGRES", version + 1)
    message = f"The database is on Postgres {version}, older than {version + 1}. Name a newer one in SKYQUEUE_DATABASE_URL."
    assert message_of(database_url) == message
    with opened(database_url, pool_size=1, application="test") as db, pytest.raises(Exception, match=message), db.snapshot():
        pass


def test_a_database_that_does_not_exist_is_an_error(database_url: str) -> None:
    line = message_of(database_url + "_not")
    assert line.startswith(f"Skyqueue cannot connect to Postgres at {urlsplit(database_url).netloc.rpartition('@')[2]}: ")
    assert line.endswith("Check SKYQUEUE_DATABASE_URL.")


@pytest.mark.parametrize("kind", [Api, Worker])
def test_a_process_ends_where_it_is_not_let_in(
    forker: ProcessForker, tmp_path: Path, database_url: str, redis_url: str, kind: type[Process]
) -> None:
    process = started(kind, forker, tmp_path, database_url + "_not", redis_url)
    until(lambda: not process.is_running, seconds=30)
    assert "Skyqueue cannot connect to Postgres at" in process.log.read_text().splitlines()[-1]


def test_a_database_without_tables_is_refused_by_who_needs_them(new_database: NewDatabase) -> None:
    database_url = new_database()
    assert message_of(database_url) == "The database has no tables yet. Run `skyqueue migrate`."
    check.require(database_url, tables=False)


def test_a_database_that_is_read_only_is_refused(new_database: NewDatabase) -> None:
    database_url = new_database(migrated=True)
    check.require(database_url)
    execute(database_url, f"ALTER DATABASE {urlsplit(database_url).path[1:]} SET default_transaction_read_only = on")
    assert message_of(database_url) == READ_ONLY


def test_a_database_that_becomes_read_only_takes_the_process_out_of_rotation(
    start_api: ApiFactory, private_servers: ServerFactory
) -> None:
    pair = private_servers()
    api = start_api(DATABASE_URL=pair.database_url)
    with api.client() as client:

        def register() -> tuple[int, str]:
            user = {"username": f"traveller-{secrets.token_hex(4)}", "password": "a long walk in the rain"}
            response = client.post("/api/v1/auth/register", json=user)
            return response.status_code, response.json().get("code", "")

        assert register() == (201, "")
        execute(pair.database_url, "ALTER SYSTEM SET default_transaction_read_only = on")
        execute(pair.database_url, "SELECT pg_reload_conf()")
        until(lambda: client.get("/health/ready").status_code == 503)
        assert "read-only" in client.get("/health/ready").json()["reasons"][0]
        assert register() == (503, "unavailable")
        execute(pair.database_url, "ALTER SYSTEM RESET default_transaction_read_only", default_transaction_read_only="off")
        execute(pair.database_url, "SELECT pg_reload_conf()")
        until(lambda: client.get("/health/ready").status_code == 200)
        until(lambda: register() == (201, ""))


def test_a_standby_is_refused_and_passed_over_for_the_primary(private_servers: ServerFactory, guardian: Guardian) -> None:
    pair = private_servers(postgres_settings={"wal_level": "replica"})
    pair.postgres.stop()
    with server_folder() as folder, contextlib.ExitStack() as stack:
        subprocess.run(["cp", "-a", pair.postgres.home, pair.postgres.home.parent / "postgres.password", folder], check=True)
        standby = EmbeddedPostgres(folder / "postgres", guardian=guardian, settings={"wal_level": "replica"})
        signal_file = standby.home / "data" / "standby.signal"
        signal_file.touch()
        signal_file.chmod(0o644)
        for server in (pair.postgres, standby):
            server.start()
            stack.callback(server.stop)
        assert message_of(standby.url) == READ_ONLY
        both = re.sub(
            r"@(.*)/",
            f"@{urlsplit(standby.url).netloc.rpartition('@')[2]},{urlsplit(pair.database_url).netloc.rpartition('@')[2]}/",
            pair.database_url,
        )
        check.require(both)
        with opened(both, pool_size=1, application="test") as db, db.transaction() as connection:
            assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)


class TestRoles:
    """What a role may not do. Each line names the way out, and the way out is the way out."""

    def test_no_use_of_the_schema(self, new_database: NewDatabase, new_role: NewRole) -> None:
        owner_url = new_database(migrated=True)
        role_url = new_role(owner_url)
        role = urlsplit(role_url).username
        execute(owner_url, "REVOKE USAGE ON SCHEMA public FROM public")
        assert message_of(role_url) == (
            f'The role {role} finds no schema: search_path is "$user", public. '
            f"Create the schema, or GRANT USAGE, CREATE ON SCHEMA ... TO {role}."
        )

    def test_no_tables_of_its_own(self, new_database: NewDatabase, new_role: NewRole) -> None:
        owner_url = new_database()
        role_url = new_role(owner_url)
        role = urlsplit(role_url).username
        check.require(role_url, tables=False)
        with pytest.raises(UnusableDatabase) as refused:
            upgrade(role_url)
        assert str(refused.value) == (
            f"The role {role} may not bring the schema public up to date: permission denied for schema public. "
            f"GRANT CREATE ON SCHEMA public TO {role}, or run `skyqueue migrate` as the owner of the tables."
        )
        execute(owner_url, f"GRANT CREATE ON SCHEMA public TO {role}")
        upgrade(role_url)
        check.require(role_url)

    def test_no_use_of_the_tables(self, new_database: NewDatabase, new_role: NewRole) -> None:
        owner_url = new_database(migrated=True)
        role_url = new_role(owner_url)
        role = urlsplit(role_url).username
        line = f"The role {role} may not read and write {{}}. " + (
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}, and USAGE ON ALL SEQUENCES."
        )
        assert message_of(role_url) == line.format("alembic_version")
        execute(owner_url, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        check.require(role_url)

    def test_no_temporary_tables(self, new_database: NewDatabase, new_role: NewRole) -> None:
        owner_url = new_database()
        name = urlsplit(owner_url).path[1:]
        role_url = new_role(owner_url)
        role = urlsplit(role_url).username
        execute(owner_url, f"REVOKE TEMPORARY ON DATABASE {name} FROM public")
        assert message_of(role_url, tables=False) == (
            f"The role {role} may not create temporary tables, which imports need. GRANT TEMPORARY ON DATABASE {name} TO {role}."
        )

    def test_no_foreign_keys(self, new_database: NewDatabase, new_role: NewRole) -> None:
        owner_url = new_database()
        role_url = new_role(owner_url)
        role = urlsplit(role_url).username
        execute(owner_url, f"ALTER ROLE {role} SET session_replication_role = replica")
        assert message_of(role_url, tables=False) == (
            "The database does not check foreign keys: session_replication_role is replica. "
            f"ALTER ROLE {role} RESET session_replication_role."
        )


def test_a_search_path_that_finds_the_tables_of_another_installation_is_refused(new_database: NewDatabase) -> None:
    database_url = new_database(migrated=True)
    execute(database_url, "CREATE SCHEMA mine")
    assert message_of(f"{database_url}?options=-csearch_path%3Dmine,public", tables=False) == (
        "The tables would be those of schema public, and new ones would go to schema mine: search_path is mine,public. "
        "Name one schema: options=-csearch_path%3Dmine."
    )
    assert "finds no schema: search_path is yours." in message_of(f"{database_url}?options=-csearch_path%3Dyours", tables=False)
