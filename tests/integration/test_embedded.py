"""The embedded servers: they start, keep their data, use the same address after a restart, and end with the process that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from core.db import Database
from core.startup import CannotStart
from launcher.embedded import startup_errors
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres, remove_pg_variables
from launcher.embedded.valkey import EmbeddedValkey
from tests.conftest import ServerFactory
from tests.support import servers
from tests.support.server_folder import server_folder
from tests.support.waiting import until


def test_a_killed_postgres_comes_back_on_the_same_address_with_its_data(private_servers: ServerFactory) -> None:
    pair = private_servers()
    with psycopg.connect(pair.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(pair.postgres.pid, signal.SIGKILL)
    until(lambda: not pair.postgres.is_running)

    pair.postgres.start()

    with psycopg.connect(pair.database_url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.variant
def test_a_killed_postgres_comes_back_at_once_though_one_of_its_processes_is_busy(private_servers: ServerFactory) -> None:
    postgres = private_servers().postgres
    with ThreadPoolExecutor() as background, psycopg.connect(postgres.url, autocommit=True) as connection:
        busy = connection.info.backend_pid
        connection.execute("SET statement_timeout = '60s'")
        # Busy with this, it looks at neither its client nor its server.
        query = background.submit(connection.execute, "DO 'BEGIN LOOP END LOOP; END'")
        with psycopg.connect(postgres.url, autocommit=True) as observer:
            until(
                lambda: observer.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", (busy,)).fetchone() == ("active",)
            )
        os.kill(postgres.pid, signal.SIGKILL)
        until(lambda: not postgres.is_running)
        assert servers.is_alive(busy)

        postgres.start()

        assert not servers.is_alive(busy)
        with pytest.raises(psycopg.OperationalError):
            query.result()


def test_a_killed_valkey_comes_back_on_the_same_address_with_its_data(private_servers: ServerFactory) -> None:
    pair = private_servers()
    with redis.Redis.from_url(pair.redis_url) as client:
        client.set("kept", "42")
    os.kill(pair.valkey.pid, signal.SIGKILL)
    until(lambda: not pair.valkey.is_running)

    pair.valkey.start()

    with redis.Redis.from_url(pair.redis_url) as client:
        assert client.get("kept") == b"42"


def test_both_servers_answer_on_sockets_too(private_servers: ServerFactory) -> None:
    pair = private_servers()
    database = Database(pair.postgres.socket_url, pool_size=1, application="test")
    with database.transaction() as connection:
        assert connection.execute("SELECT inet_server_addr()").fetchone() == (None,)
    database.dispose()
    with redis.Redis.from_url(pair.valkey.socket_url) as client:
        assert client.ping()


def test_both_servers_refuse_a_client_without_the_password(private_servers: ServerFactory) -> None:
    pair = private_servers()
    without = pair.database_url.partition("://")[0] + "://skyqueue:wrong@" + pair.database_url.rpartition("@")[2]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(without)
    with redis.Redis.from_url("redis://" + pair.redis_url.rpartition("@")[2]) as client, pytest.raises(redis.AuthenticationError):
        client.get("anything")


def test_valkey_never_evicts_keys_and_persists_its_data(private_servers: ServerFactory) -> None:
    with redis.Redis.from_url(private_servers().redis_url, decode_responses=True) as client:
        settings = {**client.config_get("maxmemory-policy"), **client.config_get("append*")}
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"


def test_a_frozen_server_can_be_stopped(private_servers: ServerFactory) -> None:
    valkey = private_servers().valkey
    os.kill(valkey.pid, signal.SIGSTOP)
    valkey.stop()
    assert not valkey.is_running


def test_damaged_data_is_reported_in_one_line(guardian: Guardian) -> None:
    with server_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        postgres.start()
        postgres.stop()
        (folder / "postgres" / "data" / "global" / "pg_control").write_bytes(b"")
        with pytest.raises(CannotStart, match="Postgres does not start with the data in") as caught:
            postgres.start()
    assert "\n" not in str(caught.value)
    assert "move " in str(caught.value)


def test_a_creation_cut_short_is_begun_anew(guardian: Guardian) -> None:
    with server_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        cut_short = folder / "postgres" / "temporary"
        cut_short.mkdir()
        (cut_short / "PG_VERSION").write_text("18")
        owner = (folder / "postgres").stat()
        for path in (cut_short, cut_short / "PG_VERSION"):
            os.chown(path, owner.st_uid, owner.st_gid)
        postgres.start()
        assert not cut_short.exists()
        postgres.stop()


def test_sockets_move_when_the_folder_has_a_long_path(guardian: Guardian) -> None:
    with server_folder() as folder:
        home = folder / ("long" * 25)
        home.mkdir(mode=0o711)
        valkey = EmbeddedValkey(home / "valkey", guardian=guardian)
        valkey.start()
        with redis.Redis.from_url(valkey.socket_url) as client:
            assert client.ping()
        valkey.stop()


def test_a_folder_may_have_any_name(guardian: Guardian) -> None:
    with server_folder() as folder:
        home = folder / "a #?%41,'\"\\é"
        home.mkdir(mode=0o711)
        postgres = EmbeddedPostgres(home / "postgres", guardian=guardian)
        valkey = EmbeddedValkey(home / "valkey", guardian=guardian)
        postgres.start()
        valkey.start()
        with psycopg.connect(postgres.socket_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with redis.Redis.from_url(valkey.socket_url) as client:
            assert client.ping()
        assert (home / "valkey" / "data" / "appendonlydir").is_dir()
        valkey.stop()
        postgres.stop()


def test_a_link_in_the_place_of_the_sockets_is_not_followed(guardian: Guardian) -> None:
    with server_folder() as folder:
        (folder / "valkey").mkdir()
        (folder / "somewhere").mkdir()
        (folder / "valkey" / "run").symlink_to(folder / "somewhere")
        with pytest.raises(CannotStart, match="belongs to somebody else"):
            EmbeddedValkey(folder / "valkey", guardian=guardian)


def test_a_password_that_does_not_fit_the_data_is_an_error_that_names_it(
    guardian: Guardian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        EmbeddedPostgres, "start_seconds", 3600.0
    )  # who only waits for it to get ready waits too long for this test
    with server_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        postgres.start()
        postgres.stop()
        file = folder / "postgres.password"
        file.write_text("another")
        with pytest.raises(CannotStart, match=f"The password in {file} is not the one .* Put the old password back"):
            EmbeddedPostgres(folder / "postgres", guardian=guardian).start()
        file.write_text("")
        with pytest.raises(CannotStart, match=f"{file} is empty. Put the old password back"):
            EmbeddedPostgres(folder / "postgres", guardian=guardian)
        file.unlink()
        with pytest.raises(CannotStart, match=f"{file} is missing, and the data in .* Put the old password back"):
            EmbeddedPostgres(folder / "postgres", guardian=guardian)


@pytest.mark.parametrize("held", [b"", b"\x80\xff", b"two\nlines", b" \n"])
def test_an_invalid_secret_is_an_error_that_names_its_file(guardian: Guardian, tmp_path: Path, held: bytes) -> None:
    (tmp_path / "valkey.password").write_bytes(held)
    with pytest.raises(CannotStart, match=f"{tmp_path / 'valkey.password'} .*Remove it, and a new one is made"):
        EmbeddedValkey(tmp_path / "valkey", guardian=guardian)


def test_only_what_this_start_wrote_is_a_reason_and_data_that_is_sound_stays(guardian: Guardian, tmp_path: Path) -> None:
    (tmp_path / "valkey.log").write_text("Bad file format reading the append only file\n")
    valkey = EmbeddedValkey(tmp_path / "valkey", guardian=guardian, settings={"maxmemory": "much"})
    with pytest.raises(CannotStart, match="Valkey does not start") as caught:
        valkey.start()
    assert "argument must be a memory value" in str(caught.value)
    assert "Bad file format" not in str(caught.value)
    assert "move" not in str(caught.value)
    assert (tmp_path / "valkey.log").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("2026-11-25 10:00:00.123 UTC [17] [unknown] FATAL:  the database system is starting up", "it gives no reason"),
        ('2026-11-25 10:00:00.123 UTC [17]  FATAL:  could not create lock file "x": Permission denied', 'could not create lock file "x": Permission denied'),
        ("x [1]  PANIC:  could not locate a valid checkpoint record.\nx [1] LOG:  shutting down", "could not locate a valid checkpoint record"),
        ("initdb: error: could not access directory", "could not access directory"),
        ("471:M 25 Nov 2026 10:00:00.123 # Unrecoverable error reading the append only file", "Unrecoverable error reading the append only file"),
    ],
)  # fmt: skip
def test_the_reason_has_no_time_and_no_process(output: str, reason: str) -> None:
    assert startup_errors.reason(output) == reason


def test_environment_variables_for_other_servers_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("PGSERVICE", "none")
    remove_pg_variables()
    assert not [name for name in os.environ if name.startswith("PG")]


OWNER = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from launcher.embedded.guardian import Guardian
    from launcher.embedded.postgres import EmbeddedPostgres
    from launcher.embedded.valkey import EmbeddedValkey
    guardian, home = Guardian(), Path(sys.argv[1])
    servers = [EmbeddedPostgres(home / "postgres", guardian=guardian), EmbeddedValkey(home / "valkey", guardian=guardian)]
    for server in servers:
        server.start()
    print(guardian.pid, *(server.pid for server in servers), flush=True)
    sys.stdin.read()
""")


def start_owner(home: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A process that owns two servers; the pids of its guardian and of the servers."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    return owner, [int(pid) for pid in owner.stdout.readline().split()]


def test_servers_end_within_five_seconds_of_their_owner_being_killed() -> None:
    with server_folder() as folder:
        owner, pids = start_owner(folder)
        owner.kill()
        owner.communicate()
        assert len(pids) == 3
        until(lambda: not any(servers.is_alive(pid) for pid in pids), seconds=5)


@pytest.mark.variant
def test_a_server_left_behind_without_a_guardian_is_ended_by_the_next_start(guardian: Guardian) -> None:
    with server_folder() as folder:
        owner, (watcher, *left_behind) = start_owner(folder)
        os.kill(watcher, signal.SIGKILL)
        owner.kill()
        owner.communicate()
        assert all(servers.is_alive(pid) for pid in left_behind)

        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        valkey = EmbeddedValkey(folder / "valkey", guardian=guardian)
        postgres.start()
        valkey.start()

        assert not any(servers.is_alive(pid) for pid in left_behind)
        valkey.stop()
        postgres.stop()
