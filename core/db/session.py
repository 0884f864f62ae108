"""How every connection to Postgres is made: to one address, with the same settings, on a server that we can use.

The settings are given after the connection is there. As startup parameters they would replace what the operator put into `options`,
`PGOPTIONS` or a service file (a schema, say), and a pooler may ignore them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import psycopg

from core.db.refusals import ENCODING, READ_ONLY, TOO_OLD, UnusableDatabase

RawConnection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
AsyncRawConnection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]

OLDEST_POSTGRES: Final = 15
SHORT_LOCK_MS: Final = 200
_TRANSACTION_TIMEOUT_SINCE: Final = 17

SETTINGS: Final[Mapping[str, str]] = {
    # What the driver reads: it knows dates in the ISO style only, and the others would be understood in another way.
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    # What our statements mean.
    "standard_conforming_strings": "on",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "default_transaction_isolation": "read committed",
    # A booking that was accepted is on disk. Every value but `off` promises that; what the operator chose among them stays.
    "synchronous_commit": "on",
}
"""Each may be set to something else for a server, a database or a role, and would change what we read or write."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a connection may be busy, in milliseconds; 0: for ever."""

    statement_ms: int = 0
    lock_ms: int = 0
    idle_in_transaction_ms: int = 0

    def settings(self, server_version: int) -> dict[str, str]:
        limits = {
            "statement_timeout": self.statement_ms,
            "lock_timeout": self.lock_ms,
            "idle_in_transaction_session_timeout": self.idle_in_transaction_ms,
        }
        if server_version >= _TRANSACTION_TIMEOUT_SINCE:
            limits["transaction_timeout"] = 0  # ours are for each step
        return {name: str(ms) for name, ms in limits.items()}


UNLIMITED: Final = Limits()
_SET: Final = """
    SELECT set_config(name, setting, false) FROM unnest(%s::text[], %s::text[]) AS settings (name, setting)
    WHERE name <> 'synchronous_commit' OR current_setting(name) = 'off'
"""


_READ_ONLY: Final = "session is read-only"
"""libpq's words when no server of the address may be written to."""


def connect(conninfo: str, limits: Limits, *, writes_on_demand: bool = False) -> RawConnection:
    """A connection in no transaction. `conninfo`: of `core.db.address`. `writes_on_demand`: Postgres refuses a statement that writes
    outside of a transaction of the driver, which begins with BEGIN READ WRITE.

    Raises:
        UnusableDatabase: we cannot work on this server.
        psycopg.OperationalError: it is away, or does not let us in.
    """
    with _told():
        connection = psycopg.connect(conninfo, autocommit=True)
    try:
        _require_usable(connection.info)
        more = {"default_transaction_read_only": "on"} if writes_on_demand else {}
        connection.execute(_SET, _settings(connection.info, limits, more))
        connection.autocommit = False
        if writes_on_demand:
            connection.read_only = False
    except BaseException:
        connection.close()
        raise
    return connection


async def connect_async(conninfo: str, limits: Limits) -> AsyncRawConnection:
    """The same for the event loop, in autocommit mode."""
    connection = await connect_plainly(conninfo)
    try:
        await connection.execute(_SET, _settings(connection.info, limits, {}))
    except BaseException:
        await connection.close()
        raise
    return connection


async def connect_plainly(conninfo: str) -> AsyncRawConnection:
    """The same without our settings, and without prepared statements: nothing stays behind when the session is not ours alone."""
    with _told():
        connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, prepare_threshold=None)
    try:
        _require_usable(connection.info)
    except BaseException:
        await connection.close()
        raise
    return connection


def limit_lock_wait(connection: RawConnection) -> None:
    """Wait for a lock only for a moment in this transaction: what is locked is passed over, and the others go on."""
    connection.execute(f"SET LOCAL lock_timeout = {SHORT_LOCK_MS}")


def major_version(server_version: int) -> int:
    """15 of 150004, as the driver tells the version of a server."""
    return server_version // 10_000


@contextmanager
def _told() -> Iterator[None]:
    """A server that may not be written to is none for us, and says so in the first moment."""
    try:
        yield
    except psycopg.OperationalError as error:
        if _READ_ONLY in str(error):
            raise UnusableDatabase(READ_ONLY) from error
        raise


def _require_usable(info: psycopg.ConnectionInfo) -> None:
    """Raises `UnusableDatabase`. Nothing is asked of the server for that."""
    version = major_version(info.server_version)
    if version < OLDEST_POSTGRES:
        raise UnusableDatabase(TOO_OLD, version=version, oldest=OLDEST_POSTGRES)
    encoding = info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise UnusableDatabase(ENCODING, database=info.dbname, encoding=encoding)


def _settings(info: psycopg.ConnectionInfo, limits: Limits, more: Mapping[str, str]) -> tuple[list[str], list[str]]:
    settings = {**SETTINGS, **limits.settings(major_version(info.server_version)), **more}
    return list(settings), list(settings.values())
