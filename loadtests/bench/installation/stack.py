"""Servers, API and workers of a bench run, with the default settings. They are used for this run only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import psutil
import psycopg
import redis

from core.clock import new_id
from core.migrations.upgrade import upgrade
from core.users.models import Role
from core.users.tokens import AccessTokens, Principal
from launcher.embedded.guardian import Guardian
from launcher.embedded.ports import free_port
from launcher.embedded.postgres import EmbeddedPostgres
from launcher.embedded.valkey import EmbeddedValkey

SECRET = "a secret of 32 bytes, for benches only"  # of servers that run for a minute
READY_SECONDS = 240.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Stack:
    port: int
    api: int
    """The process id of the API."""
    database_url: str
    redis_url: str
    workers: tuple[int, ...]
    """The process ids of the workers."""
    start_worker: Callable[[], int]
    """Start another worker, and return its process id."""
    start_program: Callable[[str], subprocess.Popen[bytes]]
    """Run a Python module with the environment of the workers. It is ended with the other processes."""

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.database_url, autocommit=True)

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_url)

    def processes(self) -> dict[str, int]:
        """Name -> process id of every process; of several workers, the first one."""
        with self.connect() as connection, self.redis() as client:
            backend = connection.execute("SELECT pg_backend_pid()").fetchone()
            assert backend is not None
            postgres = psutil.Process(int(str(backend[0]))).parent()
            assert postgres is not None
            valkey = int(client.info("server")["process_id"])
        workers = {"worker": self.workers[0]} if self.workers else {}
        return {"api": self.api, **workers, "postgres": postgres.pid, "valkey": valkey}

    def travellers(self, count: int) -> list[str]:
        """Access tokens of new accounts."""
        tokens = AccessTokens(SECRET, lifetime_minutes=60)
        ids = [new_id() for _ in range(count)]
        with self.connect() as connection:
            connection.execute(
                """
                INSERT INTO users (id, username, password_hash, role)
                SELECT id, 'bench-' || id, '-', 'traveller' FROM unnest(%s::uuid[]) AS id
                """,
                (ids,),
            )
        return [tokens.issue(Principal(user_id, f"bench-{user_id}", Role.TRAVELLER)) for user_id in ids]

    def administrator(self) -> dict[str, str]:
        """Request headers with the access token of a new administrator."""
        admin = Principal(new_id(), f"bench-{new_id()}", Role.ADMIN)
        with self.connect() as connection:
            connection.execute(
                "INSERT INTO users (id, username, password_hash, role) VALUES (%s, %s, '-', 'admin')",
                (admin.user_id, admin.username),
            )
        return {"Authorization": f"Bearer {AccessTokens(SECRET, lifetime_minutes=60).issue(admin)}"}

    def flight(self, seats: int) -> UUID:
        """Insert a flight that departs tomorrow, and return its id."""
        flight_id = new_id()
        with self.connect() as connection:
            connection.execute(
                """
                INSERT INTO flights (id, flight_number, flight_number_key, source, destination, departure_ts, arrival_ts, departure_date, total_seats, price, currency)
                VALUES (%s, %s, %s, 'Delhi', 'Mumbai', now() + interval '1 day', now() + interval '26 hours', current_date + 1, %s, 7500, 'INR')
                """,
                (flight_id, str(flight_id), str(flight_id), seats),
            )
        return flight_id


@contextmanager
def running(
    factory: str, *, workers: int = 1, worker: str = "workers.main", environment: dict[str, str] | None = None
) -> Iterator[Stack]:
    """Start a whole installation. `factory`: the application, as `module:function`. `worker`: the module of the workers."""
    with tempfile.TemporaryDirectory(prefix="skyqueue-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        guardian = Guardian()
        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        valkey = EmbeddedValkey(folder / "valkey", guardian=guardian)
        children: list[subprocess.Popen[bytes]] = []
        try:
            postgres.start()
            valkey.start()
            upgrade(postgres.url)
            port = free_port()
            settings = {
                **os.environ,
                "SKYQUEUE_DATABASE_URL": postgres.socket_url,
                "SKYQUEUE_REDIS_URL": valkey.socket_url,
                "SKYQUEUE_JWT_SECRET": SECRET,
                "SKYQUEUE_DATA_DIR": name,
                "SKYQUEUE_PORT": str(port),
                **(environment or {}),
            }
            serve = [sys.executable, "-m", "loadtests.bench.installation.serve", factory]
            with (folder / "log").open("wb") as log:
                children.append(subprocess.Popen(serve, env=settings, stdout=log, stderr=log))
            guardian.watch(children[0].pid, signal.SIGTERM, signal.SIGKILL)

            def start_program(module: str) -> subprocess.Popen[bytes]:
                with (folder / "log").open("ab") as log:
                    child = subprocess.Popen(
                        [sys.executable, "-m", module], env=settings, stdin=subprocess.PIPE, stdout=log, stderr=log
                    )
                guardian.watch(child.pid, signal.SIGTERM, signal.SIGKILL)
                children.append(child)
                return child

            def start_worker() -> int:
                return start_program(worker).pid

            pids = tuple(start_worker() for _ in range(workers))
            _await_ready(port, folder / "log")
            yield Stack(port, children[0].pid, postgres.url, valkey.url, pids, start_worker, start_program)
        finally:
            for child in children:
                child.terminate()
            for child in children:
                try:
                    child.wait(timeout=STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
            valkey.stop()
            postgres.stop()


def _await_ready(port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the API did not become ready:\n{log.read_text()[-2000:]}")
