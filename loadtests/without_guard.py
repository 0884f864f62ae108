"""A worker without the guard of Postgres against overselling, for the control of the load tests: with it, a rush must end with a violated verdict.

It sells all seats that Redis allows, and the seat counts in Redis are deleted again and again. A failpoint (`after_reserve:sleep=...`) makes the
time between the two steps longer.
"""

from __future__ import annotations

import signal
import threading
import time

import psycopg
import redis

from core.flights.seat_counts import SeatCounts
from core.settings import Settings
from workers import main

DELETE_INTERVAL_SECONDS = 0.2
ALL_INVENTORIES = "inv:*"
"""The keys of `core.keys.inventory`."""


def _delete_inventories(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        while True:
            time.sleep(DELETE_INTERVAL_SECONDS)
            found = list(client.scan_iter(match=ALL_INVENTORIES, count=1000))
            if found:
                client.delete(*found)


def run() -> int:
    """Remove the guard, and run the worker. Returns its exit status."""
    servers = Settings().servers
    assert servers.database_url is not None
    assert servers.redis_url is not None
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE flights DROP CONSTRAINT IF EXISTS ck_flights_not_oversold")
    setattr(SeatCounts, "fits", lambda _count, _seats: True)  # noqa: B010  # no setting switches the guard off, so the control replaces it
    # As in every thread of a worker: only its main thread waits for the signals that end it.
    signal.pthread_sigmask(signal.SIG_BLOCK, main.ENDINGS)
    threading.Thread(target=_delete_inventories, args=(servers.redis_url,), daemon=True).start()
    return main.run()


if __name__ == "__main__":
    raise SystemExit(run())
