"""Read rows as dataclasses. A column that is missing in the dataclass or in the query is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import Composed

Row = TypeVar("Row")
Parameters = Sequence[object] | Mapping[str, object]


def fetch(connection: psycopg.Connection[Any], kind: type[Row], query: str | Composed, parameters: Parameters = ()) -> list[Row]:
    """Run a query and return its rows as `kind`, a dataclass whose fields are named like the columns.

    `query` consists of constants only. Values from outside are passed in `parameters`.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        values = cursor.execute(_statement(query), parameters).fetchall()
        names = _names(cursor)
    # All rows in one go, which takes half as long as one by one.
    return msgspec.convert([dict(zip(names, each, strict=True)) for each in values], list[kind])  # type: ignore[valid-type]  # a type that is known when it runs


def fetch_one(
    connection: psycopg.Connection[Any], kind: type[Row], query: str | Composed, parameters: Parameters = ()
) -> Row | None:
    """As `fetch`, for a query that returns one row or none."""
    with connection.cursor(row_factory=typed_row(kind)) as cursor:
        return cursor.execute(_statement(query), parameters).fetchone()


def _statement(query: str | Composed) -> bytes | Composed:
    return query if isinstance(query, Composed) else query.encode()


def named(kind: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """One row as `kind`, from the names and the values of its columns."""
    return msgspec.convert(dict(zip(names, values, strict=True)), kind)


def typed_row(kind: type[Row]) -> Callable[[psycopg.Cursor[Any]], Callable[[Sequence[Any]], Row]]:
    """A row factory for `kind`. Unlike psycopg's `class_row` it converts values of enum columns to members of the enum."""

    def factory(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
        names = _names(cursor)
        return lambda values: named(kind, names, values)

    return factory


def _names(cursor: psycopg.Cursor[Any]) -> list[str]:
    return [column.name for column in cursor.description or ()]
