"""Real Postgres and Valkey for the tests: one pair for each pytest process, and private pairs for tests that break them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import uuid4

import psycopg
import redis

from core.migrations.upgrade import upgrade
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import NAME, EmbeddedPostgres
from launcher.embedded.valkey import EmbeddedValkey
from tests.support.data_template import DataTemplate
from tests.support.named_servers import DATABASE_URL, REDIS_URL, NamedPostgres, NamedRedis
from tests.support.server_folder import server_folder
from tests.support.waiting import until

SharedPostgres: TypeAlias = EmbeddedPostgres | NamedPostgres
SharedRedis: TypeAlias = EmbeddedValkey | NamedRedis
"""Servers that tests share: private ones are always embedded."""
TEMPLATE: Final = f"skyqueue_template_{uuid4().hex}"
"""Of this process of pytest: several may be at work on one server."""
FAST_SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
"""For the shared server, whose data are deleted at the end. A private server keeps the product's own settings."""


@contextlib.contextmanager
def shared_postgres(template: DataTemplate) -> Iterator[SharedPostgres]:
    """With a migrated database from which others are copied."""
    if DATABASE_URL:
        named = NamedPostgres(DATABASE_URL)
        _execute(named, f"CREATE DATABASE {TEMPLATE} ENCODING 'UTF8' TEMPLATE template0")
        upgrade(named.url_of(TEMPLATE))
        try:
            yield named
        finally:
            _drop_database(named, TEMPLATE)
        return
    with server_folder() as folder:
        postgres = template.copy_to(folder, FAST_SETTINGS)
        postgres.start()
        _execute(postgres, f"ALTER DATABASE {NAME} RENAME TO {TEMPLATE}")
        yield postgres
        postgres.stop()


@contextlib.contextmanager
def shared_redis(guardian: Guardian) -> Iterator[SharedRedis]:
    if REDIS_URL:
        yield NamedRedis(REDIS_URL)
        return
    with server_folder() as folder:
        valkey = EmbeddedValkey(folder / "valkey", guardian=guardian, settings={"appendonly": "no"})
        valkey.start()
        yield valkey
        valkey.stop()


@contextlib.contextmanager
def fresh_database(postgres: SharedPostgres) -> Iterator[str]:
    """The address of a new, migrated, empty database."""
    name = _create_database(postgres)
    try:
        yield postgres.url_of(name)
    finally:
        if postgres.is_running:
            _drop_database(postgres, name)


@contextlib.contextmanager
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a new database without a schema."""
    name = f"test_{uuid4().hex}"
    _execute(postgres, f"CREATE DATABASE {name}")
    try:
        yield postgres.url_of(name)
    finally:
        _drop_database(postgres, name)


class ReusedDatabase:
    """One migrated database that one test after the other uses: to empty it takes a few milliseconds, a new one a hundred.

    A test that leaves another schema behind than it found costs the next one a new database.
    """

    def __init__(self, postgres: SharedPostgres) -> None:
        self._postgres = postgres
        self._name: str | None = None
        self._schema: tuple[Any, ...] = ()
        self._catalog: tuple[Any, ...] = ()

    def take(self) -> str:
        """The address of the empty database; whoever was still connected to it no longer is."""
        if self._name is not None and not self._clean():
            _drop_database(self._postgres, self._name)
            self._name = None
        if self._name is None:
            self._name = _create_database(self._postgres)
            with self._connected() as connection:
                self._schema, self._catalog = _schema_of(connection), _catalog_of(connection)
        return self._postgres.url_of(self._name)

    def drop(self) -> None:
        """Delete it, after the last test."""
        if self._name is not None and self._postgres.is_running:
            _drop_database(self._postgres, self._name)

    def _clean(self) -> bool:
        """Empty it. Returns whether its schema is unchanged."""
        with self._connected() as connection:
            until(lambda: connection.execute(_DISCONNECT_OTHERS).rowcount == 0, every=0.002)
            catalog = _catalog_of(connection)
            if catalog != self._catalog and _schema_of(connection) != self._schema:
                return False
            self._catalog = catalog
            connection.execute("SET session_replication_role = replica")  # no foreign key asks about the order
            for table, is_large in connection.execute(_TABLES).fetchall():
                connection.execute(f"TRUNCATE {table} CASCADE" if is_large else f"DELETE FROM {table}")
            connection.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
        return True

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        assert self._name is not None
        return psycopg.connect(self._postgres.url_of(self._name), autocommit=True)


def _schema_of(connection: psycopg.Connection[tuple[Any, ...]]) -> tuple[Any, ...]:
    """What migrations make, short: equal for equal tables, columns, constraints, indexes, functions, triggers and version."""
    with contextlib.suppress(psycopg.errors.UndefinedTable):
        return tuple(connection.execute(_SCHEMA).fetchall())
    return ()


def _catalog_of(connection: psycopg.Connection[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Equal if nobody changed the schema in the meantime. A change that was undone makes it different, so then the schemas are compared,
    which takes ten times as long.
    """
    with contextlib.suppress(psycopg.errors.UndefinedTable):
        return tuple(connection.execute(_CATALOG).fetchall())
    return ()


_DISCONNECT_OTHERS: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES: Final = """
    SELECT oid::regclass::text, pg_relation_size(oid) > 2^20 FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""
FIRST_OWN_OID: Final = 16_384
"""Postgres gives lower ones to its own objects."""
# `xmin` is the transaction that wrote the row. Only pg_class has no use for it, because TRUNCATE writes its rows too.
_CATALOG: Final = f"""
    SELECT count(*), sum(oid::int8), sum(hashtext(relname)), (SELECT version_num FROM alembic_version),
        (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_attribute WHERE attrelid >= {FIRST_OWN_OID}),
        (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_constraint WHERE oid >= {FIRST_OWN_OID}),
        (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_index WHERE indexrelid >= {FIRST_OWN_OID}),
        (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_trigger WHERE oid >= {FIRST_OWN_OID}),
        (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_proc WHERE oid >= {FIRST_OWN_OID})
    FROM pg_class WHERE oid >= {FIRST_OWN_OID}
"""  # only constants of this module
_SCHEMA: Final = """
    WITH tables AS (SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace),
    parts (part) AS (
        SELECT concat_ws(' ', attrelid::regclass, attname, atttypid::regtype, attnotnull, atthasdef)
            FROM pg_attribute WHERE attrelid IN (TABLE tables) AND attnum > 0
        UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE conrelid IN (TABLE tables)
        UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN (TABLE tables)
        UNION ALL SELECT concat_ws(' ', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    )
    SELECT md5(string_agg(part, ' ' ORDER BY part)), (SELECT version_num FROM alembic_version) FROM parts
"""


def empty(server: SharedRedis) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.flushdb()
        if isinstance(server, EmbeddedValkey):  # who shares a server with others leaves them their scripts
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

    def kill_postgres(self) -> None:
        """SIGKILL to the server. Its other processes, which finish their present statement, have ended too when this returns."""
        pid = self.postgres.pid
        os.kill(pid, signal.SIGSTOP)  # so that it starts no further process
        processes = [pid, *children_of(pid)]
        os.kill(pid, signal.SIGKILL)
        until(lambda: not self.postgres.is_running and not any(map(is_alive, processes)))


@contextlib.contextmanager
def server_pair(
    guardian: Guardian,
    template: DataTemplate,
    *,
    postgres_settings: dict[str, str] | None = None,
    valkey_settings: dict[str, str] | None = None,
) -> Iterator[ServerPair]:
    """A running pair with the product's settings, its database migrated."""
    with server_folder() as folder:
        postgres = template.copy_to(folder, {"shared_buffers": "64MB", **(postgres_settings or {})})
        valkey = EmbeddedValkey(folder / "valkey", guardian=guardian, settings=valkey_settings)
        try:
            postgres.start()
            valkey.start()
            yield ServerPair(postgres, valkey)
        finally:
            valkey.stop()
            postgres.stop()


def _create_database(postgres: SharedPostgres) -> str:
    name = f"test_{uuid4().hex}"
    _execute(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY wal_log")
    return name


def _drop_database(postgres: SharedPostgres, name: str) -> None:
    _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(postgres: SharedPostgres, statement: str) -> None:
    with psycopg.connect(postgres.url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "--no-headers", "-o", "pid", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return [int(line) for line in listed.stdout.split()]


def is_alive(pid: int) -> bool:
    """Whether the process runs. One that ended and was not reaped yet, for want of a parent, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The process and all its children stand still."""
    family = [pid, *children_of(pid)]
    for member in family:
        os.kill(member, signal.SIGSTOP)
    try:
        yield
    finally:
        for member in family:
            os.kill(member, signal.SIGCONT)
