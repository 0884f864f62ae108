"""Settings that a server, a database or a role has changed, and addresses with more than host and name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest

import core
from core.db import address, opened, session
from core.migrations import check
from core.migrations.upgrade import upgrade
from core.users.models import Role
from launcher.embedded.postgres import EmbeddedPostgres
from tests.support.api import ApiFactory, register
from tests.support.databases import NewDatabase, execute
from tests.support.flights import add_flight, noon_in
from tests.support.server_folder import server_folder
from tests.support.servers import SharedPostgres

HOSTILE = {
    "DateStyle": "'German, DMY'",
    "IntervalStyle": "iso_8601",
    "TimeZone": "'Asia/Kathmandu'",
    "bytea_output": "escape",
    "extra_float_digits": "-10",
    "standard_conforming_strings": "off",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "default_transaction_isolation": "serializable",
    "synchronous_commit": "off",
    "client_encoding": "latin1",
    "statement_timeout": "'1h'",
    "lock_timeout": "'1h'",
    "idle_in_transaction_session_timeout": "'1h'",
}
"""Each means something else to us than what we expect."""
READ = "SELECT timestamptz '2030-01-31 12:00Z', interval '90 min', '\\x00ff'::bytea, 0.1::float8 + 0.2::float8, ARRAY[NULL, 'é']"
MEANT = (datetime(2030, 1, 31, 12, tzinfo=UTC), timedelta(minutes=90), b"\x00\xff", 0.1 + 0.2, [None, "é"])
SET = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"


@pytest.fixture
def hostile_url(new_database: NewDatabase) -> str:
    database_url = new_database(migrated=True)
    for name, value in HOSTILE.items():
        execute(database_url, f"ALTER DATABASE {urlsplit(database_url).path[1:]} SET {name} = {value}")
    return database_url


def read(database_url: str) -> object:
    with opened(database_url, pool_size=1, application="test") as db, db.snapshot() as connection:
        return connection.execute(READ).fetchone()


def test_settings_of_the_database_change_nothing(hostile_url: str, start_api: ApiFactory) -> None:
    check.require(hostile_url)
    assert read(hostile_url) == MEANT
    with opened(hostile_url, pool_size=1, application="test") as db, db.snapshot() as connection:
        found = dict(connection.execute(SET, (list(HOSTILE),)).fetchall())
    assert found == {
        "DateStyle": "ISO, MDY",
        "IntervalStyle": "postgres",
        "TimeZone": "UTC",
        "bytea_output": "hex",
        "extra_float_digits": "1",
        "standard_conforming_strings": "on",
        "array_nulls": "on",
        "transform_null_equals": "off",
        "default_transaction_isolation": "read committed",
        "synchronous_commit": "on",
        "client_encoding": "UTF8",
        "statement_timeout": "5000",
        "lock_timeout": "2000",
        "idle_in_transaction_session_timeout": "10000",
    }

    api = start_api(DATABASE_URL=hostile_url)
    with api.client() as client:
        assert client.get("/health/ready").status_code == 200
        register(client)
    with api.client(api.admit(Role.ADMIN).headers) as admin:
        flight = add_flight(admin, source="Wrocław", departure_ts=noon_in(5), arrival_ts=noon_in(5, hours=2))
        found_flight = admin.get(f"/admin/flights/{flight['id']}").json()
        assert (found_flight["source"], found_flight["departure_ts"]) == ("Wrocław", noon_in(5).strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_with_our_settings_left_out_it_reads_something_else(hostile_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr("core.db.session.SETTINGS", {})
    try:
        found = read(hostile_url)
    except psycopg.Error:
        return
    assert found != MEANT


def test_a_stricter_way_to_commit_stays(new_database: NewDatabase) -> None:
    database_url = new_database()
    execute(database_url, f"ALTER DATABASE {urlsplit(database_url).path[1:]} SET synchronous_commit = remote_apply")
    with opened(database_url, pool_size=1, application="test") as db, db.snapshot() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("remote_apply",)


def test_a_migration_has_the_same_settings_and_no_time_limit(new_database: NewDatabase) -> None:
    database_url = new_database()
    for setting in ("DateStyle = 'German'", "statement_timeout = '5s'", "standard_conforming_strings = off"):
        execute(database_url, f"ALTER DATABASE {urlsplit(database_url).path[1:]} SET {setting}")
    with session.connect(address.conninfo(database_url, application="test"), session.UNLIMITED) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
    upgrade(database_url)
    check.require(database_url)


class TestAddresses:
    """Every part of the product understands one address in one way."""

    def through_all_parts(self, start_api: ApiFactory, database_url: str, session_lock: int = 4711) -> None:
        check.require(database_url, tables=False)
        upgrade(database_url)
        check.require(database_url)
        api = start_api(DATABASE_URL=database_url)
        with api.client() as client:
            assert client.get("/health/ready").status_code == 200, client.get("/health/ready").text
            register(client)
        with opened(database_url, pool_size=1, application="test") as db, db.session_lock(session_lock) as held:
            assert held()

    def test_names_and_passwords_of_any_characters(
        self, new_database: NewDatabase, new_role: Callable[..., str], start_api: ApiFactory
    ) -> None:
        owner_url = new_database(name="d b/100%é")
        role_url = new_role(owner_url, name="ro le@é", password=" p@:/?#%[]é'\"\\+&= ")
        execute(owner_url, 'GRANT CREATE ON SCHEMA public TO "ro le@é"')
        self.through_all_parts(start_api, role_url)

    def test_a_socket_in_a_folder_of_any_name(
        self, postgres: SharedPostgres, new_database: NewDatabase, start_api: ApiFactory
    ) -> None:
        database_url = new_database()
        if not isinstance(postgres, EmbeddedPostgres):
            pytest.skip("nobody says where the named server has its socket")
        folder = urlsplit(postgres.socket_url).query.partition("host=")[2].partition("&")[0]
        parts = urlsplit(database_url)
        user, port = parts.netloc.rpartition("@")[0], parts.port
        with server_folder() as short:  # the path of a socket may have 107 bytes
            named = short / "a b@100%é"
            named.symlink_to(folder)
            for url in (
                f"postgresql://{user}@{parts.path}?host={quote(str(named))}&port={port}",
                f"postgresql://{user}@{quote(str(named), safe='')}:{port}{parts.path}",
            ):
                self.through_all_parts(start_api, url)

    def test_several_hosts_of_which_one_answers(self, new_database: NewDatabase, start_api: ApiFactory) -> None:
        database_url = new_database()
        self.through_all_parts(start_api, database_url.replace("@", "@127.0.0.1:1,"))

    @pytest.mark.parametrize(
        "given", ["service", *(pytest.param(given, marks=pytest.mark.variant) for given in ("options", "PGOPTIONS", "role"))]
    )
    def test_a_schema_is_the_same_for_every_part(
        self,
        new_database: NewDatabase,
        new_role: Callable[..., str],
        start_api: ApiFactory,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        given: str,
    ) -> None:
        owner_url = new_database(migrated=True)  # another installation
        execute(owner_url, "CREATE SCHEMA mine")
        database_url = owner_url
        match given:
            case "options":
                database_url = f"{owner_url}?options=-c%20search_path%3Dmine%20-cstatement_timeout%3D1h"
            case "PGOPTIONS":
                monkeypatch.setenv("PGOPTIONS", "-c search_path=mine")
            case "service":
                file = tmp_path / "services.conf"
                file.write_text("[ours]\noptions=-csearch_path=mine\n")
                monkeypatch.setenv("PGSERVICEFILE", str(file))
                database_url = f"{owner_url}?service=ours"
            case "role":
                database_url = new_role(owner_url, name="mine", password="secret")
                execute(owner_url, "ALTER SCHEMA mine OWNER TO mine")
                execute(owner_url, "ALTER ROLE mine SET search_path = mine")
            case _:
                pytest.fail(given)

        self.through_all_parts(start_api, database_url)
        for name in ("PGOPTIONS", "PGSERVICEFILE"):
            monkeypatch.delenv(name, raising=False)
        with psycopg.connect(owner_url) as connection:
            counts = connection.execute(
                "SELECT (SELECT count(*) FROM public.users), (SELECT count(*) FROM mine.users)"
            ).fetchone()
        assert counts == (0, 1)

    def test_two_installations_in_one_database_have_a_lock_each(self, new_database: NewDatabase) -> None:
        database_url = new_database()
        execute(database_url, "CREATE SCHEMA mine")
        with (
            opened(database_url, pool_size=1, application="one") as one,
            opened(f"{database_url}?options=-csearch_path%3Dmine", pool_size=1, application="other") as other,
            one.session_lock(7) as first,
            other.session_lock(7) as second,
        ):
            assert first()
            assert second()


def test_the_code_can_be_in_a_folder_of_any_name(new_database: NewDatabase, tmp_path: Path) -> None:
    folder = tmp_path / "100% of%20it"
    folder.mkdir()
    (folder / "core").symlink_to(Path(core.__file__).parent)
    code = "import sys; sys.path.insert(0, sys.argv[1]); from core.migrations import upgrade; upgrade.upgrade(sys.argv[2]); print(upgrade.__file__)"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code, str(folder), new_database()], capture_output=True, text=True, check=True
    )
    assert "100% of%20it" in ran.stdout
