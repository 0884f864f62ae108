"""Rows with names and types: one dataclass says what a query returns, and a column that is missing or of another type is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import psycopg
from psycopg.sql import Composed

Row = TypeVar("Row")
Parameters = Sequence[object] | Mapping[str, object]


def fetch(connection: psycopg.Connection[Any], kind: type[Row], query: str | Composed, parameters: Parameters = ()) -> list[Row]:
    """Run a query and return its rows as `kind`, a dataclass whose fields are named like the columns.

    `query` is made of constants; what comes from outside travels in `parameters`.
    """
    with connection.cursor(row_factory=typed_row(kind)) as cursor:
        return cursor.execute(_statement(query), parameters).fetchall()


def fetch_one(
    connection: psycopg.Connection[Any], kind: type[Row], query: str | Composed, parameters: Parameters = ()
) -> Row | None:
    """The same for a query that finds one row or none."""
    with connection.cursor(row_factory=typed_row(kind)) as cursor:
        return cursor.execute(_statement(query), parameters).fetchone()


def _statement(query: str | Composed) -> bytes | Composed:
    return query if isinstance(query, Composed) else query.encode()


def named(kind: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """One row, from the names of its columns and their values."""
    return msgspec.convert(dict(zip(names, values, strict=True)), kind)


def typed_row(kind: type[Row]) -> Callable[[psycopg.Cursor[Any]], Callable[[Sequence[Any]], Row]]:
    """A row factory for `kind`. Unlike psycopg's `class_row` it makes members of enums out of their values."""

    def factory(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
        names = [column.name for column in cursor.description or ()]
        return lambda values: named(kind, names, values)

    return factory
