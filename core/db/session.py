"""Open a connection to Postgres. Every connection gets the same settings, and the server is checked.

The settings are set after connecting. As startup parameters they would replace those that the operator gave in `options`,
`PGOPTIONS` or a service file (a schema, for example), and a pooler may ignore startup parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import psycopg

from core.db.arrays import ArrayDumper
from core.db.refusals import ENCODING, READ_ONLY, TOO_OLD, UnusableDatabase

RawConnection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
AsyncRawConnection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]

OLDEST_POSTGRES: Final = 15
SHORT_LOCK_MS: Final = 200
_TRANSACTION_TIMEOUT_SINCE: Final = 17

SETTINGS: Final[Mapping[str, str]] = {
    # The driver reads dates in ISO style only, and would misread other styles.
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    # Our statements assume these.
    "standard_conforming_strings": "on",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "default_transaction_isolation": "read committed",
    # An accepted booking must be on disk. Every value except `off` guarantees that, so another value of the operator is kept.
    "synchronous_commit": "on",
}
"""Settings that a server, a database or a role may have changed, and that change the result of our statements."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of a connection, in milliseconds; 0: no limit."""

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
            limits["transaction_timeout"] = 0  # we limit each statement instead
        return {name: str(ms) for name, ms in limits.items()}


UNLIMITED: Final = Limits()
_SET: Final = """
    SELECT set_config(name, setting, false) FROM unnest(%s::text[], %s::text[]) AS settings (name, setting)
    WHERE name <> 'synchronous_commit' OR current_setting(name) = 'off'
"""


_READ_ONLY: Final = "session is read-only"
"""A part of libpq's message if no server of the address accepts writes."""


def connect(conninfo: str, limits: Limits, *, writes_on_demand: bool = False) -> RawConnection:
    """A new connection, outside a transaction. `conninfo`: see `core.db.address`. `writes_on_demand`: the session is read-only;
    only a transaction of the driver, which begins with BEGIN READ WRITE, can write.

    Raises:
        UnusableDatabase: this server cannot be used.
        psycopg.OperationalError: it cannot be reached, or refuses the login.
    """
    with _read_only_refused():
        connection = psycopg.connect(conninfo, autocommit=True)
    try:
        _require_usable(connection.info)
        connection.adapters.register_dumper(list, ArrayDumper)
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
    """As `connect`, for the event loop, in autocommit mode."""
    connection = await connect_plainly(conninfo)
    try:
        await connection.execute(_SET, _settings(connection.info, limits, {}))
    except BaseException:
        await connection.close()
        raise
    return connection


async def connect_plainly(conninfo: str) -> AsyncRawConnection:
    """As `connect_async`, without our settings and prepared statements: it changes nothing in a session that other clients may
    share.
    """
    with _read_only_refused():
        connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, prepare_threshold=None)
    try:
        _require_usable(connection.info)
    except BaseException:
        await connection.close()
        raise
    return connection


def limit_lock_wait(connection: RawConnection) -> None:
    """Use a short lock time-out (`SHORT_LOCK_MS`) in this transaction, so that one locked row does not delay the others for long."""
    connection.execute(f"SET LOCAL lock_timeout = {SHORT_LOCK_MS}")


def major_version(server_version: int) -> int:
    """The major version from the driver's number: 15 from 150004."""
    return server_version // 10_000


@contextmanager
def _read_only_refused() -> Iterator[None]:
    """Raise `UnusableDatabase` if connecting fails because the server is read-only."""
    try:
        yield
    except psycopg.OperationalError as error:
        if _READ_ONLY in str(error):
            raise UnusableDatabase(READ_ONLY) from error
        raise


def _require_usable(info: psycopg.ConnectionInfo) -> None:
    """Raises `UnusableDatabase`. It needs no request, because the server sent these facts when the connection was made."""
    version = major_version(info.server_version)
    if version < OLDEST_POSTGRES:
        raise UnusableDatabase(TOO_OLD, version=version, oldest=OLDEST_POSTGRES)
    encoding = info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise UnusableDatabase(ENCODING, database=info.dbname, encoding=encoding)


def _settings(info: psycopg.ConnectionInfo, limits: Limits, more: Mapping[str, str]) -> tuple[list[str], list[str]]:
    settings = {**SETTINGS, **limits.settings(major_version(info.server_version)), **more}
    return list(settings), list(settings.values())
