"""The program of an import process: it imports files for one worker, with a lower priority.

Reading and checking a file keeps the interpreter lock of its process for long times. In the worker itself, bookings would wait for it: during an
import, the slowest of a hundred bookings took 1.6 to 4 times as long as without one. A process of its own has its own lock, and if it
crashes or the system ends it for want of memory, the bookings go on.

The process ends when its worker has ended, however that happened, and after `IDLE_SECONDS` without a request.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, TypeAlias

import psycopg
import pyarrow as pa
from redis import Redis
from sqlalchemy.exc import SQLAlchemyError

from core import failpoints, interpreter
from core.db import Database
from core.imports import progress
from core.imports.storage.files import Storage
from core.imports.storage.opening import open_storage
from core.places.route import UnknownPlaces
from core.redis import clients
from core.settings import IMPORT_CONNECTIONS, Settings
from core.telemetry import correlation
from core.telemetry.logs import configure as configure_logs
from core.telemetry.tracing import spans
from core.telemetry.tracing.setting import start_if_configured
from workers.context import REDIS_SECONDS
from workers.imports.protocol import REQUEST, Ended, Ending, Interrupted, Stored, encode
from workers.imports.run import run_claimed

IDLE_SECONDS: Final = 300.0
"""How long a process waits for the next request. Starting another one takes one or two seconds; waiting costs 150 to 250 MB of memory."""
NICENESS: Final = 5
"""How much the system prefers all other processes, from 0 (not at all) to 19."""
SLICE_SECONDS: Final = 20.0
"""How long an import keeps its process while others wait that no worker has started. To continue later, a process reads the
earlier rows again, so a slice is much longer than a chunk takes."""

Requests: TypeAlias = "SimpleQueue[bytes]"


def import_next(
    db: Database, client: Redis, storage: Storage, unknown_places: UnknownPlaces, report: Callable[[Stored], None]
) -> Ended | Interrupted:
    """Continue the import whose turn it is: to its end, until another one has its turn, or until a server does not answer. `report` is
    called after each chunk.
    """
    job = None
    try:
        with db.transaction() as connection:
            job = progress.claim_in_turn(connection)
        if job is None:
            return Ended(None, Ending.TAKEN_OVER)
        ending = run_claimed(db, client, storage, job, slice_seconds=SLICE_SECONDS, unknown_places=unknown_places, report=report)
    except (psycopg.Error, SQLAlchemyError, OSError) as error:
        return Interrupted(None if job is None else job.id, str(error))
    return Ended(job.id, ending)


def main() -> int:
    """Import files until the worker ends, or has no more of them. Returns the exit code."""
    parser = argparse.ArgumentParser(description="Import files for one worker, which starts this program.")
    parser.add_argument("connection", type=int, help="the file descriptor of the connection with the worker")
    parser.add_argument("--log", type=Path, help="the file for log lines; without it, standard error")
    options = parser.parse_args()
    # The worker blocks these signals in its threads. Ctrl-C is sent to both; the worker ends first, and then this process.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    os.nice(NICENESS)
    configure_logs("import", file=options.log)
    interpreter.tune()
    # The system's allocator, because Arrow's own keeps the memory of a chunk (about 30 MB) until the process ends.
    pa.set_memory_pool(pa.system_memory_pool())
    connection = Connection(options.connection)
    requests: Requests = SimpleQueue()
    threading.Thread(target=_receive, args=(connection, requests), name="requests", daemon=True).start()
    _work(Settings(), connection, requests)
    spans.close()
    return 0


def _receive(connection: Connection, requests: Requests) -> None:
    """Receive requests until the worker has ended, and then end this process at once: the chunk that it stores is undone, and the next
    worker begins with it."""
    try:
        while True:
            requests.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)


def _work(settings: Settings, connection: Connection, requests: Requests) -> None:
    failpoints.arm(settings.work.failpoints)
    start_if_configured(settings.telemetry.traces, "import")
    assert settings.servers.database_url is not None
    assert settings.servers.redis_url is not None
    db = Database(settings.servers.database_url, pool_size=IMPORT_CONNECTIONS, application="skyqueue-import")
    client = clients.connect(settings.servers.redis_url, seconds=REDIS_SECONDS)
    storage = open_storage(settings.servers)
    unknown_places = UnknownPlaces(settings.flights.unknown_places)
    while True:
        try:
            request = REQUEST.decode(requests.get(timeout=IDLE_SECONDS))
        except Empty:
            return
        with correlation.resumed(request.correlation_ids), spans.span("import", request.trace):
            result = import_next(db, client, storage, unknown_places, lambda stored: connection.send_bytes(encode(stored)))
        connection.send_bytes(encode(result))


if __name__ == "__main__":
    sys.exit(main())
