"""Check the database and its tables before a command or a process begins."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

import psycopg

from core.db import UnusableDatabase, suitability
from core.migrations.metadata import METADATA

RELATIONS: Final = frozenset(METADATA.tables)
RETRY_SECONDS: Final = 1.0


async def examine(database_url: str) -> bool:
    """As `core.db.suitability.examine`, for our tables."""
    return await suitability.examine(database_url, relations=RELATIONS)


def require(database_url: str, *, tables: bool = True) -> None:
    """As `core.db.suitability.require`, for our tables."""
    suitability.require(database_url, relations=RELATIONS, tables=tables)


def require_if_there(database_url: str) -> None:
    """For a process that may begin before the server runs. Raises `UnusableDatabase` if the server answers and cannot be used."""
    _examined(database_url)


def await_tables(database_url: str, notify: Callable[[str], None]) -> None:
    """Wait until the database answers and has tables. `notify` is called with the reason for the wait, whenever the reason changes.

    Raises:
        UnusableDatabase: the database answers and cannot be used.
    """
    notified_of = None
    while (missing := _examined(database_url)) is not None:
        if missing != notified_of:
            notify(missing)
        notified_of = missing
        time.sleep(RETRY_SECONDS)


def _examined(database_url: str) -> str | None:
    """Why the process has to wait; None: the database can be used."""
    try:
        has_tables = asyncio.run(examine(database_url))
    except UnusableDatabase:
        raise
    except psycopg.Error as error:
        if not suitability.is_away(database_url):
            raise suitability.not_let_in(database_url, error) from error
        return "Postgres does not answer."
    return None if has_tables else "The database has no tables yet; run `skyqueue migrate`."
