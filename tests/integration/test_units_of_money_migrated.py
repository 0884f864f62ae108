"""Amounts of a database of a former release, which had two decimals in every currency."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from core.migrations.upgrade import config, upgrade
from launcher.embedded.postgres import EmbeddedPostgres
from tests.support import servers

BEFORE: Final = "0014"
AMOUNTS: Final = [
    ("INR", "7500.00"),
    ("JPY", "1001.00"),
    ("JPY", "1000.50"),
    ("KWD", "12.34"),
    ("INR", "99999999.99"),
    ("INR", "0.00"),
]


@pytest.fixture
def former(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database of the former schema, with a flight for each of the amounts."""
    with servers.empty_database(postgres) as url:
        upgrade(url, BEFORE)
        with psycopg.connect(url) as connection:
            for number, (currency, price) in enumerate(AMOUNTS):
                connection.execute(
                    "INSERT INTO flights (id, flight_number, source, destination, departure_ts, arrival_ts, departure_date, total_seats,"
                    " price, currency) VALUES (gen_random_uuid(), %s, 'Delhi', 'Mumbai', '2030-01-01Z', '2030-01-01 02:00Z',"
                    " '2030-01-01', 9, %s, %s)",
                    (f"AI-{number}", price, currency),
                )
        yield url


def downgrade(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, BEFORE)


def prices(url: str) -> list[Decimal]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT price FROM flights ORDER BY flight_number")]


def test_every_amount_stays_what_it_was_and_three_decimals_fit_afterwards(former: str) -> None:
    amounts = [Decimal(price) for _, price in AMOUNTS]
    with psycopg.connect(former) as connection:
        connection.execute("UPDATE flights SET price = 12.345 WHERE flight_number = 'AI-3'")
    assert prices(former)[3] == Decimal("12.35"), "the former schema rounded"
    upgrade(former)
    assert prices(former) == [*amounts[:3], Decimal("12.35"), *amounts[4:]]
    with psycopg.connect(former) as connection:
        connection.execute("UPDATE flights SET price = 12.345 WHERE flight_number = 'AI-3'")
    assert prices(former)[3] == Decimal("12.345")


def test_the_way_back_refuses_what_two_decimals_cannot_hold(former: str) -> None:
    upgrade(former, "0015")
    with psycopg.connect(former) as connection:
        connection.execute("UPDATE flights SET price = 12.345 WHERE flight_number = 'AI-3'")
    with pytest.raises(RuntimeError, match="1 rows of flights have an amount with three decimals in price"):
        downgrade(former)
    assert prices(former)[3] == Decimal("12.345")
    with psycopg.connect(former) as connection:
        connection.execute("UPDATE flights SET price = 12.34 WHERE flight_number = 'AI-3'")
    downgrade(former)
    assert prices(former) == [Decimal(price) for _, price in AMOUNTS]
