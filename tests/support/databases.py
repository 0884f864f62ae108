"""Databases and roles with unusual properties, on the server of the tests."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import LiteralString
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier, Literal

from core.migrations.upgrade import upgrade
from tests.support.servers import SharedPostgres

NewDatabase = Callable[..., str]


@pytest.fixture
def new_database(postgres: SharedPostgres) -> Iterator[NewDatabase]:
    """Call it (`new_database("ENCODING 'LATIN1' ...", name="of a kind", migrated=True)`) for the address of a new database."""
    with ExitStack() as stack:

        def create(options: LiteralString = "", *, name: str | None = None, migrated: bool = False) -> str:
            name = name or f"other_{secrets.token_hex(8)}"
            execute(
                postgres.url_of("postgres"),
                SQL("CREATE DATABASE {} ").format(Identifier(name)) + SQL(options),
            )
            drop = SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name))
            stack.callback(execute, postgres.url_of("postgres"), drop)
            url = postgres.url_of(quote(name, safe=""))
            if migrated:
                upgrade(url)
            return url

        yield create


@pytest.fixture
def new_role(postgres: SharedPostgres) -> Iterator[Callable[..., str]]:
    """Call it with the address of a database for the same address as a new role, which may do nothing but connect."""
    with ExitStack() as stack:

        def create(database_url: str, *, name: str | None = None, password: str = "secret") -> str:
            name = name or f"role_{secrets.token_hex(8)}"
            role = Identifier(name)
            execute(database_url, SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, Literal(password)))
            stack.callback(execute, database_url, SQL("DROP OWNED BY {role}; DROP ROLE {role}").format(role=role))
            return with_user(database_url, name, password)

        yield create


def with_user(database_url: str, name: str, password: str) -> str:
    parts = urlsplit(database_url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(name, safe='')}:{quote(password, safe='')}@{where}"))


def execute(database_url: str, statement: str | Composed, **options: str) -> None:
    """`options`: settings of this one connection."""
    words = " ".join(f"-c {name}={value}" for name, value in options.items())
    with psycopg.connect(database_url, autocommit=True, options=words) as connection:
        connection.execute(statement)
