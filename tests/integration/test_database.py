"""Connections to Postgres: borrowed, given back, and closed in the end."""

from __future__ import annotations

from core.db import Database


def test_a_connection_that_comes_back_after_the_end_is_closed(database_url: str) -> None:
    database = Database(database_url, pool_size=1, application="test")
    with database.snapshot() as connection:
        database.dispose()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert connection.closed
