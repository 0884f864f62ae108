"""Starts of `skyqueue up`: the first and the next, after a crash, on a full disk, as another user, with configured servers."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from core.clock import now
from tests.conftest import ServerFactory
from tests.support import servers
from tests.support.product import Product, all_gone, running
from tests.support.server_folder import server_folder
from tests.support.small_disk import mounted
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(300)  # a test starts the product up to twice, and a busy machine takes its time

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    with server_folder() as folder:
        yield folder


def test_on_the_first_start_a_traveller_books_a_flight_and_the_second_start_has_the_booking(folder: Path) -> None:
    product = Product(folder / "first")
    account = {"username": "asha", "password": "a long enough password"}
    with running(product), product.client() as client:
        user_id = client.post("/api/v1/auth/register", json=account).json()["id"]
        client.headers["Authorization"] = f"Bearer {client.post('/api/v1/auth/token', data=account).json()['access_token']}"
        in_a_week = (now() + timedelta(days=7)).date().isoformat()
        found = client.get("/api/v1/search", params={"source": "Delhi", "destination": "Mumbai", "date": in_a_week}).json()
        assert len(found) > 5
        accepted = client.post("/api/v1/booking", json={"user_id": user_id, "flight_id": found[0]["id"], "seats": 2})
        assert accepted.status_code == httpx.codes.ACCEPTED
        job = client.get(accepted.json()["status_url"], headers={"Prefer": "wait=10"}).json()
        assert job["status"] == "CONFIRMED"
    with running(product, end_with=signal.SIGINT), product.client() as client:
        client.headers["Authorization"] = f"Bearer {client.post('/api/v1/auth/token', data=account).json()['access_token']}"
        assert client.get(f"/api/v1/bookings/{accepted.json()['booking_id']}").json()["status"] == "CONFIRMED"
        with psycopg.connect(product.runtime["database_url"]) as connection:
            assert connection.execute("SELECT count(*) FROM imports").fetchone() == (1,)
        assert product.run("audit").stdout == "Every invariant holds.\n"


@pytest.mark.variant
def test_nothing_outlives_a_killed_supervisor_and_the_next_start_finds_its_data(folder: Path) -> None:
    killed = Product(folder / "killed")
    try:
        killed.start("--no-sample")
        pids = list(killed.pids.values())
        port = killed.base_url.rpartition(":")[2]
        with psycopg.connect(killed.runtime["database_url"], autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        # The worst: nobody is left who could end the others.
        killed.send(signal.SIGSTOP)
        os.kill(killed.pids["guardian"], signal.SIGKILL)
    finally:
        killed.kill()
    del pids[list(killed.pids).index("guardian")]
    assert all(servers.is_alive(pid) for pid in pids)
    (killed.data_dir / "runtime.json").unlink()  # as if it had been killed before it wrote one
    at_once = Product(folder / "killed", environment={"SKYQUEUE_PORT": port})
    try:
        at_once.start("--no-sample")
        assert all_gone(pids)
        with psycopg.connect(at_once.runtime["database_url"]) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        pids = list(at_once.pids.values())  # this time the guardian lives
    finally:
        at_once.kill()
    until(lambda: all_gone(pids), seconds=5)


@pytest.mark.parametrize(
    "ignores",
    [
        pytest.param((), id="at a terminal"),
        pytest.param((signal.SIGINT,), id="in the background of a script", marks=pytest.mark.variant),
    ],
)
def test_ctrl_c_while_the_database_is_made_is_an_end_like_any_other(folder: Path, ignores: tuple[signal.Signals, ...]) -> None:
    product = Product(folder / "early", ignores=ignores)
    try:
        product.launch("--no-sample")
        until(lambda: (product.data_dir / "postgres" / "temporary").exists(), seconds=30)
        product.press_ctrl_c()
        status, output = product.wait(30)
        assert status == 0, output
        assert output.startswith("Stopped"), output
    finally:
        product.kill()


@pytest.mark.parametrize("megabytes", [24, pytest.param(60, marks=pytest.mark.variant)])
def test_a_full_disk_is_reported_in_one_line(folder: Path, megabytes: int) -> None:
    """On a file system that only this process sees: too small for the first files, or for what comes after them."""
    small = folder / "small"
    small.mkdir()
    refused = Product(small / "data", prefix=mounted(small, megabytes)).run("up")
    assert refused.returncode == 1
    assert "No space left on device" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.variant
def test_an_unreadable_ledger_is_an_error_with_a_remedy(folder: Path, private_servers: ServerFactory) -> None:
    pair = private_servers()
    environment = {
        "SKYQUEUE_DATABASE_URL": pair.database_url,
        "SKYQUEUE_REDIS_URL": pair.redis_url,
        "SKYQUEUE_JWT_SECRET": "a secret of the operator, long enough",
    }
    product = Product(folder / "books", environment=environment)
    product.data_dir.mkdir()
    (product.data_dir / "mockpay.sqlite").write_bytes(b"no books" * 1000)
    refused = product.run("up", "--no-sample")
    assert refused.returncode == 1
    assert "The mockpay process does not start: sqlite3.DatabaseError: file is not a database" in refused.stderr
    assert f"Put a copy of {product.data_dir / 'mockpay.sqlite'} back, or move it away" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.variant
@pytest.mark.skipif(not AS_ROOT, reason="only root has to become somebody else")
def test_root_may_keep_its_data_below_a_closed_home(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    with running(Product(home / "data"), "--no-sample", end_with=signal.SIGINT) as product:
        assert product.is_ready
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "data" / "postgres").stat().st_uid == 0


@pytest.mark.variant
def test_a_plain_user_runs_everything_as_itself(folder: Path) -> None:
    """A process that is nobody special: it owns its files, and may become nobody else."""
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    prefix = namespace if AS_ROOT else []
    if AS_ROOT and subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody become a plain user of their own")
    with running(Product(folder / "plain", prefix=prefix), "--no-sample", end_with=signal.SIGHUP) as product:
        owner = (product.data_dir / "postgres" / "data").stat().st_uid
        assert owner == product.data_dir.stat().st_uid
        assert product.data_dir.stat().st_mode & 0o777 == 0o700


@pytest.mark.variant
def test_with_configured_servers_no_embedded_ones_are_started(folder: Path, private_servers: ServerFactory) -> None:
    pair = private_servers()
    environment = {
        "SKYQUEUE_DATABASE_URL": pair.database_url,
        "SKYQUEUE_REDIS_URL": pair.redis_url,
        "SKYQUEUE_JWT_SECRET": "a secret of the operator, long enough",
    }
    with running(Product(folder / "external", environment=environment), "--no-sample") as product:
        assert set(product.pids) == {"api", "worker", "mockpay", "guardian"}
        assert product.runtime["database_url"] == pair.database_url
        assert product.runtime["redis_url"] == pair.redis_url


@pytest.mark.variant
def test_a_database_of_a_newer_version_is_used_with_a_warning(folder: Path, private_servers: ServerFactory) -> None:
    pair = private_servers()
    with psycopg.connect(pair.database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    environment = {
        "SKYQUEUE_DATABASE_URL": pair.database_url,
        "SKYQUEUE_REDIS_URL": pair.redis_url,
        "SKYQUEUE_JWT_SECRET": "a secret of the operator, long enough",
    }
    product = Product(folder / "newer", environment=environment)
    try:
        product.start("--no-sample")
        product.send(signal.SIGTERM)
        status, output = product.wait(30)
    finally:
        product.kill()
    assert status == 0
    assert output.count("Warning: The database is at revision 9999, newer than this version of Skyqueue") == 1
