"""Connections to Postgres: taken from the pool, returned, replaced if they are lost, and closed at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import text

from core.db import Database, RawConnection, opened, savepoint
from tests.support import connections
from tests.support.connections import Loss


@pytest.fixture
def single(database_url: str) -> Iterator[Database]:
    """With room for one connection, so that who borrows twice gets the same."""
    with opened(database_url, pool_size=1, application="test") as database:
        yield database


def borrowed(database: Database) -> RawConnection:
    with database.snapshot() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    return connection


def test_a_connection_is_used_again(single: Database) -> None:
    assert borrowed(single) is borrowed(single)


@pytest.mark.parametrize("lose", [connections.end, connections.reset, RawConnection.close])
def test_a_connection_that_is_lost_while_idle_is_replaced(single: Database, lose: Loss) -> None:
    lost = borrowed(single)
    lose(lost)
    assert borrowed(single) is not lost


def test_a_connection_that_comes_back_after_the_end_is_closed(single: Database) -> None:
    with single.snapshot() as connection:
        single.dispose()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert connection.closed


WRITE = "UPDATE flights SET price = price"


def test_postgres_refuses_to_write_in_a_snapshot_and_does_in_a_transaction(single: Database) -> None:
    """All on one connection: neither leaves anything behind that the next one would notice."""
    for _ in range(2):
        with single.snapshot() as connection, pytest.raises(ReadOnlySqlTransaction):
            connection.execute(WRITE)
        with single.transaction() as connection:
            connection.execute(WRITE)
        with single.unit_of_work() as session:
            session.execute(text(WRITE))


def test_a_savepoint_needs_the_transaction_of_an_edge(single: Database) -> None:
    with single.snapshot() as connection, pytest.raises(AssertionError), savepoint(connection):
        pass
