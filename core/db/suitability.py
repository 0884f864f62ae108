"""Check at the start whether a database can be used, because some problems would otherwise show late, or lose data without an error.

What the server sends with each new connection (version, encoding, whether it can write) is checked for each connection in
`core.db.session`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from itertools import pairwise
from typing import Final, LiteralString, NamedTuple

import psycopg
from psycopg.pq import PGconn, Ping
from psycopg.rows import class_row

from core.db import address, pooler
from core.db.refusals import (
    CANNOT_CONNECT,
    IGNORED_OPTIONS,
    NO_FOREIGN_KEYS,
    NO_RIGHTS,
    NO_SCHEMA,
    NO_TABLES,
    NO_TEMPORARY,
    TWO_SCHEMAS,
    UnusableDatabase,
)
from core.db.session import AsyncRawConnection, connect_plainly

APPLICATION: Final = "skyqueue-check"
_VERSION_TABLE: Final = "alembic_version"


class _Facts(NamedTuple):
    process: int
    role: str
    database: str
    schema: str | None
    """The schema of new tables; None: the role can use no schema of its search path."""
    path: str
    replication_role: str
    may_create_temporary: bool
    schema_of_tables: str | None
    """The schema of our tables; None: there are none yet."""
    without_rights: str | None


_FACTS: Final[LiteralString] = """
    SELECT pg_backend_pid() AS process, current_user::text AS role, current_database()::text AS database,
        current_schema()::text AS schema, current_setting('search_path') AS path,
        current_setting('session_replication_role') AS replication_role,
        has_database_privilege(current_database(), 'TEMPORARY') AS may_create_temporary,
        (
            SELECT nspname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE pg_class.oid = to_regclass(%(version_table)s)
        ) AS schema_of_tables,
        (
            SELECT min(relname::text) FROM pg_class
            WHERE oid = ANY(ARRAY(SELECT to_regclass(name) FROM unnest(%(relations)s::text[]) AS ours (name))) AND NOT CASE
                WHEN relkind = 'S' THEN has_sequence_privilege(oid, 'USAGE')
                WHEN relname = %(version_table)s THEN has_table_privilege(oid, 'SELECT')
                ELSE has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
                    AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')
            END
        ) AS without_rights
"""
_NOT_IN_FORCE: Final[LiteralString] = "SELECT name FROM pg_settings WHERE lower(name) = ANY(%s) AND source <> 'client' ORDER BY 1"


async def examine(database_url: str, *, relations: Collection[str]) -> bool:
    """Check the database. Returns whether our tables exist. `relations`: names of tables and sequences; the role must be able to
    read and write those that exist.

    Raises:
        UnusableDatabase: the database cannot be used.
        psycopg.Error: it cannot be reached, or refuses the login.
    """
    conninfo = address.conninfo(database_url, application=APPLICATION)
    async with await connect_plainly(conninfo) as connection:
        facts = await _facts_of(connection, relations)
        if facts.process != connection.info.backend_pid:
            await pooler.require_own_sessions(conninfo)
            await _require_options(connection, facts)
    _judge(facts)
    return facts.schema_of_tables is not None


def require(database_url: str, *, relations: Collection[str], tables: bool = True) -> None:
    """As `examine`, for a command, which does not wait for a database that is away. `tables`: the tables must exist.

    Raises:
        UnusableDatabase: the database cannot be used, or cannot be reached.
    """
    try:
        found = asyncio.run(examine(database_url, relations=relations))
    except UnusableDatabase:
        raise
    except psycopg.Error as error:
        raise not_let_in(database_url, error) from error
    if tables and not found:
        raise UnusableDatabase(NO_TABLES)


def _judge(facts: _Facts) -> None:
    if facts.schema is None:
        raise UnusableDatabase(NO_SCHEMA, role=facts.role, path=facts.path)
    if facts.schema_of_tables not in (None, facts.schema):
        raise UnusableDatabase(TWO_SCHEMAS, found=facts.schema_of_tables, first=facts.schema, path=facts.path)
    if facts.replication_role != "origin":
        raise UnusableDatabase(NO_FOREIGN_KEYS, setting=facts.replication_role, role=facts.role)
    if not facts.may_create_temporary:
        raise UnusableDatabase(NO_TEMPORARY, role=facts.role, database=facts.database)
    if facts.without_rights is not None:
        raise UnusableDatabase(NO_RIGHTS, role=facts.role, relation=facts.without_rights, schema=facts.schema)


async def _facts_of(connection: AsyncRawConnection, relations: Collection[str]) -> _Facts:
    async with connection.cursor(row_factory=class_row(_Facts)) as cursor:
        await cursor.execute(_FACTS, {"version_table": _VERSION_TABLE, "relations": [*relations, _VERSION_TABLE]})
        found = await cursor.fetchone()
    assert found is not None
    return found


async def _require_options(connection: AsyncRawConnection, facts: _Facts) -> None:
    """Raises `UnusableDatabase` if settings in the `options` of the address have no effect: a pooler can be configured to ignore
    them.
    """
    asked = [*option_names(connection.pgconn.options.decode())]
    ignored = await (await connection.execute(_NOT_IN_FORCE, (asked,))).fetchall()
    if ignored:
        raise UnusableDatabase(IGNORED_OPTIONS, names=", ".join(name for (name,) in ignored), role=facts.role)


def option_names(options: str) -> set[str]:
    """The names of the settings in `options`, in lower case. Forms: `-c name=value`, `-cname=value`, `--name=value`."""
    words = re.findall(r"(?:\\.|[^\s\\])+", options)
    texts = [word[2:] or following for word, following in pairwise([*words, ""]) if word.startswith("-c")]
    texts += [word[2:].replace("-", "_") for word in words if word.startswith("--")]
    return {text.partition("=")[0].lower() for text in texts}


def not_let_in(database_url: str, error: psycopg.Error) -> UnusableDatabase:
    """The reason for a server that refuses the login, or cannot be reached."""
    said = " ".join(str(error).strip().partition("\n")[0].split()).rstrip(".")
    return UnusableDatabase(CANNOT_CONNECT, where=address.shown(database_url), said=said)


def is_away(database_url: str) -> bool:
    """Whether a failed connection may succeed later. False: the server answers and refuses. The error of the driver is the same in both
    cases.
    """
    conninfo = address.conninfo(database_url, application=APPLICATION)
    return PGconn.ping(conninfo.encode()) in (Ping.NO_RESPONSE, Ping.REJECT)
