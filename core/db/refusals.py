"""Reasons not to use a database. Each is one line that ends with what the operator can do. docs/operations.md lists them word for
word.
"""

from __future__ import annotations

from typing import Final

import psycopg

from core.startup import CannotStart

NO_ADDRESS: Final = (
    "SKYQUEUE_DATABASE_URL is not the address of a Postgres database.",
    "Its form is postgresql://user:password@host:5432/database; write a special character of the password as %40 (for @), "
    "%2F (for /) and so on.",
)
UNKNOWN_PARAMETER: Final = (
    "SKYQUEUE_DATABASE_URL has the parameter {name}, which Postgres does not know.",
    "Remove it. Another schema is chosen with options=-csearch_path%3Dname.",
)
UNUSABLE_PARAMETER: Final = (
    "SKYQUEUE_DATABASE_URL has {name}={value}, but Skyqueue needs an ordinary connection that may write.",
    "Remove that parameter.",
)
CANNOT_CONNECT: Final = (
    "Skyqueue cannot connect to Postgres at {where}: {said}.",
    "Check SKYQUEUE_DATABASE_URL.",
)
TOO_OLD: Final = ("The database is on Postgres {version}, older than {oldest}.", "Name a newer one in SKYQUEUE_DATABASE_URL.")
READ_ONLY: Final = (
    "The database is read-only: a standby server, or one with default_transaction_read_only on.",
    "Name the primary server in SKYQUEUE_DATABASE_URL, or allow writing.",
)
ENCODING: Final = (
    "The database {database} has the encoding {encoding}, which cannot store every name.",
    "Create another: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
)
NO_SCHEMA: Final = (
    "The role {role} finds no schema: search_path is {path}.",
    "Create the schema, or GRANT USAGE, CREATE ON SCHEMA ... TO {role}.",
)
TWO_SCHEMAS: Final = (
    "The tables would be those of schema {found}, and new ones would go to schema {first}: search_path is {path}.",
    "Name one schema: options=-csearch_path%3D{first}.",
)
NO_CHANGES: Final = (
    "The role {role} may not bring the schema {schema} up to date: {said}.",
    "GRANT CREATE ON SCHEMA {schema} TO {role}, or run `skyqueue migrate` as the owner of the tables.",
)
NO_TABLES: Final = ("The database has no tables yet.", "Run `skyqueue migrate`.")
NO_RIGHTS: Final = (
    "The role {role} may not read and write {relation}.",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}, and USAGE ON ALL SEQUENCES.",
)
NO_TEMPORARY: Final = (
    "The role {role} may not create temporary tables, which imports need.",
    "GRANT TEMPORARY ON DATABASE {database} TO {role}.",
)
NO_FOREIGN_KEYS: Final = (
    "The database does not check foreign keys: session_replication_role is {setting}.",
    "ALTER ROLE {role} RESET session_replication_role.",
)
SHARED_SESSIONS: Final = (
    "The database is behind a pooler that gives one session to several clients in turn (PgBouncer: pool_mode transaction or statement).",
    "Name the server itself in SKYQUEUE_DATABASE_URL, or set pool_mode to session.",
)
FEW_SESSIONS: Final = (
    "The database is behind a pooler that does not allow {wanted} sessions at a time.",
    "Name the server itself in SKYQUEUE_DATABASE_URL, or raise the pooler's limits (PgBouncer: default_pool_size).",
)
IGNORED_OPTIONS: Final = (
    "The pooler in front of the database ignores {names} of the options in SKYQUEUE_DATABASE_URL.",
    "Name the server itself, or use ALTER ROLE {role} SET ... instead.",
)


class UnusableDatabase(psycopg.OperationalError, CannotStart):
    """A database that cannot be used. At the start of a process it ends the process; later it counts as a database that is away."""

    def __init__(self, refusal: tuple[str, str], **words: object) -> None:
        super().__init__(*(part.format(**words) for part in refusal))
