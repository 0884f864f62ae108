"""`skyqueue up`: it starts, keeps running, reports problems, and leaves no processes behind."""

from __future__ import annotations

import json
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from launcher.backup.archive import MANIFEST
from launcher.embedded.log_files import LOG_BYTES, rotated
from tests.support import servers
from tests.support.product import Product, running
from tests.support.server_folder import server_folder
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(300)  # a test starts the product up to twice, and a busy machine takes its time

RESTART_SECONDS = 60.0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with server_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[Product]:
    """One start, shared by the tests that leave it as it was; in a folder of a strange name, beside settings for other servers."""
    environment = {"PGSSLMODE": "require", "PGSERVICE": "theirs"}
    with running(Product(folder / "da #%41?,'\"\\ta", environment=environment), "--no-sample") as product:
        yield product


def test_the_runtime_file_leads_to_everything(product: Product) -> None:
    runtime = product.runtime
    assert {"api", "worker", "postgres", "valkey", "mockpay"} <= set(product.pids)
    assert all(servers.is_alive(pid) for pid in [runtime["supervisor_pid"], *product.pids.values()])
    with psycopg.connect(runtime["database_url"]) as connection:
        assert connection.execute("SELECT count(*) FROM flights").fetchone() == (0,)
    with redis.Redis.from_url(runtime["redis_url"]) as client:
        assert client.ping()


def test_everything_is_closed_to_other_users(product: Product) -> None:
    names = {entry.name for entry in product.data_dir.iterdir() if entry.stat().st_mode & 0o077 == 0}
    assert names == {entry.name for entry in product.data_dir.iterdir()}
    assert {
        "runtime.json",
        "admin.password",
        "jwt.secret",
        "postgres.password",
        "mockpay.sqlite",
        "api.log",
        "postgres.log",
    } < names


def test_the_administrator_signs_in_with_the_password_that_was_made_up(product: Product) -> None:
    admin = product.runtime["admin"]
    credentials = {"username": admin["username"], "password": Path(admin["password_file"]).read_text().strip()}
    with product.client() as client:
        token = client.post("/api/v1/auth/token", data=credentials).json()["access_token"]
        me = client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert me["role"] == "admin"


def test_it_is_ready_from_its_first_answer_on(product: Product) -> None:
    assert product.first_health == {"status": "ok", "reasons": [], "causes": []}


def test_a_second_start_in_the_same_folder_says_that_one_is_running(product: Product) -> None:
    second = product.run("up")
    assert second.returncode == 1
    assert f"already running in {product.data_dir} (process {product.runtime['supervisor_pid']})" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert product.is_ready


def test_the_audit_finds_the_servers_of_the_running_product(product: Product) -> None:
    audit = product.run("audit")
    assert (audit.returncode, audit.stdout) == (0, "Every invariant holds.\n")


@pytest.mark.variant
def test_a_backup_of_the_running_product_is_restored_in_another_folder(product: Product, folder: Path) -> None:
    first, second, other = folder / "first.backup", folder / "second.backup", Product(folder / "other")
    made = product.run("backup", str(first))
    assert made.stderr.endswith(f" tables are in the backup {first}.\n")
    assert "already running" in product.run("restore", str(first)).stderr

    restored = other.run("restore", str(first))  # on servers that run for as long as the command
    assert restored.returncode == 0, restored.stderr
    assert " are restored, as they were on " in restored.stdout
    assert "The database is not empty" in other.run("restore", str(first)).stderr
    assert other.run("backup", str(second)).returncode == 0
    with zipfile.ZipFile(first) as before, zipfile.ZipFile(second) as after:
        names = [name for name in before.namelist() if name != MANIFEST]
        assert "users.copy" in names
        assert [after.read(name) for name in names] == [before.read(name) for name in names]


def test_logs_that_are_too_long_are_begun_anew_while_it_runs(product: Product) -> None:
    names = ("supervisor", "api", "worker", "mockpay", "postgres", "valkey")
    logs = [product.data_dir / f"{name}.log" for name in names]
    pids = product.pids
    for log in logs:
        os.truncate(log, LOG_BYTES + 1)
    until(lambda: all(rotated(log).exists() and log.stat().st_size < LOG_BYTES for log in logs))
    assert {rotated(log).stat().st_mode & 0o777 for log in logs} == {log.stat().st_mode & 0o777 for log in logs} == {0o600}

    os.kill(pids["valkey"], signal.SIGSTOP)  # API and worker log lines about this
    until(lambda: all((product.data_dir / f"{name}.log").stat().st_size for name in ("api", "worker")), seconds=RESTART_SECONDS)
    os.kill(pids["valkey"], signal.SIGCONT)
    for name in ("api", "worker"):
        lines = (product.data_dir / f"{name}.log").read_text().splitlines()
        assert {json.loads(line)["process"] for line in lines} == {name}
    until(lambda: product.is_ready, seconds=RESTART_SECONDS)
    assert product.pids == pids


@pytest.mark.parametrize("name", ["worker", "postgres", "valkey", "mockpay", "guardian"])
def test_a_killed_process_comes_back_where_it_was(product: Product, name: str) -> None:
    before = product.runtime
    killed_pid = product.pids[name]

    os.kill(killed_pid, signal.SIGKILL)

    until(lambda: product.pids.get(name, killed_pid) != killed_pid and product.is_ready, seconds=RESTART_SECONDS)
    log = (product.data_dir / "supervisor.log").read_text()
    assert f"{name} ended (SIGKILL), starting it again" in log
    assert f"{name} is started again (process {product.pids[name]})" in log
    metrics = httpx.get(f"{product.base_url}/metrics").text
    assert f'skyqueue_supervisor_restarts_total{{child="{name}",reason="SIGKILL"}} 1.0' in metrics
    assert f'skyqueue_supervisor_child_running{{child="{name}"}} 1.0' in metrics
    assert "skyqueue_supervisor_start_time_seconds 1." in metrics
    after = product.runtime
    assert {**after, "processes": None} == {**before, "processes": None}
    assert {other: pid for other, pid in product.pids.items() if other != name} == {
        each["name"]: each["pid"] for each in before["processes"] if each["name"] != name
    }


def test_requests_wait_while_a_killed_api_comes_back(product: Product) -> None:
    killed_pid, address = product.pids["api"], product.base_url

    os.kill(killed_pid, signal.SIGKILL)

    assert httpx.get(f"{address}/health/live", timeout=RESTART_SECONDS).status_code == httpx.codes.OK
    until(lambda: product.pids["api"] != killed_pid)
    assert product.base_url == address
