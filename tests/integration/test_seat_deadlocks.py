"""Two processes that pick the same seats in different orders: one of them is repeated, and no request is refused because of that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import httpx
import psycopg

from tests.support import shared_installation
from tests.support.cabins import book, flight_with_cabin, taken
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

pipeline, api, account = shared_installation.pipeline, shared_installation.api, shared_installation.account
client = shared_installation.client

WAITS: LiteralString = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
INSERT: LiteralString = "INSERT INTO seat_numbers VALUES (%s, 0, %s, %s, %s)"


def test_the_intake_that_postgres_ends_picks_again(client: httpx.Client, pipeline: Pipeline) -> None:
    """Postgres ends the one that waits first, which is the intake."""
    flight = flight_with_cabin(pipeline)
    (other,) = pipeline.accept_many(1, flight, seats=2)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(pipeline.database_url) as connection:
        connection.execute(INSERT, (other, 1, flight, "1C"))
        response = pool.submit(book, client, flight, seats=2, seat_numbers=[["1A", "1C"]])
        with psycopg.connect(pipeline.database_url, autocommit=True) as looking:
            until(lambda: looking.execute(WAITS).fetchone() == (1,))
        connection.execute(INSERT, (other, 2, flight, "1A"))  # until the intake has been ended
        connection.rollback()
        assert response.result().status_code == 202, response.result().text
    assert taken(client, flight) == ["1A", "1C"]
