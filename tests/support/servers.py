"""Real Postgres and Valkey for the tests: one pair per pytest process, and private pairs for tests that break them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import redis

from core.embedded.guardian import Guardian
from core.embedded.postgres import NAME, EmbeddedPostgres
from core.embedded.valkey import EmbeddedValkey
from core.migrations import upgrade

TEMPLATE = "template_migrated"
FAST_AND_LOOSE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
"""The shared server is thrown away at the end; a private server keeps the product's own settings."""


@contextlib.contextmanager
def server_folder() -> Iterator[Path]:
    """A folder that the account Postgres runs as may enter; pytest's own temporary folders are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="skyqueue-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def prepare_template(postgres: EmbeddedPostgres) -> None:
    _execute(postgres, f"CREATE DATABASE {TEMPLATE}")
    upgrade(postgres.url_of(TEMPLATE))


@contextlib.contextmanager
def fresh_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a new, migrated, empty database."""
    name = f"test_{uuid4().hex}"
    _execute(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY wal_log")
    try:
        yield postgres.url_of(name)
    finally:
        if postgres.is_running:
            _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def empty(valkey: EmbeddedValkey) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
        client.function_flush("SYNC")
        client.script_flush("SYNC")


@dataclass(frozen=True)
class ServerPair:
    """Servers that belong to one test, which may kill, freeze (`os.kill(server.pid, SIGSTOP)`) and start them again: addresses stay."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey

    @property
    def database_url(self) -> str:
        return self.postgres.url_of(NAME)

    @property
    def redis_url(self) -> str:
        return self.valkey.url


@contextlib.contextmanager
def server_pair(
    guardian: Guardian, *, postgres_settings: dict[str, str] | None = None, valkey_settings: dict[str, str] | None = None
) -> Iterator[ServerPair]:
    """A running pair with the product's settings, its database migrated."""
    with server_folder() as folder:
        postgres = EmbeddedPostgres(
            folder / "postgres", guardian=guardian, settings={"shared_buffers": "64MB", **(postgres_settings or {})}
        )
        valkey = EmbeddedValkey(folder / "valkey", guardian=guardian, settings=valkey_settings)
        try:
            postgres.start()
            valkey.start()
            upgrade(postgres.url)
            yield ServerPair(postgres, valkey)
        finally:
            valkey.stop()
            postgres.stop()


def _execute(postgres: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(postgres.url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def is_alive(pid: int) -> bool:
    """Whether the process runs. One that ended and was not reaped yet, for want of a parent, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")
