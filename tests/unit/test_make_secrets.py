"""The secrets of an installation in containers: created once, or taken from the environment."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from redis import ConnectionPool

from core.db import address
from launcher import cli

MADE = ["jwt_secret", "payments_secret", "admin_password", "postgres_password", "valkey_password"]
AWKWARD = " p@ss/w:o%r#d?&'\"é 100%41 "
"""Every character that means something in an address, and a space at both ends."""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("SKYQUEUE_", "POSTGRES_", "VALKEY_"))]:
        monkeypatch.delenv(name)


def make(folder: Path) -> int | str | None:
    """The exit status."""
    beside = ["--postgres=sky@postgres:5432/db", "--valkey=valkey:6379/0", "--payments=http://mockpay:8100"]
    with pytest.raises(SystemExit) as ended:
        cli.main(["make-secrets", str(folder), *beside])
    return ended.value.code


def held(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text().removesuffix("\n") for file in folder.iterdir()}


def test_they_are_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make(tmp_path) == 0
    made = held(tmp_path)
    assert set(made) == {*MADE, "database_url", "redis_url", "payments_url", "valkey.conf"}
    assert len({made[name] for name in MADE}) == len(MADE)
    assert len(made["jwt_secret"].encode()) >= 32
    assert made["payments_url"] == "http://mockpay:8100"
    assert make(tmp_path) == 0
    assert held(tmp_path) == made
    listed = ", ".join(MADE)
    output = capsys.readouterr()
    assert (output.out, output.err) == (f"Made: {listed}.\nKept: {listed}.\n", "")


def test_they_are_closed_to_others_but_for_what_valkey_reads_which_holds_no_password(tmp_path: Path) -> None:
    make(tmp_path)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes.pop("valkey.conf") == 0o644
    assert set(modes.values()) == {0o600}
    password = held(tmp_path)["valkey_password"]
    assert password not in held(tmp_path)["valkey.conf"]
    assert f"#{hashlib.sha256(password.encode()).hexdigest()} " in held(tmp_path)["valkey.conf"]


@pytest.mark.parametrize("in_file", [False, True])
def test_a_password_of_any_characters_is_in_the_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_file: bool) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    for name in ("POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        if in_file:
            (tmp_path / name).write_text(f"{AWKWARD}\n")
            monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
        else:
            monkeypatch.setenv(name, AWKWARD)
    assert make(folder) == 0
    files = held(folder)
    assert files["postgres_password"] == files["valkey_password"] == AWKWARD
    postgres = conninfo_to_dict(address.conninfo(files["database_url"], application="test"))
    assert (postgres["password"], postgres["host"], postgres["dbname"]) == (AWKWARD, "postgres", "db")
    redis = ConnectionPool.from_url(files["redis_url"]).connection_kwargs
    assert (redis["password"], redis["host"], redis["db"]) == (AWKWARD, "valkey", 0)


def test_what_is_named_counts_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path)
    named = {
        "SKYQUEUE_JWT_SECRET": "x" * 32,
        "SKYQUEUE_DATABASE_URL": "postgresql://elsewhere/db",
        "SKYQUEUE_REDIS_URL": "redis://elsewhere/1",
        "SKYQUEUE_PAYMENTS_URL": "https://elsewhere",
        "SKYQUEUE_STORAGE_URL": "s3://bucket",
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    assert make(tmp_path) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Given: jwt_secret."
    files = held(tmp_path)
    assert [files[name.removeprefix("SKYQUEUE_").lower()] for name in named] == list(named.values())
    monkeypatch.delenv("SKYQUEUE_JWT_SECRET")
    make(tmp_path)
    assert held(tmp_path)["jwt_secret"] == "x" * 32


def test_a_changed_secret_that_a_server_does_not_follow_causes_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", "first")
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", "first password")
    make(tmp_path)
    make(tmp_path)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("POSTGRES_PASSWORD", "second")
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", "second password")
    assert make(tmp_path) == 0
    warnings = capsys.readouterr().err.splitlines()
    assert [warning.partition(" has changed")[0] for warning in warnings] == [
        "skyqueue: warning: SKYQUEUE_ADMIN_PASSWORD",
        "skyqueue: warning: POSTGRES_PASSWORD",
    ]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SKYQUEUE_JWT_SECRET", "short", "SKYQUEUE_JWT_SECRET is shorter than 32 bytes. Set another"),
        ("SKYQUEUE_DATABASE_URL", "hidden", "SKYQUEUE_DATABASE_URL is not the address of a Postgres database."),
        ("SKYQUEUE_REDIS_URL", "hidden", "SKYQUEUE_REDIS_URL is not the address of a Redis server."),
        ("SKYQUEUE_STORAGE_URL", "hidden", "SKYQUEUE_STORAGE_URL is not the address of a bucket. It must begin with s3://"),
        ("POSTGRES_PASSWORD_FILE", "/none/such", "POSTGRES_PASSWORD_FILE: /none/such cannot be read: No such file or directory."),
    ],
)
def test_an_invalid_value_is_an_error_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    assert make(tmp_path) == 1
    output = capsys.readouterr().err
    assert output.startswith(f"skyqueue: {message}")
    assert "hidden" not in output
    assert list(tmp_path.iterdir()) == []


def test_a_lost_secret_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path)
    (tmp_path / "postgres_password").write_text("")
    assert make(tmp_path) == 1
    assert capsys.readouterr().err == f"skyqueue: postgres_password: {tmp_path / 'postgres_password'} is empty.\n"
